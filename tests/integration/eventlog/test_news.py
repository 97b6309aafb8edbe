"""
Readers learn of news without the append paying for it, in any process, and also where nobody tells them.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from shared.db import DatabaseUnavailable, connect
from shared.eventlog import news
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.testing import eventually
from tests.contract.event_examples import a_stream, an_event


@pytest.fixture
def log(database_settings: Settings) -> Iterator[PostgresEventLog]:
    with closing(PostgresEventLog(database_settings)) as log:
        yield log


def test_an_append_elsewhere_wakes_who_waits_long_before_it_would_look_by_itself(
    log: PostgresEventLog, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "_SECONDS_BETWEEN_LOOKS", 60)
    with closing(PostgresEventLog(database_settings)) as elsewhere, ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(log.wait_for_news, after=0, timeout=60)
        elsewhere.append(a_stream(), [an_event()], expected="any")

        assert waiting.result(timeout=30)


def test_a_reader_that_is_not_told_finds_out_by_itself(
    log: PostgresEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log._waker, "wake", lambda _: None)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(log.wait_for_news, after=0, timeout=60)
        log.append(a_stream(), [an_event()], expected="any")

        assert waiting.result(timeout=30)


def test_many_appends_make_few_notifies(log: PostgresEventLog, database_settings: Settings) -> None:
    with connect(database_settings, schema="eventlog", autocommit=True) as listener:
        listener.execute("listen eventlog_news")
        for _ in range(100):
            log.append(a_stream(), [an_event()], expected="any")
        log.close()

        told = [int(notice.payload) for notice in listener.notifies(timeout=1)]

    assert told == sorted(told)
    assert told[-1] == 100
    assert len(told) < 100


def test_an_append_does_not_notice_that_nobody_can_be_woken(
    log: PostgresEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempts: list[int] = []

    def refuse() -> None:
        attempts.append(1)
        raise DatabaseUnavailable("no connection for that")

    monkeypatch.setattr(log._waker, "_connect", refuse)

    for _ in range(5):
        log.append(a_stream(), [an_event()], expected="any")

    eventually(lambda: attempts)
    assert log.head() == 5


def test_nothing_connects_before_the_log_is_used(database_settings: Settings) -> None:
    log = PostgresEventLog(Settings(database_url="postgresql://nobody@127.0.0.1:1/nowhere"))

    log.close()


def test_under_eventlet_writers_and_waiters_share_one_thread_and_nobody_blocks_it(
    database_settings: Settings,
) -> None:
    finished = subprocess.run(
        [sys.executable, "-m", "tests.integration.eventlog.green", database_settings.database_url],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert finished.returncode == 0, finished.stderr
    seen = json.loads(finished.stdout)
    assert (seen["head"], seen["heard"], seen["heard_what_never_came"]) == (80, True, False)
    assert seen["longest_pause"] < 1.5, "a wait of 2 seconds blocked every green thread"

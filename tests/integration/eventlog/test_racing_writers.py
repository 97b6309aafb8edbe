"""No reader by position ever skips a late committer, however writers race."""

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import LiteralString

import psycopg
import pytest

from shared.contracts.envelope import RecordedEvent
from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from shared.testing import eventually
from tests.contract.event_examples import a_stream, an_event
from tests.integration.eventlog import racing

PROCESSES = 4
THREADS = 4
APPENDS_EACH = 120


@contextmanager
def racing_writers(settings: Settings) -> Iterator[threading.Event]:
    """Have threads here and processes elsewhere append at once; the event is set when all are done."""
    done = threading.Event()
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=racing.write, args=(settings, APPENDS_EACH)) for _ in range(PROCESSES)]
    threads = [threading.Thread(target=racing.write, args=(settings, APPENDS_EACH)) for _ in range(THREADS)]

    def wait_for_all() -> None:
        for process in processes:
            process.join()
        for thread in threads:
            thread.join()
        done.set()

    for process in processes:
        process.start()
    for thread in threads:
        thread.start()
    waiter = threading.Thread(target=wait_for_all)
    waiter.start()
    try:
        yield done
    finally:
        waiter.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES


def follow(log: EventLog, done: threading.Event, categories: list[str] | None) -> list[RecordedEvent]:
    """Read by "position greater than the last one" until the writers are done and nothing is left."""
    found: list[RecordedEvent] = []
    position = 0
    while True:
        finished = done.is_set()
        page = log.read_all(after=position, limit=7, categories=categories)
        found.extend(page.events)
        if finished and position == page.position:
            return found
        position = page.position
        log.wait_for_news(after=position, timeout=0.05)


def test_readers_that_page_while_writers_race_see_every_event_once_and_in_order(
    database_settings: Settings,
) -> None:
    with (
        closing(PostgresEventLog(database_settings)) as log,
        ThreadPoolExecutor(3) as readers,
        racing_writers(database_settings) as done,
    ):
        filters = [None, None, ["case"]]
        following = [readers.submit(follow, log, done, categories) for categories in filters]
        everything, again, cases = (future.result(timeout=150) for future in following)

    with closing(PostgresEventLog(database_settings)) as log:
        head = log.head()
        assert head == (PROCESSES + THREADS) * APPENDS_EACH * 2
        assert [event.position for event in everything] == list(range(1, head + 1))
        assert again == everything
        assert cases == [event for event in everything if event.stream.category == "case"]


APPEND_ONE = """
    select first_position from eventlog.append_one_v2(
        'thread', gen_random_uuid(), 0, gen_random_uuid(), 'messaging', 'ThreadClosed', 1, now(), 'platform',
        '{}', null, gen_random_uuid(), null,
        '{"thread_id": "7f2c1c53-3d4c-4d5b-9d43-9a7a1b3a5a6e", "case_id": null, "reason": "merged"}'
    )
"""


APPEND_SEVERAL = """
    select first_position from eventlog.append_several_v2(
        '{thread}', array[gen_random_uuid()], '{0}', '{1}', '{1}', array[gen_random_uuid()], '{messaging}',
        '{ThreadClosed}', '{1}', array[now()], '{platform}', array['{}'], array[null],
        array[gen_random_uuid()], array[null]::uuid[], array['{}']::json[]
    )
"""


def is_waiting_for_its_turn(settings: Settings) -> bool:
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'
            """
        ).fetchone()
    return row is not None and row[0] > 0


def test_an_append_waits_its_turn_and_readers_see_the_order_of_commits(database_settings: Settings) -> None:
    with (
        closing(PostgresEventLog(database_settings)) as log,
        connect(database_settings, schema="eventlog") as slow_writer,
        ThreadPoolExecutor(1) as pool,
    ):
        slow = slow_writer.execute(APPEND_ONE).fetchone()
        waiting = pool.submit(log.append, a_stream(), [an_event()], expected="no_stream")
        eventually(lambda: is_waiting_for_its_turn(database_settings))
        before = log.read_all(after=0)

        slow_writer.commit()
        appended = waiting.result(timeout=30)

        assert slow == (1,)
        assert (before.events, before.position) == ((), 0)
        assert appended.position == 2
        assert [event.position for event in log.read_all(after=0).events] == [1, 2]


def test_a_writer_that_gives_up_leaves_no_gap(database_settings: Settings) -> None:
    with (
        closing(PostgresEventLog(database_settings)) as log,
        connect(database_settings, schema="eventlog") as slow_writer,
        ThreadPoolExecutor(1) as pool,
    ):
        slow_writer.execute(APPEND_ONE)
        waiting = pool.submit(log.append, a_stream(), [an_event()], expected="no_stream")
        eventually(lambda: is_waiting_for_its_turn(database_settings))

        slow_writer.rollback()

        assert waiting.result(timeout=30).position == 1


@pytest.mark.parametrize("append", [APPEND_ONE, APPEND_SEVERAL])
def test_an_append_that_could_not_see_who_went_before_is_refused(
    database_settings: Settings, append: LiteralString
) -> None:
    """Under a stricter isolation level the snapshot would be older than the turn."""
    with connect(database_settings, schema="eventlog") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        with pytest.raises(psycopg.Error) as refused:
            connection.execute(append)

    assert refused.value.sqlstate == "PLV03"

"""Replicas are killed and frozen in the middle of their work; the others go on, and nothing happens twice."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from shared import checkpoint
from shared.contracts.envelope import RecordedEvent
from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import Page
from shared.settings import Settings, to_environment
from shared.subscription import wait_until_handled
from shared.testing import eventually
from tests.integration.subscription.ledger import (
    NAME,
    Ledger,
    assert_each_once_in_order,
    deposit,
    effects,
    subscribed,
)


@contextmanager
def replica(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.subscription.replica"],
        env={**os.environ, **to_environment(settings)},
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def fill(log: PostgresEventLog, events: int) -> None:
    accounts = [uuid4() for _ in range(10)]
    for n in range(events // 5):
        deposit(log, accounts[n % 10], *(f"{n}.{k}" for k in range(5)))


def wait_for_all(settings: Settings, log: PostgresEventLog, within: float = 60) -> None:
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        for _ in range(2):
            wait_until_handled(connection, NAME, log.head(), within)


def holders(settings: Settings) -> list[int]:
    """Return the sessions that stand in a transaction on the checkpoint."""
    with psycopg.connect(settings.database_url, autocommit=True) as superuser:
        rows = superuser.execute(
            "select pid from pg_locks"
            " where relation = 'ledger.checkpoints'::regclass and mode = 'RowShareLock'"
        ).fetchall()
    return [pid for (pid,) in rows]


def test_a_replica_killed_in_the_middle_of_a_batch_leaves_no_trace_of_it(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    fill(log, 1000)

    with replica(database_settings) as first, replica(database_settings):
        eventually(lambda: effects(database_settings))
        eventually(lambda: holders(database_settings))
        first.send_signal(signal.SIGKILL)
        wait_for_all(database_settings, log)

    assert_each_once_in_order(database_settings, log)


def test_a_replica_frozen_in_a_batch_gives_way_and_does_no_harm_when_it_wakes(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    """The server ends the transaction of a session that stands idle; here it does so early, to save time."""
    fill(log, 800)

    with replica(database_settings) as frozen:
        eventually(lambda: holders(database_settings))
        frozen.send_signal(signal.SIGSTOP)
        stuck = holders(database_settings)
        with replica(database_settings):
            with psycopg.connect(database_settings.database_url, autocommit=True) as superuser:
                for pid in stuck:
                    superuser.execute("select pg_terminate_backend(%s)", [pid])
            wait_for_all(database_settings, log)
            frozen.send_signal(signal.SIGCONT)
            fill(log, 100)
            wait_for_all(database_settings, log)

    assert_each_once_in_order(database_settings, log)


def test_a_replica_that_stands_still_in_a_batch_gives_way_to_another(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of a pipeline the server does not take the session for idle."""
    monkeypatch.setattr(checkpoint, "_TRANSACTION_MILLISECONDS", 1_000)
    fill(log, 20)
    held_up, go_on = threading.Event(), threading.Event()

    def stand_still(event: RecordedEvent) -> None:
        if event.position == 2:
            held_up.set()
            go_on.wait(60)

    ledger.before_project = stand_still
    try:
        with subscribed(ledger, database_settings):
            held_up.wait(30)
            monkeypatch.undo()
            with subscribed(Ledger(log), database_settings):
                wait_for_all(database_settings, log)
            go_on.set()
            fill(log, 20)
            wait_for_all(database_settings, log)
    finally:
        go_on.set()

    assert_each_once_in_order(database_settings, log)


def test_a_replica_goes_on_after_the_server_has_ended_its_idle_transaction(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checkpoint, "FROZEN_MILLISECONDS", 200)
    read_all = log.read_all
    paused = threading.Event()

    def read_and_pause_once(**options: Any) -> Page:
        page = read_all(**options)
        if not paused.is_set():
            time.sleep(1)
            paused.set()
        return page

    monkeypatch.setattr(log, "read_all", read_and_pause_once)

    with subscribed(ledger, database_settings):
        paused.wait(30)
        fill(log, 10)
        wait_for_all(database_settings, log)

    assert_each_once_in_order(database_settings, log)

"""A log, the read tables of tasks, and the tasks subscription running between them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from services.tasks import handlers
from shared.db import DatabaseConnection, connect
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from shared.subscription import Subscription, wait_until_handled
from shared.wakeups import IdlePolling
from tests.integration.tasks.town import Town


@pytest.fixture
def log(database_settings: Settings) -> Iterator[PostgresEventLog]:
    opened = PostgresEventLog(database_settings)
    yield opened
    opened.close()


@pytest.fixture
def town(log: PostgresEventLog) -> Town:
    return Town(log)


@pytest.fixture
def tables(database_settings: Settings) -> Iterator[DatabaseConnection]:
    """Give a connection to the read tables of tasks."""
    with connect(database_settings, schema=handlers.NAME, autocommit=True) as connection:
        yield connection


RunningTasks = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def running_tasks(database_settings: Settings, log: PostgresEventLog) -> RunningTasks:
    """Give a context in which a replica of the subscription runs, with nothing in memory from before."""

    @contextmanager
    def run() -> Iterator[None]:
        subscription = Subscription(
            handlers.subscription(log), log, database_settings, IdlePolling(seconds=0.01)
        )
        stop = threading.Event()
        thread = threading.Thread(target=subscription.run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    return run


@pytest.fixture
def catch_up(running_tasks: RunningTasks, tables: DatabaseConnection, log: EventLog) -> Callable[[], None]:
    """Give a function that has a fresh replica handle all that is in the log."""

    def catch_up() -> None:
        with running_tasks():
            wait_until_handled(tables, handlers.NAME, log.head(), timeout=30)

    return catch_up

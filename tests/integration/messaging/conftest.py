"""A log, the read tables of messaging, and its subscription running between them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from services.messaging import handlers
from services.messaging.queries import Reads
from shared.db import open_pool
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.subscription import Subscription, wait_until_handled
from shared.wakeups import IdlePolling
from tests.integration.messaging.office import Conversation, Office, begin_conversation


@pytest.fixture
def log(database_settings: Settings) -> Iterator[PostgresEventLog]:
    opened = PostgresEventLog(database_settings)
    yield opened
    opened.close()


@pytest.fixture
def office(log: PostgresEventLog) -> Office:
    return Office(handlers.open_archive(log))


@pytest.fixture
def talk(office: Office) -> Conversation:
    """Give a case with its chat and a person on each side."""
    return begin_conversation(office)


@pytest.fixture
def reads(database_settings: Settings) -> Iterator[Reads]:
    pool = open_pool(database_settings, schema=handlers.NAME, size=2, autocommit=True)
    yield Reads(pool)
    pool.close()


RunningMessaging = Callable[[], AbstractContextManager[None]]
CatchUp = Callable[[], None]


@pytest.fixture
def running_messaging(database_settings: Settings, log: PostgresEventLog) -> RunningMessaging:
    """Give a context in which a replica of the subscription runs, with nothing in memory from before."""

    @contextmanager
    def run() -> Iterator[None]:
        definition = handlers.subscription(handlers.open_archive(log))
        subscription = Subscription(definition, log, database_settings, IdlePolling(seconds=0.01))
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
def catch_up(running_messaging: RunningMessaging, reads: Reads, log: PostgresEventLog) -> CatchUp:
    """Give a function that has a fresh replica handle all that is in the log, consequences included."""

    def catch_up() -> None:
        with running_messaging():
            wait_until_handled(reads.pool, handlers.NAME, log.head(), timeout=30)
            wait_until_handled(reads.pool, handlers.NAME, log.head(), timeout=30)

    return catch_up

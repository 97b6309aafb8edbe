"""A log, the read tables of tasks and of ai_resolver, and what follows the log into them."""

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from services.ai_resolver.adapters.embedded_classifier import EmbeddedClassifier
from services.ai_resolver.handlers import subscribing
from services.tasks import handlers as tasks
from shared.db import DatabaseConnection, connect
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.subscription import Subscription, SubscriptionDefinition, wait_until_handled
from shared.wakeups import IdlePolling


@pytest.fixture(scope="session")
def classifier() -> EmbeddedClassifier:
    return EmbeddedClassifier()


@pytest.fixture
def log(database_settings: Settings) -> Iterator[PostgresEventLog]:
    opened = PostgresEventLog(database_settings)
    yield opened
    opened.close()


@pytest.fixture
def tables(database_settings: Settings) -> Iterator[DatabaseConnection]:
    """Give a connection to the read tables of ai_resolver."""
    with connect(database_settings, schema=subscribing.NAME, autocommit=True) as connection:
        yield connection


@pytest.fixture
def tasks_tables(database_settings: Settings) -> Iterator[DatabaseConnection]:
    """Give a connection to the read tables of tasks."""
    with connect(database_settings, schema=tasks.NAME, autocommit=True) as connection:
        yield connection


CatchUp = Callable[[], None]


@pytest.fixture
def catch_up(
    database_settings: Settings,
    log: PostgresEventLog,
    tables: DatabaseConnection,
    tasks_tables: DatabaseConnection,
) -> CatchUp:
    """Give a function that has tasks and ai_resolver handle all that is in the log."""

    @contextmanager
    def running(definition: SubscriptionDefinition) -> Iterator[None]:
        subscription = Subscription(definition, log, database_settings, IdlePolling(seconds=0.01))
        stop = threading.Event()
        thread = threading.Thread(target=subscription.run, args=(stop,))
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def catch_up() -> None:
        with ExitStack() as stack:
            stack.enter_context(running(tasks.subscription(log)))
            stack.enter_context(running(subscribing.subscription(log)))
            wait_until_handled(tasks_tables, tasks.NAME, log.head(), timeout=30)
            wait_until_handled(tables, subscribing.NAME, log.head(), timeout=30)

    return catch_up

"""The engines that keep the contract of EventLog; another one is added by one fixture and its name below."""

from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from shared.testing import fresh_database

ENGINES = ["memory", "postgres"]


@pytest.fixture
def memory_log() -> Iterator[EventLog]:
    with closing(MemoryEventLog()) as log:
        yield log


@pytest.fixture(scope="session")
def log_database(postgres_url: str, migrated_template: str) -> Iterator[str]:
    with fresh_database(postgres_url, template=migrated_template) as url:
        yield url


@pytest.fixture
def postgres_log(log_database: str) -> Iterator[EventLog]:
    """Give an empty log: emptied by the owner, who can do what the log refuses to everyone, in no time."""
    with psycopg.connect(log_database) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("truncate eventlog.events, eventlog.subject_keys, eventlog.snapshots")
    with closing(PostgresEventLog(Settings(environment="test", database_url=log_database))) as log:
        yield log


@pytest.fixture(params=ENGINES)
def log(request: pytest.FixtureRequest) -> EventLog:
    """Give an empty log of each engine in turn."""
    opened: EventLog = request.getfixturevalue(f"{request.param}_log")
    return opened

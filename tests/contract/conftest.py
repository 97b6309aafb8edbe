"""The engines that keep the contract of EventLog; another one is added by one fixture and its name below."""

import os
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest

from shared.eventlog.kurrentdb import KurrentEventLog
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from shared.testing import fresh_database
from tests.kurrentdb_stand_in.fixtures import StandIn

# A server of the vendor's, which cannot be emptied: each test sees what comes after it began.
KURRENTDB_SERVER = os.environ.get("PARLEY_TEST_KURRENTDB_URL", "")

ENGINES = ["memory", "postgres", "kurrentdb_stand_in", *(["kurrentdb_server"] if KURRENTDB_SERVER else [])]


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
    _empty(log_database)
    with closing(PostgresEventLog(Settings(environment="test", database_url=log_database))) as log:
        yield log


def _empty(log_database: str) -> None:
    with psycopg.connect(log_database) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("truncate eventlog.events, eventlog.subject_keys, eventlog.snapshots")
        connection.execute("select setval('eventlog.positions', 0)")


@pytest.fixture
def kurrentdb_stand_in_log(kurrentdb_stand_in: StandIn, log_database: str) -> Iterator[EventLog]:
    """Give an empty log in the stand-in, with its keys and snapshots in PostgreSQL."""
    _empty(log_database)
    kurrentdb_stand_in.tell("reset")
    settings = Settings(environment="test", database_url=log_database, eventlog_url=kurrentdb_stand_in.url)
    with closing(KurrentEventLog(settings)) as log:
        yield log


@pytest.fixture
def kurrentdb_server_log(log_database: str) -> Iterator[EventLog]:
    """Give the end of the log of the server that was named: it looks empty."""
    _empty(log_database)
    settings = Settings(environment="test", database_url=log_database, eventlog_url=KURRENTDB_SERVER)
    with closing(KurrentEventLog(settings)) as whole:
        origin = whole.head()
    with closing(KurrentEventLog(settings, origin=origin)) as log:
        yield log


@pytest.fixture(params=ENGINES)
def log(request: pytest.FixtureRequest) -> EventLog:
    """Give an empty log of each engine in turn."""
    opened: EventLog = request.getfixturevalue(f"{request.param}_log")
    return opened

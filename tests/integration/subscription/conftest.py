"""A migrated database with the ledger's schema, and the log in it."""

from collections.abc import Iterator

import pytest

from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from tests.integration.subscription.ledger import Ledger, create_schema


@pytest.fixture
def log(database_settings: Settings) -> Iterator[PostgresEventLog]:
    create_schema(database_settings)
    opened = PostgresEventLog(database_settings)
    yield opened
    opened.close()


@pytest.fixture
def ledger(log: PostgresEventLog) -> Ledger:
    return Ledger(log)

"""A log, cases as messaging writes them, the read tables of surveys, and its subscription between them."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4, uuid5

import pytest

from services.messaging import commands as messaging_commands
from services.messaging import handlers as messaging
from services.messaging.handlers.case_life import report_payment
from services.surveys import handlers
from shared.db import DatabaseConnection, connect
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.subscription import Subscription, wait_until_handled
from shared.wakeups import IdlePolling

NAMESPACE = UUID("5b1f7c5e-0000-4000-8000-000000000000")
CREDITOR, PARTNER, RIVAL, PAUL = (uuid5(NAMESPACE, name) for name in ("creditor", "partner", "rival", "paul"))
ACTIVATED = datetime.fromisoformat("2026-10-20T09:00:00+02:00")


def case_id(number: int) -> UUID:
    return uuid5(NAMESPACE, f"case {number}")


@dataclass(frozen=True)
class Office:
    """Brings companies and cases up to date through messaging's own commands."""

    archive: messaging.Archive

    def puts(self, *objects: dict[str, Any], at: datetime = ACTIVATED) -> None:
        lines = [json.dumps(each, default=str).encode() for each in objects]
        outcomes = list(messaging.import_lines(self.archive, lines, at=at))
        assert [each.problem for each in outcomes if each.problem] == []

    def opens(self, number: int, status: str = "Active", *, at: datetime = ACTIVATED, **changes: Any) -> None:
        self.puts(
            {
                "kind": "case",
                "id": case_id(number),
                "reference": f"NV-{number}",
                "creditor_id": CREDITOR,
                "partner_id": PARTNER,
                "status": status,
                "debtor": {"type": "Company", "name": "Hafen GmbH"},
                "amount": "1000.00",
                "currency": "EUR",
                **changes,
            },
            at=at,
        )

    def receives_payment(self, number: int, amount: str, *, at: datetime) -> None:
        report_payment(
            self.archive,
            case_id=case_id(number),
            client_payment_id=f"{number}-{amount}",
            amount=Decimal(amount),
            currency="EUR",
            paid_on=at.date(),
            received_by="partner",
            commission_paid=None,
            member=None,
            origin=messaging_commands.Origin(id=uuid4(), at=at, actor="ops:tests", correlation_id=uuid4()),
        )


@pytest.fixture
def log(database_settings: Settings) -> Iterator[PostgresEventLog]:
    opened = PostgresEventLog(database_settings)
    yield opened
    opened.close()


@pytest.fixture
def office(log: PostgresEventLog) -> Office:
    opened = Office(messaging.open_archive(log))
    opened.puts(
        *(
            {
                "kind": "company",
                "id": company,
                "side": side,
                "name": name,
                "country": "DE",
                "time_zone": "Europe/Berlin",
            }
            for company, side, name in (
                (CREDITOR, "creditor", "Nordvik"),
                (PARTNER, "partner", "Inkasso"),
                (RIVAL, "partner", "Rivale"),
            )
        ),
        {
            "kind": "user",
            "id": PAUL,
            "company_id": PARTNER,
            "email": "paul@inkasso.example",
            "name": "Paul",
            "role": "user",
            "active": True,
        },
    )
    return opened


@pytest.fixture
def tables(database_settings: Settings) -> Iterator[DatabaseConnection]:
    """Give a connection to the read tables of surveys."""
    with connect(database_settings, schema=handlers.NAME, autocommit=True) as connection:
        yield connection


@pytest.fixture
def archive(log: PostgresEventLog) -> handlers.Archive:
    return handlers.open_archive(log)


@pytest.fixture
def catch_up(
    log: PostgresEventLog, database_settings: Settings, tables: DatabaseConnection
) -> Callable[[], None]:
    """Give a function that has a fresh replica handle all that is in the log."""

    def catch_up() -> None:
        definition = handlers.subscription(handlers.open_archive(log))
        subscription = Subscription(definition, log, database_settings, IdlePolling(seconds=0.01))
        stop = threading.Event()
        thread = threading.Thread(target=subscription.run, args=(stop,))
        thread.start()
        try:
            wait_until_handled(tables, handlers.NAME, log.head(), timeout=30)
        finally:
            stop.set()
            thread.join()

    return catch_up

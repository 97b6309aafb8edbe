"""Somebody else's nameko service hears of our events by nameko's own convention."""

from uuid import uuid4

from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.testing import eventually, running
from tests.integration.nameko.conftest import Host, notes
from tests.integration.subscription.ledger import deposit


def test_a_stock_event_handler_receives_what_the_relay_publishes(
    host: Host, settings: Settings, log: PostgresEventLog
) -> None:
    """Whoever is there first declares the exchange; the other must not be refused."""
    with running(settings, "relay"):
        first = deposit(log, uuid4(), "nobody listens yet")
        with host("StockService"):
            last = deposit(log, uuid4(), *(str(n) for n in range(20)))
            eventually(lambda: f"LedgerDeposited {last}" in notes(settings))

    expected = {f"LedgerDeposited {position}" for position in range(first + 1, last + 1)}
    assert expected <= set(notes(settings))

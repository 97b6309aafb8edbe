"""A replica of the ledger's subscription in a process of its own, to be killed: `python -m` this module."""

import threading
import time

from shared import settings
from shared.contracts.envelope import RecordedEvent
from shared.eventlog.postgres import PostgresEventLog
from shared.subscription import Subscription
from shared.wakeups import IdlePolling
from tests.integration.subscription.ledger import Ledger


def slowly(_: RecordedEvent) -> None:
    """Make sure that a kill falls into the middle of a batch."""
    time.sleep(0.002)


def main() -> None:
    loaded = settings.load()
    log = PostgresEventLog(loaded)
    ledger = Ledger(log, before_project=slowly)
    Subscription(ledger.definition(), log, loaded, IdlePolling(0.01)).run(threading.Event())


if __name__ == "__main__":
    main()

"""
The log, read into one service: in order, once in effect, woken by RabbitMQ.

The log is the only truth a subscription reads. Its checkpoint lies in the service's schema, beside the rows that follow
from it, and moves in their transaction; the lock on the checkpoint's row makes one replica of many the one that works.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from psycopg_pool import ConnectionPool

from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection
from shared.errors import ParleyError, Retryable
from shared.eventlog.protocol import Appended, EventLog
from shared.settings import Settings
from shared.wakeups import Wakeups

ALL_SOURCES = frozenset({"messaging", "tasks", "notifier"})


class NotYetHandled(Retryable):
    """The read model has not reached the position asked for in time: ask again, or ask without it."""


class CheckpointBeyondLog(ParleyError):
    """The read model knows more than the log: the log was restored from an older backup. Rebuild the read model."""


@dataclass(frozen=True, kw_only=True)
class SubscriptionDefinition:
    """
    What one service makes of the log.

    `name` is also the service's schema. `categories` are the stream categories it reads, its own included;
    `own_categories` those that its reactions append to and that it projects itself. `react` appends the consequences
    of an event (each append a commit of its own, with ids derived from the event) and returns what was appended.
    `project` brings the service's rows up to date, idempotently, in the transaction given; it must neither commit nor
    look at anything but the event and the rows. Both run per event in log order: `react` sees the rows of all earlier
    events. `sources` are the services whose exchanges wake the subscription.
    """

    name: str
    categories: frozenset[str]
    own_categories: frozenset[str]
    react: Callable[[RecordedEvent, DatabaseConnection], Sequence[Appended]]
    project: Callable[[RecordedEvent, DatabaseConnection], None]
    sources: frozenset[str] = ALL_SOURCES


class Subscription:
    """
    Runs a definition against the log until it is told to stop.

    Any number of replicas may run, in threads or green threads; one works at a time, and another goes on when it dies.
    """

    def __init__(
        self, definition: SubscriptionDefinition, log: EventLog, settings: Settings, wakeups: Wakeups
    ) -> None:
        self._definition = definition
        self._log = log
        self._settings = settings
        self._wakeups = wakeups

    def run(self, stop: threading.Event) -> None:
        """
        Handle events until `stop` is set; the batch in hand is finished first.

        Outlives restarts of PostgreSQL, RabbitMQ and the log. Raises CheckpointBeyondLog.
        """
        raise NotImplementedError


def wait_until_handled(
    source: DatabaseConnection | ConnectionPool[DatabaseConnection], name: str, position: int, timeout: float
) -> None:
    """
    Return once subscription `name` has handled the log up to `position`, its consequences included.

    Raises NotYetHandled after `timeout` seconds.
    """
    raise NotImplementedError

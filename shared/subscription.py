"""
The log, read into one service: in order, once in effect, woken by RabbitMQ.

The log is the only truth a subscription reads. Its checkpoint lies in the service's schema, beside the rows
that follow from it, and moves in their transaction; the lock on the checkpoint's row makes one replica of
many the one that works.
"""

import logging
import threading
import time
from contextlib import closing, nullcontext
from enum import Enum, auto
from uuid import UUID

from psycopg_pool import ConnectionPool

from shared import metrics
from shared.checkpoint import Checkpoint, connect_for_work, describe
from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import DatabaseConnection
from shared.errors import ParleyError, Poison, Retryable
from shared.eventlog.codec import UnreadableEvent
from shared.eventlog.protocol import EventLog
from shared.handling import ALL_SOURCES, Handler, HandlingFailed, SubscriptionDefinition, passes_by_itself
from shared.settings import Settings
from shared.wakeups import Wakeups

__all__ = [
    "ALL_SOURCES",
    "CheckpointBeyondLog",
    "NotYetHandled",
    "Subscription",
    "SubscriptionDefinition",
    "wait_until_handled",
]

logger = logging.getLogger(__name__)

_IDLE_SECONDS = 0.5
_ATTEMPTS = 5
_FIRST_PAUSE = 0.05
_LONGEST_PAUSE = 5.0
_BUSY_PAUSES = (0.005, 0.25)
_HALT_PAUSE = 1.0
_HALT_LINE_SECONDS = 30.0
_POLL_PAUSES = (0.002, 0.05)
# Turns that follow each other without a pause would handle an event each at the price of a transaction. So
# they begin this far apart at the least, and after several events they rest for longer than they worked: the
# busier the machine, the more a turn handles. A single event, as in a quiet hour, causes no such rest.
_BETWEEN_TURNS = 0.02
_REST_PER_WORK = 3
_LONGEST_REST = 0.3


class NotYetHandled(Retryable):
    """The read model has not reached the position asked for in time: ask again, or ask without it."""


class CheckpointBeyondLog(ParleyError):
    """
    The read model knows more than the log: the log was restored from an older backup. Rebuild the read
    model.
    """


class _CapReached(ParleyError):
    """As many poisoned events are parked as may be: retry or settle them before the subscription goes on."""


class _Turn(Enum):
    BUSY = auto()  # another replica is at work
    MORE = auto()  # the page was full: there is more to read
    CAUGHT_UP = auto()


class Subscription:
    """
    Runs a definition against the log until it is told to stop.

    Any number of replicas may run, in threads or green threads; one works at a time, and another goes on
    when it dies.
    """

    def __init__(
        self, definition: SubscriptionDefinition, log: EventLog, settings: Settings, wakeups: Wakeups
    ) -> None:
        self._definition = definition
        self._log = log
        self._settings = settings
        self._wakeups = wakeups
        # Up to here events are handled one per transaction, because one of them failed.
        self._careful_until = 0
        self._failed: tuple[int, int] = (0, 0)
        self._halt_told = 0.0

    def run(self, stop: threading.Event) -> None:
        """
        Handle events until `stop` is set; the batch in hand is finished first.

        Outlives restarts of PostgreSQL, RabbitMQ and the log. Raises CheckpointBeyondLog.
        """
        pause = _FIRST_PAUSE
        broken = False
        try:
            while not stop.is_set():
                try:
                    with closing(connect_for_work(self._settings, self._definition.name)) as connection:
                        self._start(connection, resumed=broken)
                        broken, pause = False, _FIRST_PAUSE
                        self._follow(connection, stop)
                except Exception as error:
                    if not passes_by_itself(error):
                        raise
                    if not broken:
                        self._log_error("Subscription is interrupted", "subscription_interrupted", error)
                    broken = True
                    stop.wait(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)
        finally:
            self._wakeups.close()

    def _start(self, connection: DatabaseConnection, *, resumed: bool) -> None:
        name = self._definition.name
        position = Checkpoint(connection, name).ensure()
        newest = self._log.newest()
        if position > newest:
            raise CheckpointBeyondLog(
                f"the read model of {name} is at position {position} but the log ends at {newest}. If "
                "PARLEY_EVENTLOG_URL names another log, correct it. If the log was restored from an older "
                f"backup, run `parley {name} rebuild`, then start the service again."
            )
        logger.info(
            "Subscription goes on" if resumed else "Subscription started",
            extra={"action": "subscription_started", "subscription": name, "position": position},
        )

    def _follow(self, connection: DatabaseConnection, stop: threading.Event) -> None:
        busy_pause, longest = _BUSY_PAUSES
        while not stop.is_set():
            started = time.monotonic()
            try:
                turn, handled = self._take_turn(connection)
            except HandlingFailed as failure:
                stop.wait(self._pause_after(failure))
                continue
            except _CapReached:
                self._tell_of_halt()
                stop.wait(_HALT_PAUSE)
                continue
            if turn is _Turn.BUSY:
                stop.wait(busy_pause)
                busy_pause = min(busy_pause * 2, longest)
                continue
            busy_pause = _BUSY_PAUSES[0]
            if turn is _Turn.CAUGHT_UP:
                next_turn = _next_turn(started, time.monotonic(), handled)
                self._wakeups.handled()
                if self._wakeups.wait(_IDLE_SECONDS):
                    stop.wait(max(0.0, next_turn - time.monotonic()))

    def _take_turn(self, connection: DatabaseConnection) -> tuple[_Turn, int]:
        """Handle one page of events in one transaction; return also how many they were."""
        checkpoint = Checkpoint(connection, self._definition.name)
        with connection.transaction():
            position = checkpoint.try_lock()
            if position is None:
                return _Turn.BUSY, 0
            careful = position < self._careful_until
            limit = 1 if careful else self._definition.batch
            try:
                page = self._log.read_all(after=position, limit=limit, categories=self._definition.categories)
            except UnreadableEvent as error:
                self._park_unreadable(checkpoint, error)
                return _Turn.MORE, 1
            if page.position == position:
                return _Turn.CAUGHT_UP, 0
            if careful:
                handled = self._handle_carefully(connection, page.events, page.position)
            else:
                handled = self._handle(connection, page.events, page.position)
            if handled:
                checkpoint.advance(page.position)
        metrics.SUBSCRIPTION_HANDLED.labels(self._definition.name).inc(len(page.events))
        metrics.SUBSCRIPTION_POSITION.labels(self._definition.name).set(page.position)
        more = careful or len(page.events) == limit
        return _Turn.MORE if more else _Turn.CAUGHT_UP, len(page.events)

    def _handle(
        self, connection: DatabaseConnection, events: tuple[RecordedEvent, ...], position: int
    ) -> bool:
        try:
            with connection.pipeline() if events else nullcontext():
                Handler(self._definition, self._log, connection).handle(events, position)
        except Exception as error:
            if passes_by_itself(error):
                raise
            # In a pipeline an error shows up late, so nobody can be blamed yet.
            self._careful_until = position
            raise HandlingFailed(events[0]) from error
        return True

    def _handle_carefully(
        self, connection: DatabaseConnection, events: tuple[RecordedEvent, ...], position: int
    ) -> bool:
        """Handle one event; after its last attempt park it. Say whether the checkpoint may move past it."""
        try:
            with connection.transaction():
                Handler(self._definition, self._log, connection).handle(events, position)
        except Exception as error:
            if passes_by_itself(error):
                raise
            failed = error.event if isinstance(error, HandlingFailed) else events[0]
            cause = error.__cause__ if isinstance(error, HandlingFailed) else error
            attempts = self._count_attempt(failed)
            if attempts < _ATTEMPTS and not isinstance(cause, Poison):
                raise HandlingFailed(failed) from cause
            self._park(connection, failed, cause if isinstance(cause, Exception) else error, attempts)
            # Where a consequence was parked rather than the event itself, the event gets its turn again.
            return failed in events
        return True

    def _count_attempt(self, event: RecordedEvent) -> int:
        position, attempts = self._failed
        self._failed = (event.position, attempts + 1 if position == event.position else 1)
        return self._failed[1]

    def _pause_after(self, failure: HandlingFailed) -> float:
        position, attempts = self._failed
        return _FIRST_PAUSE * 2 ** (attempts - 1) if position == failure.event.position and attempts else 0.0

    def _park(
        self, connection: DatabaseConnection, event: RecordedEvent, error: Exception, attempts: int
    ) -> None:
        checkpoint = Checkpoint(connection, self._definition.name)
        self._check_cap(checkpoint, error)
        checkpoint.park(event, error, attempts)
        self._tell_parked(event.stream, event.position, event.id, error)

    def _park_unreadable(self, checkpoint: Checkpoint, error: UnreadableEvent) -> None:
        self._check_cap(checkpoint, error)
        checkpoint.park_unreadable(error)
        checkpoint.advance(error.position)
        self._tell_parked(error.stream, error.position, error.event_id, error)

    def _check_cap(self, checkpoint: Checkpoint, error: Exception) -> None:
        if checkpoint.count_poisoned() >= self._settings.dead_letter_cap:
            raise _CapReached from error

    def _tell_parked(self, stream: Stream, position: int, event_id: UUID, error: Exception) -> None:
        metrics.SUBSCRIPTION_PARKED.labels(self._definition.name).inc()
        logger.error(
            "Event is parked",
            extra={
                "action": "event_parked",
                "subscription": self._definition.name,
                "stream": str(stream),
                "position": position,
                "event_id": str(event_id),
                "error": describe(error),
            },
        )

    def _tell_of_halt(self) -> None:
        now = time.monotonic()
        if now - self._halt_told >= _HALT_LINE_SECONDS or not self._halt_told:
            self._halt_told = now
            logger.error(
                "Subscription is halted, too many poisoned events are parked: see dead-letters",
                extra={
                    "action": "subscription_halted",
                    "subscription": self._definition.name,
                    "cap": self._settings.dead_letter_cap,
                },
            )

    def _log_error(self, sentence: str, action: str, error: Exception) -> None:
        logger.error(
            sentence,
            extra={"action": action, "subscription": self._definition.name, "error": describe(error)},
        )


def _next_turn(started: float, ended: float, handled: int) -> float:
    """Return when the next turn may begin; the last one handled so many events from `started` to `ended`."""
    rest = min((ended - started) * _REST_PER_WORK, _LONGEST_REST) if handled > 1 else 0.0
    return max(started + _BETWEEN_TURNS, ended + rest)


def wait_until_handled(
    source: DatabaseConnection | ConnectionPool[DatabaseConnection], name: str, position: int, timeout: float
) -> None:
    """
    Return once subscription `name` has handled the log up to `position`, its consequences included.

    Give a pool, and a connection is taken only to look; a connection must not be in a transaction that
    fixes what it sees. Raises NotYetHandled after `timeout` seconds.
    """
    deadline = time.monotonic() + timeout
    pause, longest = _POLL_PAUSES
    while True:
        with source.connection() if isinstance(source, ConnectionPool) else nullcontext(source) as connection:
            reached = Checkpoint(connection, name).read()
        if reached >= position:
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotYetHandled(f"{name} has handled the log up to {reached}, not yet to {position}")
        time.sleep(min(pause, left))
        pause = min(pause * 1.5, longest)

"""
How events take effect in a service: react, project, and project the consequences ahead of the checkpoint.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

import psycopg

from shared.checkpoint import Checkpoint, Marks
from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import DatabaseConnection
from shared.errors import ParleyError, Retryable
from shared.eventlog.protocol import Appended, EventLog

ALL_SOURCES = frozenset({"messaging", "tasks", "notifier", "surveys", "ai_resolver"})

_ENDED_FOR_STANDING_STILL = (
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.TransactionTimeout,
)

# How far back in a stream we first look for events that lie between the checkpoint and a consequence.
_LOOK_BACK = 8


def _nothing_to_begin() -> None:
    return None


class Reactions(Protocol):
    """
    The reactions to a batch of events, appended several at a time.

    What comes of a batch must be what reacting to its events one by one would have led to: each decision is
    made on what the earlier ones lead to. Both methods return what they appended, which need not belong to
    the event in hand, and as `react` does what an earlier attempt had appended.
    """

    def plan(self, event: RecordedEvent) -> Sequence[Appended]:
        """Decide what follows from the event; it may be appended now or later."""
        ...

    def carry_out(self) -> Sequence[Appended]:
        """Append whatever was planned and is not appended yet."""
        ...


@dataclass(frozen=True, kw_only=True)
class SubscriptionDefinition:
    """
    What one service makes of the log.

    `name` is also the service's schema. `categories` are the stream categories it reads, its own included;
    `own_categories` those that its reactions append to and that it projects itself. `react` appends the
    consequences of an event (each append a commit of its own, with ids derived from the event) and returns
    what was appended. `project` brings the service's rows up to date, idempotently, in the transaction
    given; it only sends statements, fetches nothing and does not commit, so that many can be on their way
    at once. Both run per event in log order: `react` sees the rows of all earlier events. `sources` are the
    services whose events wake the subscription. `batch` is how many events are handled in one
    transaction at most: their memory is held until its end. `react_together`, where there is one, is asked
    for the reactions to a whole batch, which it is shown, in place of `react`, which remains for events that
    are handled one by one: after a failure, and from the dead letters.
    """

    name: str
    categories: frozenset[str]
    own_categories: frozenset[str]
    react: Callable[[RecordedEvent, DatabaseConnection], Sequence[Appended]]
    project: Callable[[RecordedEvent, DatabaseConnection], None]
    sources: frozenset[str] = ALL_SOURCES
    batch: int = 500
    begin: Callable[[], None] = _nothing_to_begin
    react_together: Callable[[DatabaseConnection, Sequence[RecordedEvent]], Reactions] | None = None


class HandlingFailed(ParleyError):
    """An event could not be handled; the cause says why, and it is not one that passes by itself."""

    def __init__(self, event: RecordedEvent) -> None:
        super().__init__(f"{event.type} at position {event.position} could not be handled")
        self.event = event


def passes_by_itself(error: BaseException) -> bool:
    """
    Say whether the same may work later without anybody changing anything.

    Of PostgreSQL's operational errors those do not that speak of the statement rather than of the server:
    limits of the program (class 54), and statements skipped because an earlier one of their pipeline
    failed. Of the others those do that ended the session for standing idle or taking too long: so the server
    treats a process that was frozen.
    """
    if isinstance(error, psycopg.errors.PipelineAborted):
        return False
    if isinstance(error, _ENDED_FOR_STANDING_STILL):
        return True
    if isinstance(error, psycopg.OperationalError):
        return not (error.sqlstate or "").startswith("54")
    return isinstance(error, Retryable)


@contextmanager
def blamed_on(event: RecordedEvent) -> Iterator[None]:
    """Turn an error that does not pass by itself into HandlingFailed with this event."""
    try:
        yield
    except Exception as error:
        if passes_by_itself(error):
            raise
        raise HandlingFailed(event) from error


class Handler:
    """Gives events their effect on one connection, in the transaction that holds the checkpoint's lock."""

    def __init__(
        self, definition: SubscriptionDefinition, log: EventLog, connection: DatabaseConnection
    ) -> None:
        self._definition = definition
        self._log = log
        self._connection = connection
        self._checkpoint = Checkpoint(connection, definition.name)

    def handle(self, events: Sequence[RecordedEvent], position: int) -> None:
        """
        Handle the events, all up to `position` that there are, and project what was appended for them.

        Events of parked streams are parked behind. Raises HandlingFailed, or what passes by itself.
        """
        definition, connection = self._definition, self._connection
        definition.begin()
        marks = self._checkpoint.marks({event.stream for event in events})
        together = definition.react_together if len(events) > 1 else None
        reactions = _OneByOne(definition, connection) if together is None else together(connection, events)
        appended: list[Appended] = []
        for event in events:
            if marks.is_parked(event):
                self._checkpoint.park(event)
            else:
                appended += self._take_effect(event, reactions, project=not marks.is_projected(event))
        appended += reactions.carry_out()
        self.project_ahead(_events_of(appended), position)

    def take_effect(self, event: RecordedEvent, *, project: bool) -> list[RecordedEvent]:
        """React to the event by itself and project it; return what was appended for it."""
        reactions = _OneByOne(self._definition, self._connection)
        return _events_of(self._take_effect(event, reactions, project=project))

    def _take_effect(
        self, event: RecordedEvent, reactions: Reactions, *, project: bool
    ) -> Sequence[Appended]:
        with blamed_on(event):
            appended = reactions.plan(event)
            if project:
                self._definition.project(event, self._connection)
        return appended

    def project_ahead(self, consequences: Iterable[RecordedEvent], position: int) -> None:
        """
        Project the consequences that lie past `position`, with whatever else lies between in their streams.

        So a stream's rows follow its order, and whoever waits for `position` finds every consequence in them.
        """
        own = self._definition.own_categories
        ahead: dict[Stream, list[RecordedEvent]] = {}
        for event in consequences:
            if event.position > position and event.stream.category in own:
                ahead.setdefault(event.stream, []).append(event)
        if not ahead:
            return
        marks = self._checkpoint.marks(ahead)
        last: dict[Stream, RecordedEvent] = {}
        for event in sorted(self._unbroken(ahead, marks, position), key=lambda event: event.position):
            if not marks.is_parked(event) and not marks.is_projected(event):
                with blamed_on(event):
                    self._definition.project(event, self._connection)
                last[event.stream] = event
        for stream, event in last.items():
            self._checkpoint.put_ahead(stream, event.version, event.position)

    def _unbroken(
        self, ahead: Mapping[Stream, Sequence[RecordedEvent]], marks: Marks, position: int
    ) -> list[RecordedEvent]:
        """Return the events of each stream past `position` up to its last consequence, without a gap."""
        found: list[RecordedEvent] = []
        gaps: dict[Stream, int] = {}
        for stream, events in ahead.items():
            versions = {event.version: event for event in events}
            first, last = min(versions), max(versions)
            if len(versions) == last - first + 1 and first - 1 <= marks.projected.get(stream, 0):
                found += versions.values()
            else:
                gaps[stream] = first
        look_back = _LOOK_BACK
        while gaps:
            after = {stream: max(0, first - 1 - look_back) for stream, first in gaps.items()}
            by_stream: dict[Stream, list[RecordedEvent]] = {stream: [] for stream in gaps}
            for event in self._log.read_streams(after):
                by_stream[event.stream].append(event)
            for stream, events in by_stream.items():
                if after[stream] == 0 or events[0].position <= position:
                    last = max(event.version for event in ahead[stream])
                    found += [
                        event for event in events if event.position > position and event.version <= last
                    ]
                    del gaps[stream]
            look_back *= 8
        return found


class _OneByOne:
    """Reactions that are appended as soon as they are decided."""

    def __init__(self, definition: SubscriptionDefinition, connection: DatabaseConnection) -> None:
        self._definition = definition
        self._connection = connection

    def plan(self, event: RecordedEvent) -> Sequence[Appended]:
        return self._definition.react(event, self._connection)

    def carry_out(self) -> Sequence[Appended]:
        return ()


def _events_of(appended: Iterable[Appended]) -> list[RecordedEvent]:
    return [event for outcome in appended for event in outcome.events]

"""What an event log promises, whichever engine keeps it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.errors import Invalid, ParleyError, Retryable

ExpectedVersion = int | Literal["no_stream", "any"]


class VersionConflict(ParleyError):
    """The stream is at another version than the writer expected: load it again, decide again."""

    def __init__(self, stream: Stream, expected: ExpectedVersion, actual: int) -> None:
        super().__init__(f"stream {stream} is at version {actual}, expected {expected}")
        self.stream = stream
        self.expected = expected
        self.actual = actual


class LogUnavailable(Retryable):
    """
    The event log cannot be reached now; nothing can be said about an append in flight until it is repeated.
    """


class UnknownPosition(Invalid):
    """
    No event of this log has that position: it was given by another log.

    Only an engine whose positions have gaps can tell.
    """

    def __init__(self, position: int) -> None:
        super().__init__(
            "unknown_position",
            f"Position {position} is none of this event log, another log gave it: PARLEY_EVENTLOG_URL must "
            "name the log that is meant",
        )
        self.position = position


@dataclass(frozen=True, slots=True)
class Appended:
    """
    The outcome of an append.

    `events` are the events as they stand in the log; `duplicate` says that they had been there before, so
    that nothing was written and `events` are the first ones, whatever was offered now.
    """

    events: tuple[RecordedEvent, ...]
    duplicate: bool

    @property
    def position(self) -> int:
        return self.events[-1].position


@dataclass(frozen=True, slots=True)
class Append:
    """One of several appends: what `EventLog.append` is given."""

    stream: Stream
    events: Sequence[NewEvent]
    expected: ExpectedVersion


@dataclass(frozen=True, slots=True)
class Page:
    """
    A stretch of the log: the matching events up to and including `position`.

    A reader that has handled `events` has handled everything up to `position`, also what its filter left out.
    """

    events: tuple[RecordedEvent, ...]
    position: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of a stream folded up to `version`, as JSON; `schema` tells which code can read it."""

    version: int
    schema: int
    state: Mapping[str, Any]


class EventLog(Protocol):
    """
    One append-only log of events in streams.

    `consecutive` says whether positions count from 1 without gaps. Where they do not, only a position that
    the log gave may be read from.

    Synchronous: asyncio callers use threads. Safe to share between threads (and green threads). Every method
    raises LogUnavailable where the store cannot be reached or does not answer in time.
    """

    @property
    def consecutive(self) -> bool: ...

    def append(self, stream: Stream, events: Sequence[NewEvent], *, expected: ExpectedVersion) -> Appended:
        """
        Append the events to the stream in one short commit of its own, all or none.

        `expected` is the version the stream must be at (`"no_stream"` is 0), or `"any"`. Where all event ids
        are in the stream already nothing is written and the outcome is the first one, before any version is
        looked at. Positions are integers that grow along each stream; an append that begins after another
        has ended gets the greater one. Once a reader of the whole log has seen position p, nothing at or
        before p appears. It may see this append a moment later than it ends, after others that began before.

        Raises VersionConflict, also where only some of the ids are there; ValueError for no events.
        """
        ...

    def append_several(self, appends: Sequence[Append]) -> list[Appended | VersionConflict]:
        """
        Do several appends, each to another stream, and return their outcomes in the order given.

        Each outcome is the one that `append` would have given or raised: one that is refused stops none of
        the others. Positions follow the order given. An engine that can shares one commit and one round trip
        between them; another does one after the other, so that a failure may leave the first ones done.
        Either way a repeat finds what was done. Keep them few: whoever else appends to one of their streams
        waits for all of them.

        Raises ValueError for a stream that is named twice, and what `append` raises but for VersionConflict.
        """
        ...

    def read_stream(self, stream: Stream, *, after_version: int = 0) -> tuple[RecordedEvent, ...]:
        """Return the stream's events after that version, in order; empty where there are none."""
        ...

    def read_streams(self, after_versions: Mapping[Stream, int]) -> tuple[RecordedEvent, ...]:
        """
        Return the events of several streams, each after the version given for it, in order of position.

        One snapshot of the log where the engine has such a thing: meant for bringing cached states up to
        date in one round trip.
        """
        ...

    def find(self, stream: Stream, event_id: UUID) -> RecordedEvent | None:
        """Return the event with that id in that stream, or None."""
        ...

    def read_all(
        self,
        *,
        after: int,
        limit: int = 1000,
        categories: Collection[str] | None = None,
        until: int | None = None,
    ) -> Page:
        """
        Return the next events after position `after` in order, at most `limit`, of these categories (None:
        all).

        With `until` nothing past that position is returned. The page's position is never less than `after`.
        The event at a position p alone is what lies after p - 1 until p. Raises UnknownPosition.
        """
        ...

    def head(self) -> int:
        """
        Return the position of the newest event that can be read in order, 0 for an empty log.

        No page goes past it. While others append, it may lie before what was appended just now, and for a
        moment before what it was. Where other things lie between the events, it may be that of such a thing.
        """
        ...

    def newest(self) -> int:
        """
        Return the position of the newest event, readable in order or not yet; 0 for an empty log.

        Never less than what an ended append returned or a reader has reached, while `head` may be: to tell
        whether the log has a position at all, or up to where a state may have been loaded, ask this.
        """
        ...

    def before_last(self, number: int, *, categories: Collection[str] | None = None) -> int:
        """Return a position after which the newest `number` events of these categories lie, or fewer."""
        ...

    def wait_for_news(self, *, after: int, timeout: float) -> bool:
        """
        Return True as soon as the head is past `after`, False after `timeout` seconds. May poll; holds no
        lock.
        """
        ...

    def load_snapshot(self, stream: Stream) -> Snapshot | None:
        """Return the newest snapshot of the stream; a snapshot is a cache, never the truth."""
        ...

    def save_snapshot(self, stream: Stream, snapshot: Snapshot) -> None:
        """Keep the snapshot unless a newer one is kept already."""
        ...

    def erase_subject(self, subject: str) -> bool:
        """
        Destroy the subject's key, so that its personal fields read as ERASED everywhere; False if it had
        none.

        Events that are appended for the subject later get a new key. Other processes may hold the key in
        memory for up to a minute: what they append for the subject meanwhile is erased with it.
        """
        ...

    def close(self) -> None:
        """Give back connections; the log cannot be used afterwards."""
        ...


def check_streams_differ(appends: Sequence[Append]) -> None:
    """Raise ValueError where several appends name one stream: the later ones would hang on the earlier."""
    if len({append.stream for append in appends}) < len(appends):
        raise ValueError("several appends at once must each be to another stream")


def append_in_turn(log: EventLog, appends: Sequence[Append]) -> list[Appended | VersionConflict]:
    """Do several appends one after the other, for an engine that cannot share a commit between them."""
    check_streams_differ(appends)
    outcomes: list[Appended | VersionConflict] = []
    for each in appends:
        try:
            outcomes.append(log.append(each.stream, each.events, expected=each.expected))
        except VersionConflict as conflict:
            outcomes.append(conflict)
    return outcomes

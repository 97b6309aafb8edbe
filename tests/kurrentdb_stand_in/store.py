"""What the stand-in keeps: records at byte positions in one log, as EventStoreDB/KurrentDB hands them out."""

import re
import threading
import time
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

NO_STREAM = -1
ANY = -2
EXISTS = -4

# The vendor's server remembers the ids of a bounded number of events, and for `any` asks only this memory.
_IDS_REMEMBERED = 1000
_HEADER_BYTES = 61
_FIRST_POSITION = 2087
_TICKS_PER_SECOND = 10_000_000


class InvalidPosition(Exception):
    """No record begins at that position."""


class StreamDeleted(Exception):
    """The stream was deleted for ever."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """An event that a client wants to have kept."""

    id: str
    type: str
    content_type: str
    metadata: bytes
    data: bytes

    @property
    def size(self) -> int:
        """What counts towards the largest append that is taken."""
        return 2 * len(self.type) + len(self.metadata) + len(self.data)


@dataclass(frozen=True, slots=True)
class Record:
    """An event as it is kept."""

    position: int
    stream: str
    revision: int
    created: int
    event: Proposed


@dataclass(frozen=True, slots=True)
class Filter:
    """Which records a reader wants: a regular expression, or prefixes, of the stream's name or the type."""

    of: Literal["stream", "type"]
    pattern: str
    prefixes: tuple[str, ...]

    def lets_through(self, record: Record) -> bool:
        text = record.stream if self.of == "stream" else record.event.type
        if self.prefixes:
            return text.startswith(self.prefixes)
        return re.search(self.pattern, text) is not None


@dataclass(frozen=True, slots=True)
class Kept:
    """The outcome of an append that is in the log: the last of its records, written now or before."""

    last: Record


@dataclass(frozen=True, slots=True)
class WrongVersion:
    """The stream's last revision was another than expected; NO_STREAM where there is none."""

    current: int


class Store:
    """Everything is in memory and lasts as long as the process or until `reset`."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self.reset()

    def reset(self) -> None:
        """Forget everything and begin as a new server does: with system events of its own."""
        with self._news:
            self._records: list[Record] = []
            self._positions: list[int] = []
            self._streams: dict[str, list[Record]] = {}
            self._begins: dict[str, int] = {}
            self._deleted: set[str] = set()
            self._remembered: OrderedDict[str, Record] = OrderedDict()
            self._next = _FIRST_POSITION
            self._closed = False
            self._write("$user-admin", [_system_event("$UserCreated", 1)])
            self._write("$users", [_system_event("$User", 2)])
            self._news.notify_all()

    def close(self) -> None:
        """Let those who follow the log end."""
        with self._news:
            self._closed = True
            self._news.notify_all()

    def append(self, stream: str, expected: int, events: Sequence[Proposed]) -> Kept | WrongVersion:
        """Keep the events, all or none; as idempotent about event ids as the vendor's server, and no more."""
        with self._news:
            if stream in self._deleted:
                raise StreamDeleted(stream)
            history = self._streams.get(stream, [])
            current = len(history) - 1
            gone = bool(history) and self._begins.get(stream, 0) >= len(history)
            if expected in (ANY, EXISTS):
                if expected == EXISTS and current == NO_STREAM:
                    return WrongVersion(current)
                remembered = [self._remembered.get(event.id) for event in events]
                there = [each for each in remembered if each is not None and each.stream == stream]
                if len(there) == len(events):
                    return Kept(there[-1])
                if remembered[0] in there:
                    return WrongVersion(current)
            elif expected != current:
                there = history[expected + 1 : expected + 1 + len(events)]
                if [record.event.id for record in there] == [event.id for event in events]:
                    return Kept(there[-1])
                if not (gone and expected == NO_STREAM):
                    return WrongVersion(current)
            if gone:
                self._begins[stream] = len(history)
            self._write(stream, events)
            self._news.notify_all()
            return Kept(self._records[-1])

    def delete(self, stream: str, *, before: int | None = None, for_ever: bool = False) -> None:
        """Show no records of the stream, or none before that revision; `for_ever` takes no more either."""
        with self._news:
            self._begins[stream] = len(self._streams[stream]) if before is None else before
            if for_ever:
                self._deleted.add(stream)

    def stream(self, name: str) -> list[Record] | None:
        """Return the stream's records in order, None where there is no such stream."""
        with self._news:
            if name in self._deleted:
                raise StreamDeleted(name)
            found = self._streams.get(name, [])[self._begins.get(name, 0) :]
            return found or None

    def forwards(self, position: int | None, wanted: Filter | None) -> Iterator[Record]:
        """Yield the records from that position on, which must be one's beginning, or from the start."""
        with self._news:
            first = 0 if position is None else self._index(position)
            records = self._records[first:]
        yield from (record for record in records if wanted is None or wanted.lets_through(record))

    def backwards(self, wanted: Filter | None) -> Iterator[Record]:
        """Yield the records from the newest to the oldest."""
        with self._news:
            records = self._records[::-1]
        yield from (record for record in records if wanted is None or wanted.lets_through(record))

    def follow(self, position: int | None, *, from_end: bool, wanted: Filter | None) -> "Following":
        """Return what follows that position, now and later."""
        with self._news:
            if position is not None:
                first = self._index(position) + 1
            else:
                first = len(self._records) if from_end else 0
        return Following(self, first, wanted)

    def wait(self, index: int, seconds: float) -> list[Record] | None:
        """Return the records from that index on, waiting so long for some; None where the store closed."""
        with self._news:
            self._news.wait_for(lambda: self._closed or len(self._records) > index, seconds)
            return None if self._closed else self._records[index:]

    def _index(self, position: int) -> int:
        index = bisect_left(self._positions, position)
        if index == len(self._positions) or self._positions[index] != position:
            raise InvalidPosition(position)
        return index

    def _write(self, stream: str, events: Sequence[Proposed]) -> None:
        history = self._streams.setdefault(stream, [])
        for event in events:
            record = Record(self._next, stream, len(history), int(time.time() * _TICKS_PER_SECOND), event)
            history.append(record)
            self._records.append(record)
            self._positions.append(record.position)
            self._remembered[event.id] = record
            self._next += (
                _HEADER_BYTES + len(stream) + len(event.type) + len(event.metadata) + len(event.data)
            )
        while len(self._remembered) > _IDS_REMEMBERED:
            self._remembered.popitem(last=False)


class Following:
    """One subscriber's place in the log."""

    def __init__(self, store: Store, index: int, wanted: Filter | None) -> None:
        self._store = store
        self._index = index
        self._wanted = wanted
        self.position = 0

    def next(self, seconds: float) -> list[Record] | None:
        """Return the next wanted records, waiting so long for any; None where the store closed."""
        records = self._store.wait(self._index, seconds)
        if records is None:
            return None
        self._index += len(records)
        if records:
            self.position = records[-1].position
        return [record for record in records if self._wanted is None or self._wanted.lets_through(record)]


def _system_event(kind: str, number: int) -> Proposed:
    return Proposed(f"00000000-0000-4000-8000-{number:012d}", kind, "application/json", b"", b"{}")

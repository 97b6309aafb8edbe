"""
The event log in memory: for unit tests and trials, with the same codec and the same promises as the others.
"""

import threading
import time
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC
from uuid import UUID

from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.eventlog.codec import Codec, StoredEvent
from shared.eventlog.keys import KeyRing
from shared.eventlog.protocol import (
    Append,
    Appended,
    ExpectedVersion,
    Page,
    Snapshot,
    VersionConflict,
    append_in_turn,
)


class MemoryKeyStore:
    """Keys in a dictionary."""

    def __init__(self) -> None:
        self._keys: dict[str, bytes] = {}

    def load_keys(self, subjects: Collection[str]) -> Mapping[str, bytes]:
        return {subject: self._keys[subject] for subject in subjects if subject in self._keys}

    def create_key(self, subject: str, key: bytes) -> bytes:
        return self._keys.setdefault(subject, key)

    def delete_key(self, subject: str) -> bool:
        return self._keys.pop(subject, None) is not None


class MemoryEventLog:
    """An EventLog that lives as long as the object. Any number of threads may share it."""

    consecutive = True

    def __init__(self) -> None:
        self._keys = KeyRing(MemoryKeyStore())
        self._codec = Codec(self._keys)
        self._news = threading.Condition()
        self._rows: list[StoredEvent] = []
        self._streams: dict[Stream, list[StoredEvent]] = {}
        self._snapshots: dict[Stream, Snapshot] = {}

    def append(self, stream: Stream, events: Sequence[NewEvent], *, expected: ExpectedVersion) -> Appended:
        encoded = self._codec.encode(events)
        with self._news:
            history = self._streams.get(stream, [])
            first = _first_outcome(history, [event.id for event in events])
            if first is not None:
                return Appended(self._codec.decode(first), duplicate=True)
            known = {row.id for row in history}
            if not _is_met(expected, len(history)) or any(event.id in known for event in events):
                raise VersionConflict(stream, expected, len(history))
            rows = [
                _to_row(stream, event, data, version=len(history) + n, position=len(self._rows) + n)
                for n, (event, data) in enumerate(zip(events, encoded, strict=True), start=1)
            ]
            self._streams.setdefault(stream, []).extend(rows)
            self._rows.extend(rows)
            self._news.notify_all()
        return Appended(self._codec.decode(rows), duplicate=False)

    def append_several(self, appends: Sequence[Append]) -> list[Appended | VersionConflict]:
        for each in appends:
            self._codec.encode(each.events)
        with self._news:
            return append_in_turn(self, appends)

    def read_stream(self, stream: Stream, *, after_version: int = 0) -> tuple[RecordedEvent, ...]:
        with self._news:
            rows = self._streams.get(stream, [])[max(after_version, 0) :]
        return self._codec.decode(rows)

    def read_streams(self, after_versions: Mapping[Stream, int]) -> tuple[RecordedEvent, ...]:
        with self._news:
            rows = [
                row
                for stream, after_version in after_versions.items()
                for row in self._streams.get(stream, [])[max(after_version, 0) :]
            ]
        return self._codec.decode(sorted(rows, key=lambda row: row.position))

    def find(self, stream: Stream, event_id: UUID) -> RecordedEvent | None:
        with self._news:
            rows = [row for row in self._streams.get(stream, []) if row.id == event_id]
        return next(iter(self._codec.decode(rows)), None)

    def read_all(
        self,
        *,
        after: int,
        limit: int = 1000,
        categories: Collection[str] | None = None,
        until: int | None = None,
    ) -> Page:
        with self._news:
            head = len(self._rows)
            last = head if until is None else min(until, head)
            rows = [
                row
                for row in self._rows[max(after, 0) : max(last, 0)]
                if categories is None or row.category in categories
            ][:limit]
        return self._codec.decode_page(rows, limit=limit, reached=max(after, last))

    def head(self) -> int:
        return len(self._rows)

    def newest(self) -> int:
        return self.head()

    def before_last(self, number: int, *, categories: Collection[str] | None = None) -> int:
        with self._news:
            wanted = [row.position for row in self._rows if categories is None or row.category in categories]
        return wanted[-number] - 1 if 0 < number <= len(wanted) else 0

    def wait_for_news(self, *, after: int, timeout: float) -> bool:
        until = time.monotonic() + timeout
        with self._news:
            return self._news.wait_for(lambda: len(self._rows) > after, until - time.monotonic())

    def load_snapshot(self, stream: Stream) -> Snapshot | None:
        return self._snapshots.get(stream)

    def save_snapshot(self, stream: Stream, snapshot: Snapshot) -> None:
        with self._news:
            kept = self._snapshots.get(stream)
            if kept is None or (kept.schema, kept.version) < (snapshot.schema, snapshot.version):
                self._snapshots[stream] = snapshot

    def erase_subject(self, subject: str) -> bool:
        with self._news:
            for stream in {
                Stream(row.category, row.stream_id) for row in self._rows if row.subject == subject
            }:
                self._snapshots.pop(stream, None)
        return self._keys.destroy(subject)

    def close(self) -> None:
        pass


def _is_met(expected: ExpectedVersion, actual: int) -> bool:
    match expected:
        case "any":
            return True
        case "no_stream":
            return actual == 0
        case _:
            return actual == expected


def _first_outcome(history: Sequence[StoredEvent], ids: Sequence[UUID]) -> list[StoredEvent] | None:
    by_id = {row.id: row for row in history}
    return [by_id[event_id] for event_id in ids] if all(event_id in by_id for event_id in ids) else None


def _to_row(stream: Stream, event: NewEvent, data: str, *, version: int, position: int) -> StoredEvent:
    return StoredEvent(
        position=position,
        category=stream.category,
        stream_id=stream.id,
        version=version,
        id=event.id,
        source=event.data.SOURCE,
        type=type(event.data).__name__,
        schema_version=event.data.SCHEMA_VERSION,
        time=event.time.astimezone(UTC),
        actor=event.actor,
        audience=sorted(event.audience),
        subject=event.subject,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        data=data,
    )

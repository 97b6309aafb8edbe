"""The event log in PostgreSQL."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
from psycopg.types.json import Json

from shared import db
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.db import DatabaseConnection
from shared.eventlog.codec import Codec, StoredEvent
from shared.eventlog.connections import Connections
from shared.eventlog.keys import KeyRing
from shared.eventlog.news import Listener, Waker
from shared.eventlog.protocol import (
    Append,
    Appended,
    ExpectedVersion,
    LogUnavailable,
    Page,
    Snapshot,
    VersionConflict,
    check_streams_differ,
)
from shared.eventlog.together import Together
from shared.settings import Settings

_SCHEMA = "eventlog"
_QUERIES = db.load_queries("shared.eventlog.sql")
_POSITIONS = "events_pkey"
# A dump has both; a copy of the table alone, or a logical replica, has the events only.
_SEQUENCE_BEHIND = (
    "the sequence eventlog.positions is behind the log, as after a copy that left it out. Bring it up, as the"
    " owner: select setval('eventlog.positions', (select max(position) from eventlog.events))"
)
_END_OF_LOG = 2**63 - 1
# How far one query looks for events of some categories before it answers with none.
_STRETCH = 10_000


class _Encoded(NamedTuple):
    """An append with its events' data as it is stored: encrypting may take looks at the keys."""

    append: Append
    contents: list[str]


class _Written(NamedTuple):
    """What an append came to; the version is the one that its stream was at."""

    actual: int
    positions: Sequence[int] | None
    duplicate: bool


class PostgresEventLog:
    """
    An EventLog in the schema `eventlog` of the database at `settings.log_url`, as the application's role.

    Connects when it is first used, never before, and holds up to `pool_size` connections, one for waking
    readers and one for each thread that waits for news.

    The server ends a transaction after `transaction_milliseconds`, or an append whose client fell silent
    would hold up all readers. That is longer than a statement may take, which costs no connection.

    Appends to different streams run side by side: docs/decisions/0001-order-of-the-log.md
    says why readers see one order all the same.
    """

    # A number is lost where an append fails after it took one, and a few where the server crashes.
    consecutive = False

    def __init__(
        self, settings: Settings, *, pool_size: int = 8, transaction_milliseconds: int = 70_000
    ) -> None:
        def connect() -> DatabaseConnection:
            connection = db.connect(settings, schema=_SCHEMA, autocommit=True, url=settings.log_url)
            db.limit_transactions(connection, transaction_milliseconds)
            connection.prepare_threshold = 0
            return connection

        self._connections = Connections(connect, size=pool_size)
        self._keys = KeyRing(PostgresKeyStore(self._connections))
        self._codec = Codec(self._keys)
        self._waker = Waker(connect)
        self._listener = Listener(connect, self.head)
        self._appends = Together(self._write, key=lambda encoded: encoded.append.stream)
        self._reads = Together(self._read_together)

    def append(self, stream: Stream, events: Sequence[NewEvent], *, expected: ExpectedVersion) -> Appended:
        append = Append(stream, events, expected)
        outcome = self._outcome(append, self._appends.ask(_Encoded(append, self._codec.encode(events))))
        if isinstance(outcome, VersionConflict):
            raise outcome
        return outcome

    def append_several(self, appends: Sequence[Append]) -> list[Appended | VersionConflict]:
        check_streams_differ(appends)
        encoded = [_Encoded(each, self._codec.encode(each.events)) for each in appends]
        written = self._write(encoded) if encoded else []
        return [self._outcome(each, one) for each, one in zip(appends, written, strict=True)]

    def _write(self, encoded: Sequence[_Encoded]) -> list[_Written]:
        """Do the appends, each to another stream, in one commit; what each came to, in the order given."""
        written = self._write_one(encoded[0]) if len(encoded) == 1 else None
        outcomes = [written] if written else self._write_several(encoded)
        newest = [outcome.positions[-1] for outcome in outcomes if outcome.positions]
        if newest:
            self._waker.wake(max(newest))
        return outcomes

    def _write_one(self, encoded: _Encoded) -> _Written | None:
        """Append a single event at the least cost; None where the stream does not take it, whyever."""
        append = encoded.append
        if len(append.events) != 1:
            return None
        rows = self._fetch(
            "append_one",
            [
                append.stream.category,
                append.stream.id,
                _version(append.expected),
                *_parameters_of(append.events[0], encoded.contents[0]),
            ],
        )
        return _Written(rows[0][0] - 1, [rows[0][1]], duplicate=False) if rows else None

    def _write_several(self, encoded: Sequence[_Encoded]) -> list[_Written]:
        appends = [each.append for each in encoded]
        parameters = [
            _text_array(each.stream.category for each in appends),
            _plain_array(each.stream.id for each in appends),
            _plain_array(_version(each.expected) for each in appends),
            _plain_array(len(each.events) for each in appends),
            _plain_array(number for number, each in enumerate(appends, start=1) for _ in each.events),
            *_parameters_of_several(
                [event for each in appends for event in each.events],
                [content for each in encoded for content in each.contents],
            ),
        ]
        return [_Written(*row) for row in self._fetch("append_several", parameters)]

    def read_stream(self, stream: Stream, *, after_version: int = 0) -> tuple[RecordedEvent, ...]:
        rows = self._fetch("read_stream", [stream.id, stream.category, after_version])
        return self._codec.decode(_stored(rows))

    def read_streams(self, after_versions: Mapping[Stream, int]) -> tuple[RecordedEvent, ...]:
        return self._reads.ask(after_versions) if after_versions else ()

    def _read_together(self, wanted: Sequence[Mapping[Stream, int]]) -> list[tuple[RecordedEvent, ...]]:
        after_versions: dict[Stream, int] = {}
        for each in wanted:
            for stream, version in each.items():
                after_versions[stream] = min(version, after_versions.get(stream, version))
        parameters = [
            _text_array(stream.category for stream in after_versions),
            _plain_array(stream.id for stream in after_versions),
            _plain_array(after_versions.values()),
        ]
        found = self._codec.decode(_stored(self._fetch("read_streams", parameters)))
        return [
            tuple(event for event in found if event.version > each.get(event.stream, event.version))
            for each in wanted
        ]

    def find(self, stream: Stream, event_id: UUID) -> RecordedEvent | None:
        rows = self._fetch("find", [[event_id], stream.id, stream.category])
        return next(iter(self._codec.decode(_stored(rows))), None)

    def read_all(
        self,
        *,
        after: int,
        limit: int = 1000,
        categories: Collection[str] | None = None,
        until: int | None = None,
    ) -> Page:
        end = _END_OF_LOG if until is None else until
        wanted = None if categories is None else sorted(set(categories))
        reached = after
        while True:
            stretch = end if wanted is None else min(end, reached + _STRETCH)
            rows = self._fetch(
                "read_all", {"after": reached, "until": stretch, "limit": limit, "categories": wanted}
            )
            head = rows[0][0]
            found = [StoredEvent._make(row[1:]) for row in rows if row[1] is not None]
            reached = max(reached, min(stretch, head))
            if found or reached >= min(end, head):
                return self._codec.decode_page(found, limit=limit, reached=reached)

    def head(self) -> int:
        position: int = self._fetch("head", [])[0][0]
        return position

    def newest(self) -> int:
        position: int = self._fetch("newest", [])[0][0]
        return position

    def before_last(self, number: int, *, categories: Collection[str] | None = None) -> int:
        # Of some categories they may lie far apart, and there is no index to find them by.
        del categories
        return max(0, self.head() - number)

    def wait_for_news(self, *, after: int, timeout: float) -> bool:
        return self._listener.wait(after=after, timeout=timeout)

    def load_snapshot(self, stream: Stream) -> Snapshot | None:
        rows = self._fetch("load_snapshot", [stream.id, stream.category])
        return Snapshot(*rows[0]) if rows else None

    def save_snapshot(self, stream: Stream, snapshot: Snapshot) -> None:
        self._execute(
            "save_snapshot",
            [stream.category, stream.id, snapshot.version, snapshot.schema, Json(dict(snapshot.state))],
        )

    def erase_subject(self, subject: str) -> bool:
        existed = self._keys.destroy(subject)
        self._execute("delete_snapshots_of_subject", [subject])
        return existed

    def close(self) -> None:
        self._waker.close()
        self._listener.close()
        self._connections.close()

    def _outcome(self, append: Append, written: _Written) -> Appended | VersionConflict:
        if written.duplicate:
            ids = [event.id for event in append.events]
            return Appended(self._first_outcome(append.stream, ids), duplicate=True)
        if written.positions is None:
            return VersionConflict(append.stream, append.expected, written.actual)
        recorded = _recorded(append.stream, append.events, written.actual + 1, written.positions)
        return Appended(recorded, duplicate=False)

    def _first_outcome(self, stream: Stream, ids: Sequence[UUID]) -> tuple[RecordedEvent, ...]:
        rows = self._fetch("find", [list(ids), stream.id, stream.category])
        by_id = {event.id: event for event in self._codec.decode(_stored(rows))}
        return tuple(by_id[event_id] for event_id in ids)

    def _fetch(self, query: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
        try:
            return self._connections.run(
                lambda connection: connection.execute(_QUERIES[query], parameters, binary=True).fetchall()
            )
        except psycopg.errors.UniqueViolation as error:
            if error.diag.constraint_name == _POSITIONS:
                raise LogUnavailable(_SEQUENCE_BEHIND) from error
            raise

    def _execute(self, query: str, parameters: Sequence[Any]) -> int:
        return self._connections.run(
            lambda connection: connection.execute(_QUERIES[query], parameters).rowcount
        )


class PostgresKeyStore:
    """The subjects' keys in a table beside the log."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def load_keys(self, subjects: Collection[str]) -> Mapping[str, bytes]:
        return self._connections.run(
            lambda connection: dict(
                connection.execute(_QUERIES["load_keys"], [list(subjects)], binary=True).fetchall()
            )
        )

    def create_key(self, subject: str, key: bytes) -> bytes:
        kept: Mapping[str, bytes] = {}
        # A second look only where an erasure falls between the two statements.
        while subject not in kept:
            self._connections.run(
                lambda connection: connection.execute(_QUERIES["create_key"], [subject, key])
            )
            kept = self.load_keys([subject])
        return kept[subject]

    def delete_key(self, subject: str) -> bool:
        return self._connections.run(
            lambda connection: connection.execute(_QUERIES["delete_key"], [subject]).rowcount > 0
        )


def _stored(rows: Iterable[tuple[Any, ...]]) -> list[StoredEvent]:
    return [StoredEvent._make(row) for row in rows]


def _version(expected: ExpectedVersion) -> int | None:
    return {"any": None, "no_stream": 0}[expected] if isinstance(expected, str) else expected


def _parameters_of(event: NewEvent, content: str) -> list[Any]:
    return [
        event.id,
        event.data.SOURCE,
        type(event.data).__name__,
        event.data.SCHEMA_VERSION,
        event.time,
        event.actor,
        _plain_array(sorted(event.audience)),
        event.subject,
        event.correlation_id,
        event.causation_id,
        content,
    ]


def _parameters_of_several(events: Sequence[NewEvent], contents: list[str]) -> list[Any]:
    return [
        _plain_array(event.id for event in events),
        _text_array(event.data.SOURCE for event in events),
        _text_array(type(event.data).__name__ for event in events),
        _plain_array(event.data.SCHEMA_VERSION for event in events),
        _text_array(event.time.isoformat() for event in events),
        _text_array(event.actor for event in events),
        _text_array(_plain_array(sorted(event.audience)) for event in events),
        _text_array(event.subject for event in events),
        _plain_array(event.correlation_id for event in events),
        _plain_array(event.causation_id for event in events),
        _text_array(contents),
    ]


# The append's arrays go as the text that PostgreSQL reads them from: to have psycopg find each list's type
# and adapt its elements takes as long as the whole append.


def _plain_array(values: Iterable[UUID | int | None]) -> str:
    return "{" + ",".join("null" if value is None else str(value) for value in values) + "}"


def _text_array(values: Iterable[str | None]) -> str:
    return "{" + ",".join("null" if value is None else _quoted(value) for value in values) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _recorded(
    stream: Stream, events: Sequence[NewEvent], first_version: int, positions: Sequence[int]
) -> tuple[RecordedEvent, ...]:
    return tuple(
        RecordedEvent(
            id=event.id,
            source=event.data.SOURCE,
            type=type(event.data).__name__,
            schema_version=event.data.SCHEMA_VERSION,
            stream=stream,
            version=first_version + n,
            position=position,
            time=event.time.astimezone(UTC),
            actor=event.actor,
            audience=event.audience,
            subject=event.subject,
            correlation_id=event.correlation_id,
            causation_id=event.causation_id,
            data=event.data,
        )
        for n, (event, position) in enumerate(zip(events, positions, strict=True))
    )

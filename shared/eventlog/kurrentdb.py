"""The event log in an EventStoreDB, now KurrentDB."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from uuid import UUID, uuid4

from kurrentdbclient import RecordedEvent as DatabaseRecord
from psycopg.types.json import Json

from shared import db
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.db import DatabaseConnection
from shared.eventlog import kurrentdb_url
from shared.eventlog.blocking import Blocking
from shared.eventlog.codec import Codec, StoredEvent, UnreadableEvent
from shared.eventlog.connections import Connections
from shared.eventlog.keys import KeyRing
from shared.eventlog.kurrentdb_connection import Connection
from shared.eventlog.kurrentdb_events import (
    append_id,
    streams_pattern,
    subject_of,
    to_database,
    to_stored,
    to_stored_if_ours,
)
from shared.eventlog.kurrentdb_known import Known, KnownIds
from shared.eventlog.kurrentdb_news import News
from shared.eventlog.kurrentdb_session import Session, WrongVersion, actual_version
from shared.eventlog.postgres import PostgresKeyStore
from shared.eventlog.protocol import (
    Append,
    Appended,
    ExpectedVersion,
    LogUnavailable,
    Page,
    Snapshot,
    VersionConflict,
    append_in_turn,
)
from shared.settings import Settings

_QUERIES = db.load_queries("shared.eventlog.sql")
_LIST_SNAPSHOTS = b"select category, stream_id from eventlog.snapshots"
_DELETE_SNAPSHOT = b"delete from eventlog.snapshots where stream_id = %s and category = %s"
# Events of one stream that are asked for at a time, and streams that are asked at a time.
_PAGE = 1000
_STREAMS = 50


class KurrentEventLog:
    """
    An EventLog in the EventStoreDB/KurrentDB at `settings.eventlog_url`; positions are commit positions.

    What must be changeable stays in PostgreSQL at `settings.database_url`, in the schema `eventlog`: the
    subjects' keys and the snapshots. Connects when it is first used. What came before the position `origin`
    counts as not there. Raises SettingsError for a URL that says something wrong.
    """

    consecutive = False

    def __init__(self, settings: Settings, *, pool_size: int = 8, origin: int = 0) -> None:
        def connect() -> DatabaseConnection:
            return db.connect(settings, schema="eventlog", autocommit=True, url=settings.log_database_url)

        address = kurrentdb_url.parse(settings.log_url)
        self._seconds = address.seconds
        self._origin = origin
        blocking = Blocking()
        self._connection = Connection(address, blocking, origin=origin)
        self._news = News(self._connection, blocking, origin=origin)
        self._known = KnownIds()
        self._beside = Connections(connect, size=pool_size)
        self._keys = KeyRing(PostgresKeyStore(self._beside))
        self._codec = Codec(self._keys)

    def append(self, stream: Stream, events: Sequence[NewEvent], *, expected: ExpectedVersion) -> Appended:
        contents = self._codec.encode(events)
        attempt = _Attempt(stream, events, contents, expected)
        until = time.monotonic() + 2 * self._seconds
        look = False
        while True:
            known = self._look(stream) if look else self._known.of(stream)
            there = known.versions_of(attempt.ids)
            if len(there) == len(attempt.ids):
                return self._outcome(attempt, there)
            if there or attempt.wanted not in (None, known.version):
                # Only who has just looked knows that the rest is not there, and the version.
                if look:
                    raise VersionConflict(stream, expected, known.version)
            elif self._write(attempt, known.version):
                return self._outcome(attempt, range(known.version + 1, known.version + 1 + len(events)))
            look = True
            if time.monotonic() > until:
                raise attempt.lost or LogUnavailable(f"{stream} changed all the time it was appended to")

    def append_several(self, appends: Sequence[Append]) -> list[Appended | VersionConflict]:
        behind: dict[Stream, int] = {}
        for each in appends:
            self._codec.encode(each.events)
            known = self._known.of(each.stream)
            if _wanted(each.expected) not in (None, known.version):
                behind[each.stream] = known.version
        # Together, where each append would look at its stream by itself.
        for _ in self._read_streams(behind):
            pass
        return append_in_turn(self, appends)

    def read_stream(self, stream: Stream, *, after_version: int = 0) -> tuple[RecordedEvent, ...]:
        return self.read_streams({stream: after_version})

    def read_streams(self, after_versions: Mapping[Stream, int]) -> tuple[RecordedEvent, ...]:
        wanted = list(after_versions.items())
        records = [
            record
            for first in range(0, len(wanted), _STREAMS)
            for record in self._read_streams(dict(wanted[first : first + _STREAMS]))
        ]
        return self._codec.decode([to_stored(each) for each in sorted(records, key=_position)])

    def find(self, stream: Stream, event_id: UUID) -> RecordedEvent | None:
        known = self._known.of(stream)
        if event_id not in known.versions:
            known = self._look(stream)
        version = known.versions.get(event_id)
        if version is None:
            return None
        (record,) = self._read_versions(stream, [version])
        if record.id != event_id:
            self._known.forget(stream)
            return self.find(stream, event_id)
        return self._codec.decode([to_stored(record)])[0]

    def read_all(
        self,
        *,
        after: int,
        limit: int = 1000,
        categories: Collection[str] | None = None,
        until: int | None = None,
    ) -> Page:
        begin = max(after, self._origin)
        if until is not None and until <= begin:
            return Page((), after)
        if categories is not None and not categories:
            head = self.head()
            return Page((), max(after, head if until is None else min(head, until)))
        pattern = streams_pattern(categories)
        stretch = self._connection.read(
            lambda session: session.read_all(after=begin, limit=limit, pattern=pattern, until=until)
        )
        if stretch.reached <= begin:
            return Page((), after)
        rows: list[StoredEvent] = []
        for record in stretch.records:
            try:
                row = to_stored_if_ours(record)
            except UnreadableEvent:
                if not rows:
                    raise
                return self._codec.decode_page(rows, limit=len(rows), reached=rows[-1].position)
            if row is not None:
                rows.append(row)
        if not rows:
            return Page((), stretch.reached)
        return self._codec.decode_page(rows, limit=len(rows) + 1, reached=stretch.reached)

    def head(self) -> int:
        return self._connection.read(Session.tail)

    def newest(self) -> int:
        return self.head()

    def before_last(self, number: int, *, categories: Collection[str] | None = None) -> int:
        pattern = streams_pattern(categories)
        newest = self._connection.read(lambda session: session.last_of_ours(number + 1, pattern))
        position = newest[-1].commit_position if len(newest) > number else 0
        return position if position > self._origin else 0

    def wait_for_news(self, *, after: int, timeout: float) -> bool:
        return self._news.wait(after=after, timeout=timeout)

    def load_snapshot(self, stream: Stream) -> Snapshot | None:
        rows = self._beside.run(
            lambda connection: connection.execute(
                _QUERIES["load_snapshot"], [stream.id, stream.category]
            ).fetchall()
        )
        return Snapshot(*rows[0]) if rows else None

    def save_snapshot(self, stream: Stream, snapshot: Snapshot) -> None:
        state = Json(dict(snapshot.state))
        parameters = [stream.category, stream.id, snapshot.version, snapshot.schema, state]
        self._beside.run(lambda connection: connection.execute(_QUERIES["save_snapshot"], parameters))

    def erase_subject(self, subject: str) -> bool:
        existed = self._keys.destroy(subject)
        # Folded states may hold what the key encrypted. They are few, and an erasure is rare.
        kept = self._beside.run(lambda connection: connection.execute(_LIST_SNAPSHOTS).fetchall())
        for category, stream_id in kept:
            records = self._read_streams({Stream(category, stream_id): 0})
            if any(subject_of(each) == subject for each in records):
                self._beside.run(partial(_delete_snapshot, category=category, stream_id=stream_id))
        return existed

    def close(self) -> None:
        self._news.close()
        self._connection.close()
        self._beside.close()

    def _look(self, stream: Stream) -> Known:
        """Read what has come to the stream since it was last looked at; return what is known then."""
        known = self._known.of(stream)
        # What was noted meanwhile may be forgotten again already.
        return known.followed_by([record.id for record in self._read_streams({stream: known.version})])

    def _read_streams(self, after_versions: Mapping[Stream, int]) -> Iterator[DatabaseRecord]:
        """Yield the events of each stream after a version, page by page, and note their ids."""
        left = {stream: max(version, 0) for stream, version in after_versions.items()}
        before = {stream: self._known.of(stream).version for stream in left}
        while left:
            wanted = [(str(stream), version) for stream, version in left.items()]
            pages = self._connection.read(partial(Session.read_streams, wanted=wanted, limit=_PAGE))
            more = {}
            for (stream, version), records in zip(left.items(), pages, strict=True):
                _refuse_gap(stream, version, records)
                self._known.note(stream, version, [record.id for record in records])
                yield from records
                if len(records) == _PAGE:
                    more[stream] = version + len(records)
                elif version + len(records) < before[stream]:
                    # As after a restore: what is known of the stream is of a database that is gone.
                    self._known.forget(stream)
            left = more

    def _write(self, attempt: "_Attempt", version: int) -> bool:
        """Write the attempt's events at exactly that version; False where the stream has to be looked at."""
        write = partial(Session.append, stream=str(attempt.stream), version=version, events=attempt.proposed)
        try:
            self._connection.write(write)
        except WrongVersion as conflict:
            attempt.lost = None
            if actual_version(conflict) < version:
                # The database was restored from a backup under a running process.
                self._known.forget(attempt.stream)
            return False
        except LogUnavailable as error:
            # It may have been kept, or may still be: only the stream can tell. At the exact version that it
            # expects it cannot take effect twice.
            if attempt.lost is not None:
                raise
            attempt.lost = error
            return False
        return True

    def _outcome(self, attempt: "_Attempt", versions: Sequence[int]) -> Appended:
        """Return what the log holds of these versions, and whether it was this attempt that wrote it."""
        records = self._read_versions(attempt.stream, versions)
        if sorted(record.id for record in records) != sorted(attempt.ids):
            self._known.forget(attempt.stream)
            raise LogUnavailable(f"stream {attempt.stream} was replaced in the database while it was in use")
        mine = all(append_id(record) == str(attempt.id) for record in records)
        return Appended(self._codec.decode([to_stored(each) for each in records]), duplicate=not mine)

    def _read_versions(self, stream: Stream, versions: Sequence[int]) -> list[DatabaseRecord]:
        """Return the stream's events of these versions, in the order asked for, and note their ids."""
        first, number = min(versions) - 1, max(versions) - min(versions) + 1
        ((records),) = self._connection.read(
            lambda session: session.read_streams([(str(stream), first)], number)
        )
        self._known.note(stream, first, [record.id for record in records])
        by_version = {record.stream_position + 1: record for record in records}
        if not by_version.keys() >= set(versions):
            self._known.forget(stream)
            raise LogUnavailable(f"stream {stream} lost events that were there: look at the database")
        return [by_version[version] for version in versions]


class _Attempt:
    """One call of append: what is to be written, under an id by which its own events can be told later."""

    def __init__(
        self, stream: Stream, events: Sequence[NewEvent], contents: Sequence[str], expected: ExpectedVersion
    ) -> None:
        self.id = uuid4()
        self.stream = stream
        self.ids = [event.id for event in events]
        self.wanted = _wanted(expected)
        self.proposed = to_database(events, contents, self.id)
        self.lost: LogUnavailable | None = None


def _wanted(expected: ExpectedVersion) -> int | None:
    return {"any": None, "no_stream": 0}[expected] if isinstance(expected, str) else expected


def _refuse_gap(stream: Stream, after_version: int, records: Sequence[DatabaseRecord]) -> None:
    for version, record in enumerate(records, start=after_version):
        if record.stream_position != version:
            raise LogUnavailable(
                f"stream {stream} lacks version {version + 1}: somebody truncated it in the database"
            )


def _delete_snapshot(connection: DatabaseConnection, *, category: str, stream_id: UUID) -> None:
    connection.execute(_DELETE_SNAPSHOT, [stream_id, category])


def _position(record: DatabaseRecord) -> int:
    return record.commit_position

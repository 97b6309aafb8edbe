"""
What a subscription keeps in its service's schema: checkpoint, streams projected ahead of it, parked events.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from uuid import UUID

import psycopg

from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import DatabaseConnection, connect, limit_transactions, load_queries
from shared.eventlog.codec import UnreadableEvent
from shared.settings import Settings

QUERIES = load_queries("shared.sql", "subscription.sql")

# A replica that was frozen while it held the lock must not keep the others out for longer than this. In the
# middle of a pipeline the server does not take a session for idle, so the whole transaction is limited too.
FROZEN_MILLISECONDS = 30_000
_TRANSACTION_MILLISECONDS = 120_000
_ERROR_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Marks:
    """
    What is special about some streams: up to which version each is projected, from which on it is parked.
    """

    projected: Mapping[Stream, int] = field(default_factory=dict)
    parked: Mapping[Stream, int] = field(default_factory=dict)

    def is_projected(self, event: RecordedEvent) -> bool:
        return event.version <= self.projected.get(event.stream, 0)

    def is_parked(self, event: RecordedEvent) -> bool:
        first = self.parked.get(event.stream)
        return first is not None and event.version >= first


def connect_for_work(settings: Settings, name: str) -> DatabaseConnection:
    """
    Open the connection that a replica works on. Raises DatabaseUnavailable.

    Commits do not wait for the disk: after a crash of the server the checkpoint and the rows are a moment
    older together, and what is missing is handled again. A transaction that stands idle or takes very long is
    ended by the server, which gives the lock of a frozen replica to another. Before version 17 PostgreSQL
    does not see that a replica was frozen in the middle of a pipeline.
    """
    connection = connect(settings, schema=name, autocommit=True)
    connection.execute(f"set idle_in_transaction_session_timeout = {FROZEN_MILLISECONDS}")
    limit_transactions(connection, _TRANSACTION_MILLISECONDS)
    connection.execute("set synchronous_commit = off")
    return connection


class Checkpoint:
    """
    The tables of subscription `name` on a connection whose search path is the service's schema.

    Statements that return nothing are safe to send in pipeline mode.
    """

    def __init__(self, connection: DatabaseConnection, name: str) -> None:
        self._connection = connection
        self._name = name

    def ensure(self) -> int:
        """Make the checkpoint's row where there is none, and return the position it stands at."""
        self._connection.execute(QUERIES["ensure_checkpoint"], {"name": self._name})
        return self.read()

    def read(self) -> int:
        return self._position(QUERIES["read_checkpoint"]) or 0

    def try_lock(self) -> int | None:
        """
        Take the lock until the end of the transaction and return the position; None where another has it.
        """
        return self._position(QUERIES["lock_checkpoint"])

    def wait_for_lock(self) -> int:
        """Take the lock until the end of the transaction, waiting for it, and return the position."""
        position = self._position(QUERIES["wait_for_checkpoint"])
        if position is None:
            # The row that was waited for is gone where a rebuild has put another table in its place.
            position = self._position(QUERIES["wait_for_checkpoint"])
        if position is None:
            raise LookupError(f"subscription {self._name} has never run here")
        return position

    def advance(self, position: int) -> None:
        self._connection.execute(QUERIES["advance_checkpoint"], {"name": self._name, "position": position})

    def marks(self, streams: Collection[Stream]) -> Marks:
        """Return what is special about these streams."""
        named = {str(stream): stream for stream in streams}
        rows = self._connection.execute(QUERIES["find_marks"], {"streams": list(named)}).fetchall()
        return Marks(
            {named[stream]: projected for stream, projected, _ in rows if projected is not None},
            {named[stream]: parked for stream, _, parked in rows if parked is not None},
        )

    def put_ahead(self, stream: Stream, version: int, position: int) -> None:
        """
        Remember that the stream is projected up to that version, though the checkpoint is not there yet.
        """
        self._connection.execute(
            QUERIES["put_ahead"], {"stream": str(stream), "version": version, "position": position}
        )

    def count_poisoned(self) -> int:
        row = self._connection.execute(QUERIES["count_poisoned"]).fetchone()
        return int(row[0]) if row else 0

    def park(self, event: RecordedEvent, error: Exception | None = None, attempts: int = 0) -> None:
        """Park the event: poisoned where there is an error, otherwise waiting behind one that is."""
        self._insert_parked(
            stream=event.stream,
            version=event.version,
            position=event.position,
            event_id=event.id,
            event_type=event.type,
            error=error,
            attempts=attempts,
        )

    def park_unreadable(self, error: UnreadableEvent) -> None:
        """Park an event of which only the place is known."""
        self._insert_parked(
            stream=error.stream,
            version=error.version,
            position=error.position,
            event_id=error.event_id,
            event_type=None,
            error=error,
            attempts=1,
        )

    def _insert_parked(
        self,
        *,
        stream: Stream,
        version: int,
        position: int,
        event_id: UUID,
        event_type: str | None,
        error: Exception | None,
        attempts: int,
    ) -> None:
        self._connection.execute(
            QUERIES["park_event"],
            {
                "stream": str(stream),
                "version": version,
                "position": position,
                "event_id": event_id,
                "type": event_type,
                "poisoned": error is not None,
                "error": None if error is None else describe(error),
                "attempts": attempts,
            },
        )

    def _position(self, query: bytes) -> int | None:
        row = self._connection.execute(query, {"name": self._name}).fetchone()
        return None if row is None else int(row[0])


def describe(error: Exception) -> str:
    """Return the error for operators; of PostgreSQL's only the message, since its details quote the row."""
    text = str(error)
    if isinstance(error, psycopg.Error) and error.diag.message_primary:
        text = f"{error.diag.message_primary} ({error.sqlstate})"
    return f"{type(error).__name__}: {text}"[:_ERROR_LENGTH]

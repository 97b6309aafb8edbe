"""Parked events: what could not be handled, and another try at it under the checkpoint's lock, in order."""

import logging
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from shared.checkpoint import QUERIES, Checkpoint, connect_for_work, describe
from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import DatabaseConnection, connect
from shared.errors import NotFound
from shared.eventlog.codec import UnreadableEvent
from shared.eventlog.protocol import EventLog, LogUnavailable
from shared.handling import Handler, HandlingFailed, SubscriptionDefinition
from shared.settings import Settings

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedEvent:
    """An event that waits for an operator: `poisoned` itself, or behind one of its stream that is."""

    stream: str
    version: int
    position: int
    event_id: UUID
    type: str | None
    poisoned: bool
    error: str | None
    attempts: int
    parked_at: datetime


@dataclass(frozen=True, slots=True)
class Retried:
    """
    What a retry came to: how many events took effect, and which still cannot be handled, one per stream.
    """

    handled: int
    failed: tuple[ParkedEvent, ...]


def list_parked(settings: Settings, name: str, *, stream: Stream | None = None) -> list[ParkedEvent]:
    """Return the parked events of subscription `name` in log order."""
    with closing(connect(settings, schema=name, autocommit=True)) as connection:
        return _list(connection, stream)


def retry(
    definition: SubscriptionDefinition, log: EventLog, settings: Settings, *, stream: Stream | None = None
) -> Retried:
    """
    Try the parked events of one stream (None: of all) again, each stream in order until one of its events
    fails.

    Each event is a transaction of its own that holds the checkpoint's lock, so the live subscription waits
    its turn and nothing overtakes. Raises NotFound where nothing is parked in the stream.
    """
    with closing(connect_for_work(settings, definition.name)) as connection:
        streams = dict.fromkeys(Stream.parse(event.stream) for event in _list(connection, stream))
        if stream is not None and not streams:
            raise NotFound("nothing_parked", f"No event of stream {stream} is parked.", "stream")
        handled = 0
        failed: list[ParkedEvent] = []
        for each in streams:
            while (parked := _first_of(connection, each)) is not None:
                if not _try_again(definition, log, connection, parked):
                    failed += _list(connection, each)[:1]
                    break
                handled += 1
    return Retried(handled, tuple(failed))


def _read(log: EventLog, parked: ParkedEvent) -> RecordedEvent:
    # One stretch of the log rather than the stream, whose later events may be many.
    events = log.read_all(after=parked.position - 1, limit=1, until=parked.position).events
    if not events:
        raise LogUnavailable(
            f"position {parked.position} cannot be read yet: an append before it is under way, try again soon"
        )
    return events[0]


def _try_again(
    definition: SubscriptionDefinition, log: EventLog, connection: DatabaseConnection, parked: ParkedEvent
) -> bool:
    """Give one parked event its effect and unpark it; where that fails, keep with it what went wrong."""
    checkpoint = Checkpoint(connection, definition.name)
    handler = Handler(definition, log, connection)
    named = {"stream": parked.stream, "version": parked.version}
    try:
        with connection.transaction():
            position = checkpoint.wait_for_lock()
            event = _read(log, parked)
            consequences = handler.take_effect(event, project=True)
            if event.position > position:
                # It was parked as a consequence, before the checkpoint got there.
                checkpoint.put_ahead(event.stream, event.version, event.position)
            handler.project_ahead(consequences, position)
            connection.execute(QUERIES["unpark_event"], named)
    except (HandlingFailed, UnreadableEvent) as failure:
        cause = failure.__cause__ if isinstance(failure.__cause__, Exception) else failure
        connection.execute(QUERIES["note_failed_retry"], {**named, "error": describe(cause)})
        return False
    logger.info(
        "Parked event took effect",
        extra={
            "action": "parked_event_handled",
            "subscription": definition.name,
            "stream": parked.stream,
            "position": parked.position,
        },
    )
    return True


def _first_of(connection: DatabaseConnection, stream: Stream) -> ParkedEvent | None:
    with connection.cursor(row_factory=class_row(ParkedEvent)) as cursor:
        return cursor.execute(QUERIES["first_parked"], {"stream": str(stream)}).fetchone()


def _list(connection: DatabaseConnection, stream: Stream | None) -> list[ParkedEvent]:
    with connection.cursor(row_factory=class_row(ParkedEvent)) as cursor:
        named = None if stream is None else str(stream)
        return cursor.execute(QUERIES["list_parked"], {"stream": named}).fetchall()

"""
An event of ours as EventStoreDB/KurrentDB keeps it, and back.

The stream is `<category>-<uuid>`, the database's event id is ours, its type is the contract's name, its data
what the codec made. The rest of the envelope is the event's metadata, JSON with a mark by which ours are
told from whatever else lies in the same database.
"""

import re
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from kurrentdbclient import NewEvent as DatabaseEvent
from kurrentdbclient import RecordedEvent as DatabaseRecord
from pydantic_core import from_json, to_json

from shared.contracts.envelope import NewEvent, Stream
from shared.eventlog.codec import StoredEvent, UnreadableEvent

_MARK = "parley"
_FORMAT = 1
# The names that the database's own projections know.
_CORRELATION = "$correlationId"
_CAUSATION = "$causationId"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_ANY_CATEGORY = "[a-z][a-z0-9-]*"
_NOBODY = UUID(int=0)


def streams_pattern(categories: Collection[str] | None) -> str:
    """
    Return the expression that the names of these categories' streams match, None for all of Parley's.

    One expression without anchors: the client puts `^` and `$` around it.
    """
    if categories is None:
        return f"{_ANY_CATEGORY}-{_UUID}"
    return f"(?:{'|'.join(re.escape(category) for category in sorted(categories))})-{_UUID}"


def to_database(
    events: Sequence[NewEvent], contents: Sequence[str], append_id: UUID
) -> tuple[DatabaseEvent, ...]:
    """Return the events as the database takes them; `append_id` tells later which call wrote them."""
    return tuple(
        DatabaseEvent(
            id=event.id,
            type=type(event.data).__name__,
            data=content.encode(),
            metadata=to_json(
                {
                    _MARK: _FORMAT,
                    "source": event.data.SOURCE,
                    "schema_version": event.data.SCHEMA_VERSION,
                    "time": event.time.astimezone(UTC).isoformat(),
                    "actor": event.actor,
                    "audience": sorted(str(company) for company in event.audience),
                    "subject": event.subject,
                    _CORRELATION: str(event.correlation_id),
                    _CAUSATION: None if event.causation_id is None else str(event.causation_id),
                    "append": str(append_id),
                }
            ),
        )
        for event, content in zip(events, contents, strict=True)
    )


def append_id(record: DatabaseRecord) -> str:
    """Return the id of the call that wrote this event."""
    return str(_metadata(record).get("append", ""))


def to_stored_if_ours(record: DatabaseRecord) -> StoredEvent | None:
    """As to_stored, but None where Parley did not write the event."""
    metadata = _metadata(record)
    if _MARK not in metadata or record.type.startswith("$"):
        return None
    return _stored(record, metadata)


def to_stored(record: DatabaseRecord) -> StoredEvent:
    """Return the event as the codec takes it. Raises UnreadableEvent where it is not one of ours."""
    return _stored(record, _metadata(record))


def _stored(record: DatabaseRecord, metadata: dict[str, Any]) -> StoredEvent:
    stream = Stream.parse(record.stream_name)
    if metadata.get(_MARK) != _FORMAT:
        raise UnreadableEvent(_bare(record, stream), "Parley did not write it, or a newer one did")
    try:
        causation = metadata[_CAUSATION]
        return StoredEvent(
            position=record.commit_position,
            category=stream.category,
            stream_id=stream.id,
            version=record.stream_position + 1,
            id=record.id,
            source=metadata["source"],
            type=record.type,
            schema_version=metadata["schema_version"],
            time=datetime.fromisoformat(metadata["time"]),
            actor=metadata["actor"],
            audience=[UUID(company) for company in metadata["audience"]],
            subject=metadata["subject"],
            correlation_id=UUID(metadata[_CORRELATION]),
            causation_id=None if causation is None else UUID(causation),
            data=record.data.decode(),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UnreadableEvent(_bare(record, stream), "its metadata is not Parley's") from error


def subject_of(record: DatabaseRecord) -> str | None:
    """Return whose key encrypts the event's personal fields."""
    subject = _metadata(record).get("subject")
    return subject if isinstance(subject, str) else None


def _metadata(record: DatabaseRecord) -> dict[str, Any]:
    try:
        metadata = from_json(record.metadata)
    except ValueError:
        return {}
    return metadata if isinstance(metadata, dict) else {}


def _bare(record: DatabaseRecord, stream: Stream) -> StoredEvent:
    return StoredEvent(
        position=record.commit_position,
        category=stream.category,
        stream_id=stream.id,
        version=record.stream_position + 1,
        id=record.id,
        source="",
        type=record.type,
        schema_version=1,
        time=datetime.fromtimestamp(0, UTC),
        actor="",
        audience=(),
        subject=None,
        correlation_id=_NOBODY,
        causation_id=None,
        data="",
    )

"""An event on its way through RabbitMQ and to integrators: a CloudEvents 1.0 object in JSON."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import ValidationError

from shared.contracts.envelope import RecordedEvent, Stream, UnknownEvent, contracts_by_type
from shared.errors import Poison


class UnreadableMessage(Poison):
    """A message is not an event as `to_wire` makes them."""


def to_wire(event: RecordedEvent, previous_position: int) -> dict[str, Any]:
    """
    Return the event as a JSON object, personal fields in the clear.

    `previous_position` is that of the event sent before this one, so that a receiver notices what it missed.
    """
    return {
        "specversion": "1.0",
        "id": str(event.id),
        "source": event.source,
        "type": event.type,
        "time": event.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "subject": event.subject,
        "datacontenttype": "application/json",
        "schemaversion": event.schema_version,
        "stream": str(event.stream),
        "streamversion": event.version,
        "position": event.position,
        "previousposition": previous_position,
        "correlationid": str(event.correlation_id),
        "causationid": None if event.causation_id is None else str(event.causation_id),
        "actor": event.actor,
        "audience": ",".join(sorted(str(company) for company in event.audience)),
        "data": event.data.model_dump(mode="json"),
    }


def from_wire(message: Mapping[str, Any]) -> tuple[RecordedEvent, int]:
    """
    Return the event that `to_wire` made the object of, and the previous position.

    A type without a contract in this process becomes an UnknownEvent. Raises UnreadableMessage.
    """
    try:
        contract = contracts_by_type().get(message["type"], UnknownEvent)
        data = message["data"]
        if contract is not UnknownEvent and message["schemaversion"] < contract.SCHEMA_VERSION:
            data = contract.upcast(dict(data), message["schemaversion"])
        event = RecordedEvent(
            id=UUID(message["id"]),
            source=message["source"],
            type=message["type"],
            schema_version=message["schemaversion"],
            stream=Stream.parse(message["stream"]),
            version=message["streamversion"],
            position=message["position"],
            time=datetime.fromisoformat(message["time"]).astimezone(UTC),
            actor=message["actor"],
            audience=frozenset(UUID(company) for company in message["audience"].split(",") if company),
            subject=message["subject"],
            correlation_id=UUID(message["correlationid"]),
            causation_id=None if message["causationid"] is None else UUID(message["causationid"]),
            data=contract.model_validate(data),
        )
        return event, message["previousposition"]
    except (KeyError, TypeError, ValueError, AttributeError, ValidationError) as error:
        raise UnreadableMessage(f"not an event of ours ({type(error).__name__})") from error

"""What a reaction makes of an event."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.contracts.envelope import EventData, RecordedEvent
from shared.contracts.rpc import Shape


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """What a browser is told: the event's type in the stream and the object it carries."""

    type: str
    data: Shape


Reactions = Mapping[type[EventData], Callable[[RecordedEvent, Any], LiveEvent | None]]
"""What is shown of each type of event, made from the event alone."""


def utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)

"""What an item of a timeline is made of."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from shared.contracts.envelope import EventData, RecordedEvent
from shared.contracts.messaging import (
    TimelineItemType,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One item. An event that names its author gives `author_id` and `author_name`; of others the envelope tells
    who did it, and the name is the user's present one.

    `dated` is when the thing happened, where that was before it was recorded.
    """

    id: UUID
    case_id: UUID
    type: TimelineItemType
    title: str
    description: str | None = None
    author_id: UUID | None = None
    author_name: str | None = None
    dated: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


def text(value: datetime | Decimal | UUID | None) -> str | None:
    """Return the value as JSON has it; times are UTC with a Z, as everywhere in the API."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        return str(value)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


Items = Mapping[type[EventData], Callable[[RecordedEvent, Any], Item | tuple[Item, ...] | None]]
"""Which event of a topic is which items: None for an event that belongs to no case."""

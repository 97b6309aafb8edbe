"""Where a command comes from."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """
    Where a command comes from; it goes into the envelope of every event that follows.

    `id` is the command's own: random at the edge, the event's id for a reaction. The ids of the events that
    follow are derived from it.
    """

    id: UUID
    at: datetime
    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None

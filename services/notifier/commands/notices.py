"""Notices: a reader marks them as read."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead:
    """The user has read these notices, and all up to that position of the log."""

    user_id: UUID
    company_id: UUID
    notification_ids: frozenset[UUID]
    up_to_position: int
    correlation_id: UUID
    now: datetime

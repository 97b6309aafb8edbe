"""The one timeline of a case: everything that happened on it, as each reader may see it."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.contracts.messaging.directory import CompanyRef
from shared.contracts.rpc import PagedQuery, Shape

# Clients filter by these: a type may be added, none is renamed. docs/reference/timeline.md describes each.
TimelineItemType = Literal[
    "message",
    "note",
    "note_deleted",
    "call",
    "complaint_filed",
    "complaint_accepted",
    "complaint_answered",
    "case_opened",
    "case_released",
    "case_declined",
    "closure_requested",
    "payment_reported",
    "case_user_assigned",
    "division_changed",
    "managing_partner_named",
    "case_details_changed",
    "case_assigned",
    "status_changed",
    "case_closed",
    "case_merged",
    "chat_closed",
    "lead_opened",
    "partner_invited",
    "quote_submitted",
    "quote_choice_reminded",
    "bid_ended",
    "lead_closed",
    "file_added",
    "file_deleted",
    "task_opened",
    "task_solved",
    "task_reopened",
    "verdict_given",
    "update_requested",
    "update_submitted",
    "update_action",
    "update_withdrawn",
    "email_sent",
]
TimelineActorType = Literal["creditor_user", "managing_partner_user", "partner_user", "operator", "system"]


class TimelineActor(Shape):
    """Who did it: a user of a company, the platform's people, or the platform by itself."""

    type: TimelineActorType
    name: str | None
    company: CompanyRef | None


class TimelineItem(Shape):
    """
    One thing that happened. `at` is when, `recorded_at` when it was written down, at `position` in the log.

    `data` depends on `type`. What an item says may change (a note that is edited), its id never does.
    """

    id: UUID
    type: TimelineItemType
    at: datetime
    recorded_at: datetime
    position: int
    title: str
    description: str | None
    actor: TimelineActor
    data: dict[str, Any]


class TimelinePage(Shape):
    items: tuple[TimelineItem, ...]
    next_cursor: str | None


class ListTimeline(PagedQuery):
    """`list_timeline`: answers TimelinePage, newest first; `types` narrows it."""

    case_id: UUID
    types: tuple[TimelineItemType, ...] = ()

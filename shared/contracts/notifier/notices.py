"""Notices in the portal, and their read state: events and RPC."""

from datetime import datetime
from typing import ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import EventData
from shared.contracts.notifier.mails import EXCHANGE_SOURCE, BurstOutcome, EventRef
from shared.contracts.rpc import PagedQuery, Request, Shape

NoticeKind = Literal[
    "information_requested",
    "new_case",
    "case_assigned",
    "case_accepted",
    "case_declined",
    "case_to_network",
    "case_paused",
    "case_closed",
    "case_merged",
    "closure_requested",
    "case_in_your_charge",
    "task_assigned",
    "payment_reported",
    "quote_requested",
    "quote_submitted",
    "quote_choice_pending",
    "bid_ended",
    "survey_submitted",
    "complaint_filed",
    "complaint_accepted",
    "complaint_answered",
    "contract_unsigned",
    "bank_account_missing",
]


class NotificationAdded(EventData):
    """
    Something happened that people of a company are told of, in `notice-<id>`; id: uuid5(event, company).

    `user_ids` are those it is for; empty means everybody of the company. `facts` are for the sentence that
    tells it, and say nothing of persons: what people wrote stays in the event `about`. `recipients` says of
    each user whether it is told by e-mail too; empty where nobody is.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    notification_id: UUID
    company_id: UUID
    user_ids: tuple[UUID, ...] = ()
    kind: NoticeKind
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None = None
    facts: dict[str, str] = Field(default_factory=dict)
    about: EventRef
    recipients: dict[UUID, BurstOutcome] = Field(default_factory=dict)


class NotificationsRead(EventData):
    """A user has read these notices, and all up to that position, in `notice-reads-<user id>`."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID
    notification_ids: tuple[UUID, ...] = ()
    up_to_position: int = 0


# --- RPC ---


class NotificationView(Shape):
    """A notice as its reader sees it; `title` is in the reader's language."""

    id: UUID
    kind: NoticeKind
    title: str
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    facts: dict[str, str]
    created_at: datetime
    read: bool


class NotificationPage(Shape):
    items: tuple[NotificationView, ...]
    next_cursor: str | None
    unread_count: int


class ListNotifications(PagedQuery):
    """`list_notifications`: answers NotificationPage of the caller, the newest first. `limit` is 1 to 200."""

    unread: bool = False


class MarkNotificationsRead(Request):
    """
    `mark_notifications_read`: answers Done; these notices, or all up to `up_to_id`, are read.

    NotFound for one that the caller does not have.
    """

    ids: tuple[UUID, ...] = ()
    up_to_id: UUID | None = None

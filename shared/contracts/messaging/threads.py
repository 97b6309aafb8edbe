"""Threads and what is said in them: events and RPC."""

from datetime import datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import EventData, PersonalText
from shared.contracts.messaging.values import (
    EXCHANGE_SOURCE,
    SenderRole,
    ThreadCloseReason,
    ThreadKind,
    Value,
)
from shared.contracts.rpc import PagedQuery, Query, Request, Shape

# --- events: thread-<id>; subject case:<id>, or partnership:<id> for a relationship chat ---


class Participant(Value):
    company_id: UUID
    role: SenderRole


class ThreadOpened(EventData):
    """
    Id of a case thread: uuid5(engagement_id, kind); of a relationship chat: uuid5(partnership_id, kind); of a
    lead's threads: uuid5(lead_id, `<partner id>:<kind>`).
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    kind: ThreadKind
    case_id: UUID | None
    case_reference: str | None
    engagement_id: UUID | None
    partnership_id: UUID | None
    lead_id: UUID | None = None
    participants: tuple[Participant, ...]


class MessageAuthor(Value):
    id: UUID
    name: str
    company_id: UUID


class Attachment(Value):
    id: UUID
    file_name: str
    content_type: str
    size: int


class MessagePosted(EventData):
    """
    A message stands in its thread. `recipient_ids` are the participants of the other side, who owe the
    answer.

    The `author_*` fields are None (and `role` is `platform`) where the platform speaks; such a message opens
    no task. Neither does one without `expects_reply`, such as the summary of a monthly update; nor does it
    answer anything. `author_name` and `body` are encrypted with the key of the thread's subject, the case or
    the partnership, not with the author's: once that key is destroyed both read `[erased]`, and the ids stay.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    message_id: UUID
    thread_id: UUID
    thread_kind: ThreadKind
    case_id: UUID | None
    case_reference: str | None
    partnership_id: UUID | None
    client_message_id: str
    role: SenderRole
    author_id: UUID | None
    author_name: PersonalText | None
    author_company_id: UUID | None
    recipient_ids: tuple[UUID, ...]
    body: PersonalText
    attachments: tuple[Attachment, ...] = ()
    expects_reply: bool = True


class ThreadRead(EventData):
    """
    A user has read the thread up to a message; `up_to_version` is that message's version in the thread's
    stream.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    user_id: UUID
    company_id: UUID
    up_to_message_id: UUID
    up_to_version: int


class ThreadClosed(EventData):
    """
    Nobody may write to the thread any more; those who could read it still can.

    A thread that nobody had opened by then never is.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    reason: ThreadCloseReason


class ParticipantJoined(EventData):
    """Another company takes part in the thread from now on and sees all of it."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    participant: Participant


class ParticipantLeft(EventData):
    """The company takes no part in the thread any more and sees nothing of it."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    thread_id: UUID
    case_id: UUID | None
    participant: Participant


# --- RPC: answers (the gateway serves these shapes as they are) ---


class AuthorRef(Shape):
    id: UUID
    name: str
    company_id: UUID


class ThreadParticipant(Shape):
    company_id: UUID
    name: str
    role: SenderRole


class AttachmentView(Attachment):
    """A file that a message brought, which its uploader may have deleted since."""

    deleted: bool = False

    @classmethod
    def of(cls, attachment: Attachment) -> "AttachmentView":
        return cls(**attachment.model_dump())


class MessageView(Shape):
    """
    A message as clients see it; `seen` says that somebody of the other side has read it.

    A managing partner is on the creditor's side.
    """

    id: UUID
    thread_id: UUID
    client_message_id: str
    role: SenderRole
    author: AuthorRef | None
    body: str
    attachments: tuple[AttachmentView, ...]
    created_at: datetime
    seen: bool


class ThreadView(Shape):
    id: UUID
    kind: ThreadKind
    case_id: UUID | None
    partnership_id: UUID | None
    lead_id: UUID | None = None
    writable: bool
    participants: tuple[ThreadParticipant, ...]
    last_message_at: datetime | None
    unread_count: int


class ThreadList(Shape):
    items: tuple[ThreadView, ...]


class MessagePage(Shape):
    items: tuple[MessageView, ...]
    next_cursor: str | None


class PostedMessage(Shape):
    """`created` is False when the same `client_message_id` and content had been posted before."""

    message: MessageView
    created: bool
    position: int


class EnsuredThread(Shape):
    thread: ThreadView
    position: int


# --- RPC: requests ---


class ListThreads(Query):
    """`list_threads`: answers ThreadList."""

    case_id: UUID


class EnsureThread(Request):
    """
    `ensure_thread`: answers EnsuredThread; Conflict while the case has no partner.

    A lead's threads are one per partner: a creditor names it with `partner_id`, a partner means its own.
    """

    case_id: UUID
    kind: ThreadKind
    partner_id: UUID | None = None


class ListMessages(PagedQuery):
    """
    `list_messages`: answers MessagePage, newest first; with `after` (a message id) the later ones, oldest
    first.
    """

    thread_id: UUID
    after: UUID | None = None


class PostMessage(Request):
    """`post_message`: answers PostedMessage."""

    thread_id: UUID
    client_message_id: str = Field(
        description="chosen by the client, 1 to 200 characters; makes a retry harmless"
    )
    body: str
    attachment_ids: tuple[UUID, ...] = ()


class PostPlatformMessage(Request):
    """
    `post_platform_message`: answers PostedMessage; the platform says something, which opens no task.
    """

    thread_id: UUID
    client_message_id: str = Field(description="1 to 200 characters; makes a retry harmless")
    body: str


class MarkRead(Request):
    """`mark_read`: answers Done."""

    thread_id: UUID
    up_to_message_id: UUID

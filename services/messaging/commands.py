"""What messaging can be asked to do. Commands carry the ids they need, and come with an origin."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID, uuid5

from shared.contracts.messaging import (
    Attachment,
    CaseStatus,
    CompanyDetails,
    Debtor,
    MessageAuthor,
    Participant,
    Side,
    ThreadKind,
    UserRole,
)


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


# --- the ids of things that follow from others ---


def partnership_stream_id(creditor_id: UUID, partner_id: UUID) -> UUID:
    """Return the id of the pair's stream: one stream per pair keeps the pair unique."""
    return uuid5(creditor_id, str(partner_id))


def engagement_id(case_id: UUID, partner_id: UUID, number: int) -> UUID:
    """Return the id of the case's engagement with that number, counted from 1."""
    return uuid5(case_id, f"{partner_id}:{number}")


def case_thread_id(of_engagement: UUID, kind: ThreadKind) -> UUID:
    """Return the id of an engagement's thread: a new engagement has threads of its own."""
    return uuid5(of_engagement, kind)


def relationship_thread_id(partnership_id: UUID) -> UUID:
    """Return the id of a partnership's thread."""
    return uuid5(partnership_id, "relationship_chat")


def message_id(thread_id: UUID, author_id: UUID, client_message_id: str) -> UUID:
    """Return the id that a message has however often its author's client sends it."""
    return uuid5(thread_id, f"{author_id}:{client_message_id}")


# --- company, user, partnership ---


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCompany:
    """Register the company, or bring its details up to date."""

    company_id: UUID
    side: Side
    details: CompanyDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class PutUser:
    """Add the user, or bring its details and its active flag up to date."""

    user_id: UUID
    company_id: UUID
    email: str
    name: str
    role: UserRole
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishPartnership:
    """Let the two companies work together."""

    partnership_id: UUID
    creditor_id: UUID
    partner_id: UUID


# --- case ---


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCase:
    """Open the case, or bring its partner, status and details up to date."""

    case_id: UUID
    reference: str
    creditor_id: UUID
    partner_id: UUID | None
    status: CaseStatus
    debtor: Debtor
    amount: Decimal
    currency: str
    close_code: str | None


# --- thread ---


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThread:
    """Open the thread for its participants."""

    thread_id: UUID
    kind: ThreadKind
    case_id: UUID | None
    case_reference: str | None
    engagement_id: UUID | None
    partnership_id: UUID | None
    participants: tuple[Participant, ...]


def open_invoice_chat(
    *, case_id: UUID, reference: str, engagement_id: UUID, creditor_id: UUID, partner_id: UUID
) -> OpenThread:
    """Return the command that opens the case chat of one engagement."""
    return OpenThread(
        thread_id=case_thread_id(engagement_id, "invoice_chat"),
        kind="invoice_chat",
        case_id=case_id,
        case_reference=reference,
        engagement_id=engagement_id,
        partnership_id=None,
        participants=_two_sides(creditor_id, partner_id),
    )


def open_relationship_chat(*, partnership_id: UUID, creditor_id: UUID, partner_id: UUID) -> OpenThread:
    """Return the command that opens the chat of a partnership."""
    return OpenThread(
        thread_id=relationship_thread_id(partnership_id),
        kind="relationship_chat",
        case_id=None,
        case_reference=None,
        engagement_id=None,
        partnership_id=partnership_id,
        participants=_two_sides(creditor_id, partner_id),
    )


def _two_sides(creditor_id: UUID, partner_id: UUID) -> tuple[Participant, Participant]:
    return (
        Participant(company_id=creditor_id, role="creditor"),
        Participant(company_id=partner_id, role="partner"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseThread:
    """Let nobody write to the thread any more."""

    thread_id: UUID
    reason: Literal["reassigned", "merged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMessage:
    """Say something in the thread."""

    thread_id: UUID
    message_id: UUID
    client_message_id: str
    author: MessageAuthor
    body: str
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead:
    """Note that the user has read up to the message, which has that version in the thread's stream."""

    thread_id: UUID
    user_id: UUID
    company_id: UUID
    up_to_message_id: UUID
    up_to_version: int


ThreadCommand = OpenThread | CloseThread | PostMessage | MarkRead

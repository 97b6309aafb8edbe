"""What can be asked of threads."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from services.messaging.commands.ids import case_thread_id, lead_thread_id, relationship_thread_id
from shared.contracts.messaging import (
    Attachment,
    MessageAuthor,
    Participant,
    ThreadCloseReason,
    ThreadKind,
)

LeadThreadKind = Literal["lead_chat", "invoice_questions_chat"]
LEAD_THREAD_KINDS: tuple[LeadThreadKind, ...] = ("invoice_questions_chat", "lead_chat")


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenThread:
    """Open the thread for its participants."""

    thread_id: UUID
    kind: ThreadKind
    case_id: UUID | None
    case_reference: str | None
    engagement_id: UUID | None
    partnership_id: UUID | None
    lead_id: UUID | None = None
    participants: tuple[Participant, ...]


def open_invoice_chat(
    *,
    case_id: UUID,
    reference: str,
    engagement_id: UUID,
    creditor_id: UUID,
    partner_id: UUID,
    managing_partner_id: UUID | None = None,
) -> OpenThread:
    """Return the command that opens the case chat of one engagement."""
    return OpenThread(
        thread_id=case_thread_id(engagement_id, "invoice_chat"),
        kind="invoice_chat",
        case_id=case_id,
        case_reference=reference,
        engagement_id=engagement_id,
        partnership_id=None,
        participants=(*_two_sides(creditor_id, partner_id), *third_voice(managing_partner_id)),
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


def open_lead_thread(
    kind: LeadThreadKind, *, lead_id: UUID, case_id: UUID, reference: str, creditor_id: UUID, partner_id: UUID
) -> OpenThread:
    """Return the command that opens a chat of the lead between the creditor and one partner."""
    return OpenThread(
        thread_id=lead_thread_id(lead_id, partner_id, kind),
        kind=kind,
        case_id=case_id,
        case_reference=reference,
        engagement_id=None,
        partnership_id=None,
        lead_id=lead_id,
        participants=_two_sides(creditor_id, partner_id),
    )


def third_voice(managing_partner_id: UUID | None) -> tuple[Participant, ...]:
    """Return the place of whoever speaks for the creditor beside it, if anybody does."""
    if managing_partner_id is None:
        return ()
    return (Participant(company_id=managing_partner_id, role="managing_partner"),)


def _two_sides(creditor_id: UUID, partner_id: UUID) -> tuple[Participant, Participant]:
    return (
        Participant(company_id=creditor_id, role="creditor"),
        Participant(company_id=partner_id, role="partner"),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseThread:
    """Let nobody write to the thread any more, nor ever open it where nobody has."""

    thread_id: UUID
    reason: ThreadCloseReason
    case_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinThread:
    """Let another company take part in the thread of the case."""

    thread_id: UUID
    case_id: UUID
    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveThread:
    """Let the company take part in the thread of the case no longer, where it does in that role."""

    thread_id: UUID
    case_id: UUID
    participant: Participant


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMessage:
    """
    Say something in the thread; without `expects_reply` it neither asks nor answers anything.

    Without an author it is the platform that speaks.
    """

    thread_id: UUID
    message_id: UUID
    client_message_id: str
    author: MessageAuthor | None
    body: str
    attachments: tuple[Attachment, ...] = ()
    expects_reply: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead:
    """Note that the user has read up to the message, which has that version in the thread's stream."""

    thread_id: UUID
    user_id: UUID
    company_id: UUID
    up_to_message_id: UUID
    up_to_version: int


ThreadCommand = OpenThread | CloseThread | JoinThread | LeaveThread | PostMessage | MarkRead

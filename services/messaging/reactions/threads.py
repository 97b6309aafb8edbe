"""
What messaging does about its own events.

Threads open and close with the engagements they belong to; a file is shown with the message that brings it.
"""

from uuid import UUID

from services.messaging.commands import (
    AttachFile,
    CloseThread,
    JoinThread,
    LeaveThread,
    OpenThread,
    PostMessage,
    case_thread_id,
    message_id,
    open_invoice_chat,
)
from shared.contracts.envelope import EventData
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosureRequested,
    CaseDeclined,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseReleased,
    MessageAuthor,
    MessagePosted,
    Participant,
    ThreadCloseReason,
)

InThread = OpenThread | CloseThread | JoinThread | LeaveThread | PostMessage

CLOSURE_REQUEST = (
    "We would like this case to be closed. It is paused until then. "
    "Please close it, or tell us what still speaks against it."
)


def react(event: EventData, event_id: UUID) -> tuple[InThread | AttachFile, ...]:  # noqa: PLR0911 - a table of events
    """Return the commands that follow from the event, none for events that nothing follows from."""
    match event:
        case CaseAssigned():
            return (*_end_of_previous(event), *(() if event.hidden else (_beginning_of(event),)))
        case CaseReleased():
            return (_beginning_of(event),)
        case CaseDeclined(outcome="network"):
            return (_end(event.case_id, event.engagement_id, "declined"),)
        case CaseMerged(engagement_id=ended) if ended is not None:
            return (_end(event.case_id, ended, "merged"),)
        case CaseManagingPartnerNamed():
            return _third_voice(event)
        case CaseClosureRequested():
            return (_closure_request(event, event_id),)
        case MessagePosted():
            return tuple(
                AttachFile(file_id=attached.id, thread_id=event.thread_id, message_id=event.message_id)
                for attached in event.attachments
            )
        case _:
            return ()


def _end_of_previous(event: CaseAssigned) -> tuple[CloseThread, ...]:
    ended = event.previous_engagement_id
    return () if ended is None else (_end(event.case_id, ended, "reassigned"),)


def _end(case_id: UUID, engagement_id: UUID, reason: ThreadCloseReason) -> CloseThread:
    return CloseThread(
        thread_id=case_thread_id(engagement_id, "invoice_chat"), reason=reason, case_id=case_id
    )


def _beginning_of(event: CaseAssigned | CaseReleased) -> OpenThread:
    return open_invoice_chat(
        case_id=event.case_id,
        reference=event.reference,
        engagement_id=event.engagement_id,
        creditor_id=event.creditor_id,
        partner_id=event.partner_id,
        managing_partner_id=event.managing_partner_id,
    )


def _third_voice(event: CaseManagingPartnerNamed) -> tuple[InThread, ...]:
    threads = [case_thread_id(engagement, "invoice_chat") for engagement in event.engagement_ids]
    former, named = event.previous_id, event.managing_partner_id
    leaving = [
        LeaveThread(thread_id=chat, case_id=event.case_id, participant=_of(former))
        for chat in threads
        if former is not None
    ]
    joining = [
        JoinThread(thread_id=chat, case_id=event.case_id, participant=_of(named))
        for chat in threads
        if named is not None
    ]
    return (*leaving, *joining)


def _of(managing_partner_id: UUID) -> Participant:
    return Participant(company_id=managing_partner_id, role="managing_partner")


def _closure_request(event: CaseClosureRequested, event_id: UUID) -> PostMessage:
    """Return what the partner is asked in the case chat, in the name of the client who wants it."""
    client_message_id = f"closure-request-{event_id}"
    reason = f"\n\n{event.comment}" if event.comment else ""
    return PostMessage(
        thread_id=event.thread_id,
        message_id=message_id(event.thread_id, event.author_id, client_message_id),
        client_message_id=client_message_id,
        author=MessageAuthor(id=event.author_id, name=event.author_name, company_id=event.author_company_id),
        body=CLOSURE_REQUEST + reason,
    )

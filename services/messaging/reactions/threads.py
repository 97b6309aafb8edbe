"""
What messaging does about its own events.

Threads open and close with the engagements they belong to; a file is shown with the message that brings it.
"""

from services.messaging.commands import (
    AttachFile,
    CloseThread,
    OpenThread,
    case_thread_id,
    open_invoice_chat,
)
from shared.contracts.envelope import EventData
from shared.contracts.messaging import CaseAssigned, CaseMerged, MessagePosted


def react(event: EventData) -> tuple[OpenThread | CloseThread | AttachFile, ...]:
    """Return the commands that follow from the event, none for events that nothing follows from."""
    match event:
        case CaseAssigned():
            return (*_end_of_previous(event), _beginning_of_new(event))
        case CaseMerged(engagement_id=ended) if ended is not None:
            return (CloseThread(thread_id=case_thread_id(ended, "invoice_chat"), reason="merged"),)
        case MessagePosted():
            return tuple(
                AttachFile(file_id=attached.id, thread_id=event.thread_id, message_id=event.message_id)
                for attached in event.attachments
            )
        case _:
            return ()


def _end_of_previous(event: CaseAssigned) -> tuple[CloseThread, ...]:
    ended = event.previous_engagement_id
    if ended is None:
        return ()
    return (CloseThread(thread_id=case_thread_id(ended, "invoice_chat"), reason="reassigned"),)


def _beginning_of_new(event: CaseAssigned) -> OpenThread:
    return open_invoice_chat(
        case_id=event.case_id,
        reference=event.reference,
        engagement_id=event.engagement_id,
        creditor_id=event.creditor_id,
        partner_id=event.partner_id,
    )

"""What messaging does about its own events: threads open and close with the engagements they belong to."""

from services.messaging.commands import (
    CloseThread,
    OpenThread,
    case_thread_id,
    open_invoice_chat,
)
from shared.contracts.envelope import EventData
from shared.contracts.messaging import CaseAssigned, CaseMerged


def react(event: EventData) -> tuple[OpenThread | CloseThread, ...]:
    """Return the commands that follow from the event, none for events that nothing follows from."""
    match event:
        case CaseAssigned():
            return (*_end_of_previous(event), _beginning_of_new(event))
        case CaseMerged(engagement_id=ended) if ended is not None:
            return (CloseThread(thread_id=case_thread_id(ended, "invoice_chat"), reason="merged"),)
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

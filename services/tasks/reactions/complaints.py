"""A complaint that the platform accepted wants a response. Pure."""

from collections.abc import Iterable
from uuid import UUID

from services.tasks.commands import Following
from services.tasks.reactions.cases import CaseFacts
from services.tasks.reactions.context import Context, asks, on_case, solving
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import ComplaintAccepted, ComplaintAnswered


def parties(complaint: ComplaintAccepted, _: CaseFacts) -> Iterable[UUID | None]:
    return (complaint.respondent_id, complaint.creditor_id)


def complaint_accepted(
    event: RecordedEvent, complaint: ComplaintAccepted, context: Context
) -> Iterable[Following]:
    """Nothing is asked for on a case that was merged while the complaint was being accepted."""
    if context.case.status == "Merged":
        return
    task = asks(
        event,
        context,
        type="RespondToComplaint",
        of=complaint.respondent_id,
        by=complaint.creditor_id,
        case_id=complaint.case_id,
        case_reference=complaint.case_reference,
        about_id=complaint.complaint_id,
    )
    yield on_case(event, complaint.case_id, opens=[task])


def complaint_answered(event: RecordedEvent, answer: ComplaintAnswered, _: Context) -> Iterable[Following]:
    answered = solving("RespondToComplaint", by="response", about_id=answer.complaint_id)
    yield on_case(event, answer.case_id, solves=[answered])

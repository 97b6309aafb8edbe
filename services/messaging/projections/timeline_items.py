"""
Which event is which item of its case's timeline: the one table, with one entry per type of event.

An entry returns None for an event that belongs to no case, several items where it tells of several things.
Whatever an item says stands in its event, so that a rebuild after an erasure says it no longer. Who may see
it is the event's audience.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from shared.contracts.ai_resolver import VerdictGiven
from shared.contracts.envelope import ERASED, EventData, RecordedEvent
from shared.contracts.messaging import (
    CALL_OUTCOME_LABELS,
    BidEnded,
    CallLogged,
    CaseAssigned,
    CaseClosed,
    CaseClosureRequested,
    CaseDeclined,
    CaseDetailsChanged,
    CaseDivisionChanged,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseReleased,
    CaseStatus,
    CaseStatusChanged,
    CaseUserAssigned,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintFiled,
    FileDeleted,
    FileUploaded,
    LeadClosed,
    LeadOpened,
    MessagePosted,
    NoteEdited,
    NoteLogged,
    PartnerInvited,
    PaymentReported,
    QuoteChoiceReminded,
    QuoteSubmitted,
    ThreadClosed,
    TimelineItemType,
)
from shared.contracts.surveys import (
    ActionKind,
    ReportedAction,
    SurveyRequested,
    SurveySubmitted,
    SurveyWithdrawn,
    reported_actions,
)
from shared.contracts.tasks import TaskOpened, TaskReopened, TaskSolved

STATUS_LABELS: dict[CaseStatus, str] = {
    "PendingContractSigning": "Pending contract signing",
    "PendingVerificationInternal": "Pending Verification Internal",
    "PendingVerification": "Pending Verification",
    "NeedsAdditionalDetails": "More Info Required",
    "Leads": "Collecting Quotes",
    "LeadsQuoteGiven": "Pending Quote Selection",
    "Active": "Active",
    "Paused": "Paused",
    "Closed": "Closed",
    "Merged": "Merged",
}

ACTION_LABELS: dict[ActionKind, str] = {
    "call": "Call",
    "letter": "Letter",
    "email": "E-mail",
    "other": "Other outreach",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """
    One item. An event that names its author gives `author_id` and `author_name`; of others the envelope tells
    who did it, and the name is the user's present one.

    `dated` is when the thing happened, where that was before it was recorded.
    """

    id: UUID
    case_id: UUID
    type: TimelineItemType
    title: str
    description: str | None = None
    author_id: UUID | None = None
    author_name: str | None = None
    dated: datetime | None = None
    data: dict[str, Any] = field(default_factory=dict)


def _message(_: RecordedEvent, data: MessagePosted) -> Item | None:
    if data.case_id is None:
        return None
    return Item(
        id=data.message_id,
        case_id=data.case_id,
        type="message",
        title="Message",
        description=data.body,
        author_id=data.author_id,
        author_name=data.author_name,
        data={
            "message_id": str(data.message_id),
            "thread_id": str(data.thread_id),
            "thread_kind": data.thread_kind,
            "role": data.role,
            "attachments": [attachment.model_dump(mode="json") for attachment in data.attachments],
        },
    )


def _note(_: RecordedEvent, data: NoteLogged) -> Item:
    return _note_item(data, edited_at=None)


def edited_note(event: RecordedEvent, data: NoteEdited) -> Item:
    """Return the item that the note becomes."""
    return _note_item(data, edited_at=event.time)


def _note_item(data: NoteLogged | NoteEdited, *, edited_at: datetime | None) -> Item:
    return Item(
        id=data.note_id,
        case_id=data.case_id,
        type="note",
        title=data.title,
        description=data.description,
        author_id=data.author_id,
        author_name=data.author_name,
        dated=data.event_date,
        data={
            "note_id": str(data.note_id),
            "event_date": _text(data.event_date),
            "edited_at": _text(edited_at),
        },
    )


def _call(event: RecordedEvent, data: CallLogged) -> Item:
    label = CALL_OUTCOME_LABELS[data.outcome]
    return Item(
        id=data.call_id,
        case_id=data.case_id,
        type="call",
        title=f"Call: {label}",
        description=data.notes,
        author_id=data.author_id,
        author_name=data.author_name,
        dated=data.called_at if data.called_at < event.time else None,
        data={
            "call_id": str(data.call_id),
            "number": data.number,
            "outcome": data.outcome,
            "outcome_label": label,
            "called_at": _text(data.called_at),
        },
    )


def _complaint_filed(_: RecordedEvent, data: ComplaintFiled) -> Item:
    return Item(
        id=data.complaint_id,
        case_id=data.case_id,
        type="complaint_filed",
        title="Complaint",
        description=data.text,
        author_id=data.author_id,
        author_name=data.author_name,
        data={"complaint_id": str(data.complaint_id), "respondent_id": str(data.respondent_id)},
    )


def _complaint_accepted(event: RecordedEvent, data: ComplaintAccepted) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="complaint_accepted",
        title="Complaint accepted",
        data={"complaint_id": str(data.complaint_id), "respondent_id": str(data.respondent_id)},
    )


def _complaint_answered(event: RecordedEvent, data: ComplaintAnswered) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="complaint_answered",
        title="Response to a complaint",
        description=data.text,
        author_id=data.author_id,
        author_name=data.author_name,
        data={"complaint_id": str(data.complaint_id), "respondent_id": str(data.respondent_id)},
    )


def _case_opened(event: RecordedEvent, data: CaseOpened) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_opened",
        title="Case opened",
        data={**_details(data), "status": data.status},
    )


def _case_details_changed(event: RecordedEvent, data: CaseDetailsChanged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_details_changed",
        title="Details changed",
        data=_details(data),
    )


def _details(data: CaseOpened | CaseDetailsChanged) -> dict[str, Any]:
    return {
        "reference": data.reference,
        "debtor": {"type": data.debtor_type, "name": data.debtor_name},
        "amount": str(data.amount),
        "currency": data.currency,
    }


def _case_assigned(event: RecordedEvent, data: CaseAssigned) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_assigned",
        title="Assigned to a partner",
        data={"engagement_id": str(data.engagement_id), "partner_id": str(data.partner_id)},
    )


def _case_released(event: RecordedEvent, data: CaseReleased) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_released",
        title="Verified by the platform and released to the partner",
        data={
            "engagement_id": str(data.engagement_id),
            "partner_id": str(data.partner_id),
            "status": data.status,
        },
    )


def _case_declined(event: RecordedEvent, data: CaseDeclined) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_declined",
        title="Case declined by the partner",
        description=data.reason,
        data={
            "engagement_id": str(data.engagement_id),
            "partner_id": str(data.partner_id),
            "outcome": data.outcome,
        },
    )


def _closure_requested(event: RecordedEvent, data: CaseClosureRequested) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="closure_requested",
        title="Closing of the case requested",
        description=data.comment,
        author_id=data.author_id,
        author_name=data.author_name,
        data={"engagement_id": str(data.engagement_id), "thread_id": str(data.thread_id)},
    )


def _payment_reported(_: RecordedEvent, data: PaymentReported) -> Item:
    return Item(
        id=data.payment_id,
        case_id=data.case_id,
        type="payment_reported",
        title=f"Payment of {data.amount} {data.currency}",
        author_id=data.reporter_id,
        data={
            "payment_id": str(data.payment_id),
            "amount": str(data.amount),
            "currency": data.currency,
            "paid_on": data.paid_on.isoformat(),
            "received_by": data.received_by,
            "commission_paid": data.commission_paid,
            "outstanding": str(data.outstanding),
            "reported_by": data.reported_by,
        },
    )


def _user_assigned(event: RecordedEvent, data: CaseUserAssigned) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_user_assigned",
        title="Somebody else is in charge" if data.user_id else "Nobody is in charge any more",
        data={"side": data.side, "company_id": str(data.company_id), "user_id": _text(data.user_id)},
    )


def _division_changed(event: RecordedEvent, data: CaseDivisionChanged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="division_changed",
        title="Division changed",
        description=data.division.name if data.division else None,
        data={"division_id": str(data.division.id) if data.division else None},
    )


def _managing_partner_named(event: RecordedEvent, data: CaseManagingPartnerNamed) -> Item:
    named = data.managing_partner_id
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="managing_partner_named",
        title="Managing partner named" if named else "The case has no managing partner any more",
        data={"managing_partner_id": _text(named)},
    )


def _status_changed(event: RecordedEvent, data: CaseStatusChanged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="status_changed",
        title=f"Status changed to {STATUS_LABELS[data.status]}",
        description=data.note,
        data={
            "previous_status": data.previous,
            "status": data.status,
            "cause": data.cause,
            "exclusive_until": _text(data.exclusive_until),
        },
    )


def _case_closed(event: RecordedEvent, data: CaseClosed) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_closed",
        title=f"Case closed: {data.close_code}",
        description=data.comment,
        data={"close_code": data.close_code},
    )


def _case_merged(event: RecordedEvent, data: CaseMerged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_merged",
        title="Case merged into another",
        data={"into_case_id": _text(data.into_case_id)},
    )


def _chat_closed(event: RecordedEvent, data: ThreadClosed) -> Item | None:
    if data.case_id is None:
        return None
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="chat_closed",
        title="Chat closed",
        data={"thread_id": str(data.thread_id), "reason": data.reason},
    )


def _lead_opened(event: RecordedEvent, data: LeadOpened) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="lead_opened",
        title="Quotes asked for",
        data={
            "lead_id": str(data.lead_id),
            "closes_at": _text(data.window.closes_at),
            "max_quotes": data.max_quotes,
        },
    )


def _partner_invited(event: RecordedEvent, data: PartnerInvited) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="partner_invited",
        title="Partner invited to quote",
        data={
            "lead_id": str(data.lead_id),
            "partner_id": str(data.partner_id),
            "closes_at": _text(data.window.closes_at),
        },
    )


def _quote_submitted(_: RecordedEvent, data: QuoteSubmitted) -> Item:
    terms = data.terms
    return Item(
        id=data.quote_id,
        case_id=data.case_id,
        type="quote_submitted",
        title="Quote",
        description=data.comment,
        author_id=data.author_id,
        author_name=data.author_name,
        data={
            "lead_id": str(data.lead_id),
            "quote_id": str(data.quote_id),
            "partner_id": str(data.partner_id),
            "success_fee_percent": _text(terms.success_fee_percent),
            "fixed_fee": _text(terms.fixed_fee),
            "currency": terms.currency,
        },
    )


def _choice_reminded(event: RecordedEvent, data: QuoteChoiceReminded) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="quote_choice_reminded",
        title="Quotes are waiting for a choice",
        data={
            "lead_id": str(data.lead_id),
            "days": data.days,
            "expires_at": _text(data.expires_at),
        },
    )


def _bid_ended(event: RecordedEvent, data: BidEnded) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="bid_ended",
        title=f"Bid ended: {data.outcome.replace('_', ' ')}",
        data={
            "lead_id": str(data.lead_id),
            "partner_id": str(data.partner_id),
            "quote_id": _text(data.quote_id),
            "outcome": data.outcome,
        },
    )


def _lead_closed(event: RecordedEvent, data: LeadClosed) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="lead_closed",
        title=f"Quotes closed: {data.outcome.replace('_', ' ')}",
        data={
            "lead_id": str(data.lead_id),
            "outcome": data.outcome,
            "quote_id": _text(data.quote_id),
            "partner_id": _text(data.partner_id),
        },
    )


def _file_added(_: RecordedEvent, data: FileUploaded) -> Item | None:
    # What belongs to a thread stands in the item of the message that brings it.
    if data.case_id is None or data.context != "case":
        return None
    return Item(
        id=data.file_id,
        case_id=data.case_id,
        type="file_added",
        title=f"File added: {data.file_name}",
        description=data.description,
        author_id=data.uploader_id,
        author_name=data.uploader_name,
        data={
            "file_id": str(data.file_id),
            "file_name": data.file_name,
            "content_type": data.content_type,
            "size": data.size,
            "document_type": data.document_type,
        },
    )


def _file_deleted(event: RecordedEvent, data: FileDeleted) -> Item | None:
    if data.case_id is None:
        return None
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="file_deleted",
        title="File deleted",
        author_id=data.deleted_by_id,
        data={"file_id": str(data.file_id)},
    )


def _task_opened(event: RecordedEvent, data: TaskOpened) -> Item | None:
    return _task(event, data, "task_opened", "Task opened")


def _task_solved(event: RecordedEvent, data: TaskSolved) -> Item | None:
    by_verdict = data.automatic
    title = "Task closed automatically" if by_verdict else "Task solved"
    verdict_id = by_verdict.verdict_id if by_verdict else None
    return _task(event, data, "task_solved", title, solved_by=data.solved_by, verdict_id=_text(verdict_id))


def _task_reopened(event: RecordedEvent, data: TaskReopened) -> Item | None:
    return _task(event, data, "task_reopened", "Task reopened", verdict_id=_text(data.undone.verdict_id))


def _verdict_given(event: RecordedEvent, data: VerdictGiven) -> Item | None:
    # What leaves its tasks open changes nothing for anybody, night after night.
    if data.case_id is None or not data.closes_tasks:
        return None
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="verdict_given",
        title="No reply seems to be expected any more",
        description=data.sentence,
        data={
            "verdict_id": str(event.id),
            "thread_id": str(data.thread_id),
            "task_ids": [str(id_) for id_ in data.task_ids],
            "message_ids": [str(id_) for id_ in data.message_ids],
            "reason": data.reason,
            "gates": [gate.model_dump(mode="json") for gate in data.gates],
            "label": data.label,
            "language": data.language,
            "model": data.model,
            "prompt_version": data.prompt_version,
            "classifier": data.classifier,
            "threshold": data.threshold,
        },
    )


def _update_requested(event: RecordedEvent, data: SurveyRequested) -> Item:
    return Item(
        id=event.id,
        case_id=data.survey.case_id,
        type="update_requested",
        title="Update requested",
        data={
            "survey_id": str(data.survey.id),
            "month": data.month,
            "due_at": _text(data.survey.deadline.due_at),
        },
    )


def _update_submitted(event: RecordedEvent, data: SurveySubmitted) -> tuple[Item, ...]:
    update = Item(
        id=event.id,
        case_id=data.survey.case_id,
        type="update_submitted",
        title="Update",
        description=data.comment,
        author_id=data.user_id,
        author_name=data.user_name,
        data={
            "survey_id": str(data.survey.id),
            "month": data.month,
            "recommendation": data.recommendation,
            "pause_reason": data.pause_reason,
            "must_act": data.must_act,
            "close_code": data.close_code,
        },
    )
    if data.actions == ERASED:
        return (update,)
    return (
        update,
        *(_action(event, data, n, action) for n, action in enumerate(reported_actions(data.actions))),
    )


def _action(event: RecordedEvent, data: SurveySubmitted, number: int, action: ReportedAction) -> Item:
    day = datetime.combine(action.on, time(), UTC)
    return Item(
        id=uuid5(event.id, f"action:{number}"),
        case_id=data.survey.case_id,
        type="update_action",
        title=ACTION_LABELS[action.kind],
        description=action.text,
        author_id=data.user_id,
        author_name=data.user_name,
        dated=min(day, event.time),
        data={"survey_id": str(data.survey.id), "kind": action.kind, "on": action.on.isoformat()},
    )


def _update_withdrawn(event: RecordedEvent, data: SurveyWithdrawn) -> Item:
    return Item(
        id=event.id,
        case_id=data.survey.case_id,
        type="update_withdrawn",
        title="Update not asked for any more",
        data={"survey_id": str(data.survey.id), "reason": data.reason},
    )


def _task(
    event: RecordedEvent,
    data: TaskOpened | TaskSolved | TaskReopened,
    kind: TimelineItemType,
    title: str,
    **more: str | None,
) -> Item | None:
    task = data.task
    if task.case_id is None:
        return None
    return Item(
        id=event.id,
        case_id=task.case_id,
        type=kind,
        title=title,
        description=task.title,
        data={
            "task_id": str(task.id),
            "task_type": task.type,
            "company_id": str(task.company_id),
            "due_at": _text(task.deadline.due_at),
            **more,
        },
    )


def _text(value: datetime | Decimal | UUID | None) -> str | None:
    """Return the value as JSON has it; times are UTC with a Z, as everywhere in the API."""
    if value is None:
        return None
    if not isinstance(value, datetime):
        return str(value)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


ITEMS: dict[type[EventData], Callable[[RecordedEvent, Any], Item | tuple[Item, ...] | None]] = {
    CallLogged: _call,
    CaseAssigned: _case_assigned,
    CaseClosed: _case_closed,
    CaseClosureRequested: _closure_requested,
    CaseDeclined: _case_declined,
    CaseDetailsChanged: _case_details_changed,
    CaseDivisionChanged: _division_changed,
    CaseManagingPartnerNamed: _managing_partner_named,
    CaseMerged: _case_merged,
    CaseOpened: _case_opened,
    CaseReleased: _case_released,
    CaseStatusChanged: _status_changed,
    CaseUserAssigned: _user_assigned,
    ComplaintAccepted: _complaint_accepted,
    ComplaintAnswered: _complaint_answered,
    ComplaintFiled: _complaint_filed,
    BidEnded: _bid_ended,
    FileDeleted: _file_deleted,
    FileUploaded: _file_added,
    LeadClosed: _lead_closed,
    LeadOpened: _lead_opened,
    MessagePosted: _message,
    NoteLogged: _note,
    PartnerInvited: _partner_invited,
    PaymentReported: _payment_reported,
    QuoteChoiceReminded: _choice_reminded,
    QuoteSubmitted: _quote_submitted,
    SurveyRequested: _update_requested,
    SurveySubmitted: _update_submitted,
    SurveyWithdrawn: _update_withdrawn,
    TaskOpened: _task_opened,
    TaskReopened: _task_reopened,
    TaskSolved: _task_solved,
    ThreadClosed: _chat_closed,
    VerdictGiven: _verdict_given,
}

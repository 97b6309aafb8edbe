"""
Which event is which item of its case's timeline: the one table, with one entry per type of event.

An entry returns None for an event that belongs to no case. Whatever an item says stands in its event, so
that a rebuild after an erasure says it no longer. Who may see it is the event's audience.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contracts.envelope import EventData, RecordedEvent
from shared.contracts.messaging import (
    CALL_OUTCOME_LABELS,
    CallLogged,
    CaseAssigned,
    CaseClosed,
    CaseDetailsChanged,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintFiled,
    FileDeleted,
    FileUploaded,
    MessagePosted,
    NoteEdited,
    NoteLogged,
    ThreadClosed,
    TimelineItemType,
)
from shared.contracts.tasks import TaskOpened, TaskSolved

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


def _status_changed(event: RecordedEvent, data: CaseStatusChanged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="status_changed",
        title=f"Status changed to {STATUS_LABELS[data.status]}",
        data={"previous_status": data.previous, "status": data.status},
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
    return _task(event, data, "task_solved", "Task solved", solved_by=data.solved_by)


def _task(
    event: RecordedEvent, data: TaskOpened | TaskSolved, kind: TimelineItemType, title: str, **more: str
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


def _text(value: datetime | UUID | None) -> str | None:
    """Return the value as JSON has it; times are UTC with a Z, as everywhere in the API."""
    if value is None:
        return None
    if isinstance(value, UUID):
        return str(value)
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


ITEMS: dict[type[EventData], Callable[[RecordedEvent, Any], Item | None]] = {
    CallLogged: _call,
    CaseAssigned: _case_assigned,
    CaseClosed: _case_closed,
    CaseDetailsChanged: _case_details_changed,
    CaseMerged: _case_merged,
    CaseOpened: _case_opened,
    CaseStatusChanged: _status_changed,
    ComplaintAccepted: _complaint_accepted,
    ComplaintAnswered: _complaint_answered,
    ComplaintFiled: _complaint_filed,
    FileDeleted: _file_deleted,
    FileUploaded: _file_added,
    MessagePosted: _message,
    NoteLogged: _note,
    TaskOpened: _task_opened,
    TaskSolved: _task_solved,
    ThreadClosed: _chat_closed,
}

"""Notes, calls and complaints."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import messaging
from shared.contracts.envelope import RecordedEvent
from shared.contracts.rpc import Shape


class NoteChangedNotice(Shape):
    """What a note says from now on."""

    id: UUID
    case_id: UUID
    title: str
    description: str | None
    event_date: datetime | None
    author: messaging.AuthorRef
    edited_at: datetime


class NoteDeletedNotice(Shape):
    """The note was taken back."""

    id: UUID
    case_id: UUID


class ComplaintNotice(Shape):
    """What became of a complaint; `text` is the complaint or the response."""

    id: UUID
    case_id: UUID
    status: Literal["filed", "accepted", "answered"]
    respondent_id: UUID
    author: messaging.AuthorRef | None = None
    text: str | None = None


def _note_added(event: RecordedEvent, data: messaging.NoteLogged) -> LiveEvent:
    return LiveEvent(
        "note.added",
        messaging.NoteView(
            id=data.note_id,
            case_id=data.case_id,
            client_note_id=data.client_note_id,
            title=data.title,
            description=data.description,
            event_date=utc(data.event_date) if data.event_date else None,
            author=_author(data),
            created_at=utc(event.time),
            edited_at=None,
        ),
    )


def _note_changed(event: RecordedEvent, data: messaging.NoteEdited) -> LiveEvent:
    return LiveEvent(
        "note.changed",
        NoteChangedNotice(
            id=data.note_id,
            case_id=data.case_id,
            title=data.title,
            description=data.description,
            event_date=utc(data.event_date) if data.event_date else None,
            author=_author(data),
            edited_at=utc(event.time),
        ),
    )


def _note_deleted(_: RecordedEvent, data: messaging.NoteDeleted) -> LiveEvent:
    return LiveEvent("note.deleted", NoteDeletedNotice(id=data.note_id, case_id=data.case_id))


def _call_logged(event: RecordedEvent, data: messaging.CallLogged) -> LiveEvent:
    return LiveEvent(
        "call.logged",
        messaging.CallView(
            id=data.call_id,
            case_id=data.case_id,
            client_call_id=data.client_call_id,
            number=data.number,
            outcome=data.outcome,
            outcome_label=messaging.CALL_OUTCOME_LABELS[data.outcome],
            notes=data.notes,
            called_at=utc(data.called_at),
            author=_author(data),
            created_at=utc(event.time),
        ),
    )


def _complaint_filed(_: RecordedEvent, data: messaging.ComplaintFiled) -> LiveEvent:
    return LiveEvent(
        "complaint.filed",
        ComplaintNotice(
            id=data.complaint_id,
            case_id=data.case_id,
            status="filed",
            respondent_id=data.respondent_id,
            author=_author(data),
            text=data.text,
        ),
    )


def _complaint_accepted(_: RecordedEvent, data: messaging.ComplaintAccepted) -> LiveEvent:
    notice = ComplaintNotice(
        id=data.complaint_id, case_id=data.case_id, status="accepted", respondent_id=data.respondent_id
    )
    return LiveEvent("complaint.accepted", notice)


def _complaint_answered(_: RecordedEvent, data: messaging.ComplaintAnswered) -> LiveEvent:
    return LiveEvent(
        "complaint.answered",
        ComplaintNotice(
            id=data.complaint_id,
            case_id=data.case_id,
            status="answered",
            respondent_id=data.respondent_id,
            author=_author(data),
            text=data.text,
        ),
    )


def _author(
    data: messaging.NoteLogged
    | messaging.NoteEdited
    | messaging.CallLogged
    | messaging.ComplaintFiled
    | messaging.ComplaintAnswered,
) -> messaging.AuthorRef:
    return messaging.AuthorRef(id=data.author_id, name=data.author_name, company_id=data.author_company_id)


REACTIONS: Reactions = {
    messaging.CallLogged: _call_logged,
    messaging.ComplaintAccepted: _complaint_accepted,
    messaging.ComplaintAnswered: _complaint_answered,
    messaging.ComplaintFiled: _complaint_filed,
    messaging.NoteDeleted: _note_deleted,
    messaging.NoteEdited: _note_changed,
    messaging.NoteLogged: _note_added,
}

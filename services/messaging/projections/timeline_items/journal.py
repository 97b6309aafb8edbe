"""Notes, calls and complaints."""

from datetime import datetime

from services.messaging.projections.timeline_items.item import Item, Items, text
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CALL_OUTCOME_LABELS,
    CallLogged,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintFiled,
    NoteEdited,
    NoteLogged,
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
            "event_date": text(data.event_date),
            "edited_at": text(edited_at),
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
            "called_at": text(data.called_at),
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


ITEMS: Items = {
    CallLogged: _call,
    ComplaintAccepted: _complaint_accepted,
    ComplaintAnswered: _complaint_answered,
    ComplaintFiled: _complaint_filed,
    NoteLogged: _note,
}

"""The timeline of a case: one row for each thing that happened, written as its event tells it."""

from uuid import UUID

from psycopg.types.json import Jsonb

from services.messaging.projections.statements import Execute
from services.messaging.projections.timeline_items import ITEMS, Item, edited_note
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseManagingPartnerNamed,
    MessagePosted,
    NoteDeleted,
    NoteEdited,
    ParticipantLeft,
)
from shared.contracts.notifier import MailScheduled, MailSent

_USER = "user:"
_OPERATOR = "ops:"


def project(event: RecordedEvent, execute: Execute) -> None:
    """Bring the rows that an event changes up to date; doing it again changes nothing."""
    match event.data:
        case NoteEdited() as data:
            item = edited_note(event, data)
            execute(
                "change_note_item",
                id=item.id,
                title=item.title,
                description=item.description,
                data=Jsonb(item.data),
                at=item.dated,
            )
        case NoteDeleted() as data:
            left = {"note_id": str(data.note_id), "deleted_at": event.time.isoformat()}
            execute("delete_note_item", id=data.note_id, data=Jsonb(left))
        case MailScheduled(case_id=case_id) as data if case_id is not None:
            execute(
                "remember_email",
                mail_id=data.mail_id,
                case_id=case_id,
                user_id=data.user_id,
                kind=data.kind,
                recipient_name=data.recipient_name,
            )
        case MailSent() as data:
            execute(
                "add_sent_email",
                mail_id=data.mail_id,
                position=event.position,
                recorded_at=event.time,
                audience=list(event.audience),
            )
        case MessagePosted():
            pass  # written together with the message
        case CaseManagingPartnerNamed(previous_id=previous) as data:
            if previous is not None:
                execute("forget_managing_time", case_id=data.case_id, company_id=previous)
            _add(event, execute)
        case ParticipantLeft() as data:
            # What was said between its dismissal and its leaving the chat.
            execute("forget_managing_time", case_id=data.case_id, company_id=data.participant.company_id)
        case _:
            _add(event, execute)


def _add(event: RecordedEvent, execute: Execute) -> None:
    entry = ITEMS.get(type(event.data))
    made = entry(event, event.data) if entry else ()
    for part, item in enumerate(made if isinstance(made, tuple) else (made,)):
        if item is not None:
            _put(item, part, event, execute)


def _put(item: Item, part: int, event: RecordedEvent, execute: Execute) -> None:
    kind, user_id = actor_of(event, item)
    values = {
        "id": item.id,
        "case_id": item.case_id,
        "type": item.type,
        "position": event.position,
        "part": part,
        "recorded_at": event.time,
        "title": item.title,
        "description": item.description,
        "actor_kind": kind,
        "actor_user_id": user_id,
        "actor_name": item.author_name,
        "data": Jsonb(item.data),
        "audience": list(event.audience),
    }
    if item.dated is None:
        execute("add_timeline_item", **values)
    else:
        execute("add_dated_timeline_item", at=item.dated, **values)


def actor_of(event: RecordedEvent, item: Item) -> tuple[str, UUID | None]:
    """Return what kind of actor did it, and which user where it is one."""
    return ("user", item.author_id) if item.author_id else _actor(event.actor)


def _actor(actor: str) -> tuple[str, UUID | None]:
    """Return what kind of actor the envelope names, and which user where it is one."""
    if actor.startswith(_USER):
        return "user", UUID(actor.removeprefix(_USER))
    return ("operator" if actor.startswith(_OPERATOR) else "system"), None

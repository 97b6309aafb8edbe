"""Notes as they are now, and all that they ever said."""

from services.messaging.projections.statements import Execute
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import NoteDeleted, NoteEdited, NoteLogged


def project(event: RecordedEvent, execute: Execute) -> None:
    """Bring the rows that an event changes up to date; doing it again changes nothing."""
    match event.data:
        case NoteLogged() as data:
            execute(
                "log_note",
                id=data.note_id,
                case_id=data.case_id,
                client_note_id=data.client_note_id,
                author_id=data.author_id,
                author_name=data.author_name,
                author_company_id=data.author_company_id,
                title=data.title,
                description=data.description,
                event_date=data.event_date,
                created_at=event.time,
                position=event.position,
                audience=list(event.audience),
            )
        case NoteEdited() as data:
            execute(
                "edit_note",
                id=data.note_id,
                version=event.version,
                title=data.title,
                description=data.description,
                event_date=data.event_date,
                edited_at=event.time,
            )
        case NoteDeleted() as data:
            execute("delete_note", id=data.note_id, version=event.version, deleted_at=event.time)
        case _:
            pass

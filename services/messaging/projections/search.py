"""What is to be found by words is noted; the indexer takes it from there."""

from services.messaging.places import place
from services.messaging.projections.statements import Execute
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseManagingPartnerNamed,
    NoteDeleted,
    NoteEdited,
    NoteLogged,
    ParticipantJoined,
)


def project(event: RecordedEvent, execute: Execute) -> None:
    """Note what has to be indexed, or indexed anew; doing it again changes nothing."""
    match event.data:
        case NoteLogged() as data:
            execute("note_unindexed", id=data.note_id, kind="note", place=_place(event))
        case NoteEdited() | NoteDeleted() as data:
            execute("note_unindexed_again", id=data.note_id)
        case ParticipantJoined() as data:
            execute("note_thread_unindexed", thread_id=data.thread_id)
        case CaseManagingPartnerNamed(managing_partner_id=named) as data if named is not None:
            execute("note_case_notes_unindexed", case_id=data.case_id)
        case _:
            pass


def _place(event: RecordedEvent) -> int:
    return place(event.time, event.position)

"""Notes: written by a user of the partner, changed and taken back by that user alone, never forgotten."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.messaging.commands import DeleteNote, EditNote, LogNote, NoteCommand, NoteContent, OnCase
from services.messaging.decider import shapes
from shared.contracts.messaging import (
    JOURNAL_TEXT_MAX_CHARACTERS,
    MessageAuthor,
    NoteDeleted,
    NoteEdited,
    NoteLogged,
)
from shared.errors import Conflict, Forbidden, NotFound

NoteEvent = NoteLogged | NoteEdited | NoteDeleted


@dataclass(frozen=True, slots=True)
class NoNote:
    """Nobody has written it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    case_id: UUID
    engagement_id: UUID
    author_id: UUID
    author_company_id: UUID
    content: NoteContent
    revision: int = 1


@dataclass(frozen=True, slots=True)
class DeletedNote:
    """Final; `note` is what it was."""

    note: Note


State = NoNote | Note | DeletedNote


def initial() -> State:
    return NoNote()


def decide(command: NoteCommand, state: State) -> tuple[NoteEvent, ...]:
    """Return what the command changes, nothing where it is so already."""
    match command:
        case LogNote():
            return _log(command, state)
        case EditNote():
            return _edit(command, state)
        case DeleteNote():
            return _delete(command, state)
        case _:
            assert_never(command)


def evolve(state: State, event: NoteEvent) -> State:
    match event:
        case NoteLogged():
            return Note(
                case_id=event.case_id,
                engagement_id=event.engagement_id,
                author_id=event.author_id,
                author_company_id=event.author_company_id,
                content=_content(event),
            )
        case NoteEdited():
            return replace(_written(state), content=_content(event), revision=event.revision)
        case NoteDeleted():
            return DeletedNote(_written(state))
        case _:
            assert_never(event)


def subject(state: State) -> str | None:
    """Return whose key encrypts what the note says: the case's."""
    return None if isinstance(state, NoNote) else f"case:{_written(state).case_id}"


def check(content: NoteContent, at: datetime) -> NoteContent:
    """Return what a note says, if a note may say that. Raises Invalid."""
    shapes.title(content.title)
    if content.description is not None:
        shapes.text(content.description, "description", JOURNAL_TEXT_MAX_CHARACTERS)
    if content.event_date is not None:
        shapes.past(content.event_date, "event_date", at)
    return content


def _log(command: LogNote, state: State) -> tuple[NoteEvent, ...]:
    content = check(command.content, command.at)
    if not isinstance(state, NoNote):
        return ()
    return (
        NoteLogged(
            note_id=command.note_id,
            client_note_id=command.client_note_id,
            title=content.title,
            description=content.description,
            event_date=content.event_date,
            **_on_case(command.on),
            **_by(command.author),
        ),
    )


def _edit(command: EditNote, state: State) -> tuple[NoteEvent, ...]:
    note = _own(state, command.on, command.author)
    if isinstance(state, DeletedNote):
        raise Conflict("note_deleted", "The note was deleted: log a new one.")
    wanted = {name: getattr(command.content, name) for name in command.fields}
    content = check(replace(note.content, **wanted), command.at)
    if content == note.content:
        return ()
    return (
        NoteEdited(
            note_id=command.note_id,
            revision=note.revision + 1,
            title=content.title,
            description=content.description,
            event_date=content.event_date,
            **_on_case(command.on),
            **_by(command.author),
        ),
    )


def _delete(command: DeleteNote, state: State) -> tuple[NoteEvent, ...]:
    _own(state, command.on, command.author)
    if isinstance(state, DeletedNote):
        return ()
    return (
        NoteDeleted(
            note_id=command.note_id,
            author_id=command.author.id,
            author_company_id=command.author.company_id,
            **_on_case(command.on),
        ),
    )


def _own(state: State, on: OnCase, author: MessageAuthor) -> Note:
    """
    Return the note if it is the author's and of the present engagement.

    Raises NotFound for one of another case or company, Forbidden for a colleague's, Conflict for one of an
    earlier engagement.
    """
    if isinstance(state, NoNote):
        raise _not_found()
    note = _written(state)
    if (note.case_id, note.author_company_id) != (on.case_id, author.company_id):
        raise _not_found()
    if note.author_id != author.id:
        raise Forbidden("not_the_author", "Only its author can change or delete a note.")
    if note.engagement_id != on.engagement_id:
        raise Conflict(
            "engagement_over", "The note belongs to your earlier time on the case: it can only be read."
        )
    return note


def _written(state: State) -> Note:
    match state:
        case Note():
            return state
        case DeletedNote(note=note):
            return note
        case NoNote():
            raise ValueError("a note's stream begins with NoteLogged")
        case _:
            assert_never(state)


def _content(event: NoteLogged | NoteEdited) -> NoteContent:
    return NoteContent(title=event.title, description=event.description, event_date=event.event_date)


def _on_case(on: OnCase) -> dict[str, object]:
    return {
        "case_id": on.case_id,
        "case_reference": on.case_reference,
        "engagement_id": on.engagement_id,
    }


def _by(author: MessageAuthor) -> dict[str, object]:
    return {"author_id": author.id, "author_name": author.name, "author_company_id": author.company_id}


def _not_found() -> NotFound:
    return NotFound("note_not_found", "There is no such note on the case.")

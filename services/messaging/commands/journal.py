"""What can be asked of notes, calls and complaints."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from shared.contracts.messaging import CallOutcome, MessageAuthor, NoteField


def note_id(case_id: UUID, author_id: UUID, client_note_id: str) -> UUID:
    """Return the id that a note has however often its author's client sends it."""
    return uuid5(case_id, f"note:{author_id}:{client_note_id}")


def call_id(case_id: UUID, author_id: UUID, client_call_id: str) -> UUID:
    """Return the id that a call has however often its author's client sends it."""
    return uuid5(case_id, f"call:{author_id}:{client_call_id}")


def complaint_id(case_id: UUID, author_id: UUID, client_complaint_id: str) -> UUID:
    """Return the id that a complaint has however often its author's client sends it."""
    return uuid5(case_id, f"complaint:{author_id}:{client_complaint_id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCase:
    """The case, and whose time on it the thing belongs to."""

    case_id: UUID
    case_reference: str
    engagement_id: UUID
    creditor_id: UUID
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteContent:
    title: str
    description: str | None
    event_date: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogNote:
    """Write the note down; `at` is now."""

    note_id: UUID
    client_note_id: str
    on: OnCase
    author: MessageAuthor
    content: NoteContent
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EditNote:
    """Let the note say what `content` says in the fields that `fields` names; `at` is now."""

    note_id: UUID
    on: OnCase
    author: MessageAuthor
    fields: frozenset[NoteField]
    content: NoteContent
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteNote:
    """Take the note back."""

    note_id: UUID
    on: OnCase
    author: MessageAuthor


NoteCommand = LogNote | EditNote | DeleteNote


@dataclass(frozen=True, slots=True, kw_only=True)
class LogCall:
    """Write down that somebody was called; `at` is now."""

    call_id: UUID
    client_call_id: str
    on: OnCase
    author: MessageAuthor
    number: str
    outcome: CallOutcome
    notes: str
    called_at: datetime
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FileComplaint:
    """Complain of the partner's work on the case."""

    complaint_id: UUID
    client_complaint_id: str
    on: OnCase
    author: MessageAuthor
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptComplaint:
    """Ask the partner complained of for its response."""

    complaint_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerComplaint:
    """Respond to the complaint."""

    complaint_id: UUID
    case_id: UUID
    author: MessageAuthor
    text: str


ComplaintCommand = FileComplaint | AcceptComplaint | AnswerComplaint

"""Notes and calls: what the partner that collects writes down for itself and its creditor."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from services.messaging import commands
from services.messaging.commands import NoteContent, OnCase, Origin
from services.messaging.decider import call, case, company, note, shapes, standing, user
from services.messaging.handlers.streams import Archive, once_id
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CALL_OUTCOME_LABELS,
    AuthorRef,
    CallLogged,
    CallOutcome,
    CallView,
    EditedNote,
    LoggedCall,
    LoggedNote,
    MessageAuthor,
    NoteEdited,
    NoteField,
    NoteLogged,
    NoteView,
)
from shared.errors import Conflict, Invalid, Refused
from shared.eventlog.protocol import Appended

EventDate = datetime | date | None


@dataclass(frozen=True, slots=True)
class Desk:
    """A user at work on a case: all that decides what they may log, as of one moment."""

    user: user.State
    company: company.State
    case: case.State
    company_id: UUID

    def author(self) -> MessageAuthor:
        return user.acting(self.user, company_id=self.company_id)

    def collects(self, act: str) -> OnCase:
        return standing.as_collector(self.case, self.company_id, act=act)

    def moment(self, event_date: EventDate) -> datetime | None:
        """Return the moment meant; a date alone is the beginning of that day where the company is."""
        if event_date is None:
            return None
        if isinstance(event_date, datetime):
            return _in_utc(event_date, "event_date")
        _require_year(event_date, "event_date")
        employer = company.registered(self.company, "company_id")
        return datetime.combine(event_date, time(), ZoneInfo(employer.details.time_zone)).astimezone(UTC)


# A year beyond these cannot be moved into every time zone.
_YEARS = range(shapes.EARLIEST.year, 9999)


def _in_utc(moment: datetime, field: str) -> datetime:
    _require_year(moment, field)
    return moment.astimezone(UTC)


def _require_year(day: date, field: str) -> None:
    if day.year not in _YEARS:
        raise Invalid(f"{field}_malformed", "Give a moment from 1900 until now.", field)


def log_note(
    archive: Archive,
    *,
    case_id: UUID,
    author_id: UUID,
    company_id: UUID,
    client_note_id: str,
    title: str,
    description: str | None,
    event_date: EventDate,
    origin: Origin,
) -> LoggedNote:
    """
    Log a note in the name of a user of the case's partner.

    The same `client_note_id` and content again has the first outcome, with `created` False, whatever has
    happened since. Raises Invalid, NotFound for a case that the company may not know of, Forbidden for the
    creditor's side, Conflict where the content is another, the case is merged or another partner's now.
    """
    shapes.client_id(client_note_id, "client_note_id")
    note_id = commands.note_id(case_id, author_id, client_note_id)
    desk = sit_down(archive, case_id=case_id, user_id=author_id, company_id=company_id)
    content = NoteContent(title=title, description=description or None, event_date=desk.moment(event_date))
    try:
        author = desk.author()
        command = commands.LogNote(
            note_id=note_id,
            client_note_id=client_note_id,
            on=desk.collects("log a note"),
            author=author,
            content=content,
            at=origin.at,
        )
        appended = archive.notes.carry_out(
            note_id, origin, lambda state: note.decide(command, state), audience=case.audience(desk.case)
        )
    except Refused:
        first = archive.log.find(archive.notes.stream(note_id), once_id(NoteLogged, note_id))
        if first is None:
            raise
        return _logged_note(first, content, created=False)
    if appended is not None:
        return _logged_note(appended.events[0], content, created=not appended.duplicate)
    first = archive.log.find(archive.notes.stream(note_id), once_id(NoteLogged, note_id))
    return _logged_note(cast("RecordedEvent", first), content, created=False)


def edit_note(
    archive: Archive,
    *,
    case_id: UUID,
    note_id: UUID,
    author_id: UUID,
    company_id: UUID,
    fields: tuple[NoteField, ...],
    title: str | None,
    description: str | None,
    event_date: EventDate,
    origin: Origin,
) -> EditedNote:
    """
    Put other words into a note of the user's own; its former ones stay in the log.

    Raises Invalid, NotFound, Forbidden for anybody but the author, Conflict for a note that was deleted and
    where the case is merged or another partner's now.
    """
    desk = sit_down(archive, case_id=case_id, user_id=author_id, company_id=company_id)
    author = desk.author()
    command = commands.EditNote(
        note_id=note_id,
        on=desk.collects("change a note"),
        author=author,
        fields=frozenset(fields),
        content=NoteContent(
            title=title or "", description=description or None, event_date=desk.moment(event_date)
        ),
        at=origin.at,
    )
    archive.notes.carry_out(
        note_id, origin, lambda state: note.decide(command, state), audience=case.audience(desk.case)
    )
    events = archive.log.read_stream(archive.notes.stream(note_id))
    return EditedNote(note=note_view(events), position=events[-1].position)


def delete_note(
    archive: Archive, *, case_id: UUID, note_id: UUID, author_id: UUID, company_id: UUID, origin: Origin
) -> Appended | None:
    """Take back a note of the user's own; None where that was done before. Raises as `edit_note`."""
    desk = sit_down(archive, case_id=case_id, user_id=author_id, company_id=company_id)
    author = desk.author()
    command = commands.DeleteNote(note_id=note_id, on=desk.collects("delete a note"), author=author)
    return archive.notes.carry_out(
        note_id, origin, lambda state: note.decide(command, state), audience=case.audience(desk.case)
    )


def log_call(
    archive: Archive,
    *,
    case_id: UUID,
    author_id: UUID,
    company_id: UUID,
    client_call_id: str,
    number: str,
    outcome: CallOutcome,
    notes: str,
    called_at: datetime | None,
    origin: Origin,
) -> LoggedCall:
    """
    Log a call in the name of a user of the case's partner; without `called_at` it was made now.

    Repeating it is as harmless as with a note. Raises as `log_note`.
    """
    shapes.client_id(client_call_id, "client_call_id")
    call_id = commands.call_id(case_id, author_id, client_call_id)
    desk = sit_down(archive, case_id=case_id, user_id=author_id, company_id=company_id)
    made_at = called_at and _in_utc(called_at, "called_at")
    said = (number, outcome, notes, made_at)
    try:
        author = desk.author()
        command = commands.LogCall(
            call_id=call_id,
            client_call_id=client_call_id,
            on=desk.collects("log a call"),
            author=author,
            number=number,
            outcome=outcome,
            notes=notes,
            called_at=made_at or origin.at,
            at=origin.at,
        )
        appended = archive.calls.carry_out(
            call_id, origin, lambda state: call.decide(command, state), audience=case.audience(desk.case)
        )
    except Refused:
        first = archive.log.find(archive.calls.stream(call_id), once_id(CallLogged, call_id))
        if first is None:
            raise
        return _logged_call(first, said, created=False)
    if appended is not None:
        return _logged_call(appended.events[0], said, created=not appended.duplicate)
    first = archive.log.find(archive.calls.stream(call_id), once_id(CallLogged, call_id))
    return _logged_call(cast("RecordedEvent", first), said, created=False)


def sit_down(archive: Archive, *, case_id: UUID, user_id: UUID, company_id: UUID) -> Desk:
    """Return what decides about the user's work on the case, read in one round trip."""
    person, employer, of_case = archive.load_together(
        (archive.users, user_id), (archive.companies, company_id), (archive.cases, case_id)
    )
    return Desk(person, employer, of_case, company_id)


def note_view(events: Sequence[RecordedEvent]) -> NoteView:
    """Return the note with the last words in these events of its stream, the first of which logged it."""
    first, last = (
        events[0],
        next(event for event in reversed(events) if isinstance(event.data, NoteLogged | NoteEdited)),
    )
    logged, written = cast("NoteLogged", first.data), cast("NoteLogged | NoteEdited", last.data)
    return NoteView(
        id=logged.note_id,
        case_id=logged.case_id,
        client_note_id=logged.client_note_id,
        title=written.title,
        description=written.description,
        event_date=written.event_date,
        author=AuthorRef(id=logged.author_id, name=logged.author_name, company_id=logged.author_company_id),
        created_at=first.time,
        edited_at=None if last is first else last.time,
    )


def _logged_note(event: RecordedEvent, content: NoteContent, *, created: bool) -> LoggedNote:
    """Return the note as it was logged. Raises Conflict for an earlier one that says something else."""
    view = note_view([event])
    if (view.title, view.description, view.event_date) != (
        content.title,
        content.description,
        content.event_date,
    ):
        raise Conflict(
            "client_note_id_reused",
            "Another note of yours has this client_note_id: choose a new one for other content.",
            "client_note_id",
        )
    return LoggedNote(note=view, created=created, position=event.position)


def _logged_call(
    event: RecordedEvent, said: tuple[str, CallOutcome, str, datetime | None], *, created: bool
) -> LoggedCall:
    """Return the logged call. Raises Conflict where it is an earlier one of which something else was said."""
    logged = cast("CallLogged", event.data)
    number, outcome, notes, called_at = said
    if (logged.number, logged.outcome, logged.notes, logged.called_at) != (
        number,
        outcome,
        notes,
        called_at or logged.called_at,
    ):
        raise Conflict(
            "client_call_id_reused",
            "Another call of yours has this client_call_id: choose a new one for another call.",
            "client_call_id",
        )
    view = CallView(
        id=logged.call_id,
        case_id=logged.case_id,
        client_call_id=logged.client_call_id,
        number=logged.number,
        outcome=logged.outcome,
        outcome_label=CALL_OUTCOME_LABELS[logged.outcome],
        notes=logged.notes,
        called_at=logged.called_at,
        author=AuthorRef(id=logged.author_id, name=logged.author_name, company_id=logged.author_company_id),
        created_at=event.time,
    )
    return LoggedCall(call=view, created=created, position=event.position)

"""Complaints of the creditor's side, and what the partner complained of responds."""

from typing import cast
from uuid import UUID

from services.messaging import commands
from services.messaging.commands import Origin
from services.messaging.decider import complaint, shapes, standing
from services.messaging.handlers.journal import sit_down
from services.messaging.handlers.streams import Archive, once_id
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    AuthorRef,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintFiled,
    ComplaintResponse,
    ComplaintView,
    FiledComplaint,
)
from shared.errors import Conflict, Refused
from shared.eventlog.protocol import Appended


def file_complaint(
    archive: Archive,
    *,
    case_id: UUID,
    author_id: UUID,
    company_id: UUID,
    client_complaint_id: str,
    text: str,
    origin: Origin,
) -> FiledComplaint:
    """
    File a complaint about the work of the case's present partner.

    The same `client_complaint_id` and text again has the first outcome, with `created` False, whatever has
    happened since. Raises Invalid, NotFound for a case that the company may not know of, Forbidden for its
    partners, Conflict where the text is another, the case is merged or has no partner.
    """
    shapes.client_id(client_complaint_id, "client_complaint_id")
    complaint_id = commands.complaint_id(case_id, author_id, client_complaint_id)
    created = False
    try:
        desk = sit_down(archive, case_id=case_id, user_id=author_id, company_id=company_id)
        author = desk.author()
        command = commands.FileComplaint(
            complaint_id=complaint_id,
            client_complaint_id=client_complaint_id,
            on=standing.as_client(desk.case, company_id, act="file a complaint"),
            author=author,
            text=text,
        )
        appended = archive.complaints.carry_out(
            complaint_id,
            origin,
            lambda state: complaint.decide(command, state),
            audience=standing.between(desk.case, command.on.partner_id),
        )
        created = appended is not None and not appended.duplicate
    except Refused:
        stream = archive.complaints.stream(complaint_id)
        if archive.log.find(stream, once_id(ComplaintFiled, complaint_id)) is None:
            raise
    events = _events(archive, complaint_id)
    if cast("ComplaintFiled", events[0].data).text != text:
        raise Conflict(
            "client_complaint_id_reused",
            "Another complaint of yours has this client_complaint_id: choose a new one for another.",
            "client_complaint_id",
        )
    return FiledComplaint(complaint=_view(events), created=created, position=events[0].position)


def accept_complaint(archive: Archive, *, complaint_id: UUID, origin: Origin) -> Appended | None:
    """
    Accept the complaint: from now on its response is owed; None where it was accepted or answered before.

    Raises NotFound, and Conflict on a merged case.
    """
    filed = complaint.filed(archive.complaints.load(complaint_id)).filed
    of_case = archive.cases.load(filed.case_id)
    standing.require_writable(of_case)
    command = commands.AcceptComplaint(complaint_id=complaint_id)
    return archive.complaints.carry_out(
        complaint_id,
        origin,
        lambda state: complaint.decide(command, state),
        audience=standing.between(of_case, filed.respondent_id),
    )


def answer_complaint(
    archive: Archive,
    *,
    case_id: UUID,
    complaint_id: UUID,
    author_id: UUID,
    company_id: UUID,
    text: str,
    origin: Origin,
) -> FiledComplaint:
    """
    Respond to a complaint about the user's company, accepted or not; the same again changes nothing.

    Raises Invalid, NotFound, Forbidden for the side that filed it, Conflict where there is another response
    and on a merged case.
    """
    desk = sit_down(archive, case_id=case_id, user_id=author_id, company_id=company_id)
    author = desk.author()
    standing.require_known(desk.case, company_id)
    command = commands.AnswerComplaint(complaint_id=complaint_id, case_id=case_id, author=author, text=text)

    def decide(state: complaint.State) -> tuple[complaint.ComplaintEvent, ...]:
        decided = complaint.decide(command, state)
        if decided:
            standing.require_writable(desk.case)
        return decided

    appended = archive.complaints.carry_out(
        complaint_id, origin, decide, audience=standing.between(desk.case, company_id)
    )
    events = _events(archive, complaint_id)
    answered = next(event for event in reversed(events) if isinstance(event.data, ComplaintAnswered))
    created = appended is not None and not appended.duplicate
    return FiledComplaint(complaint=_view(events), created=created, position=answered.position)


def _events(archive: Archive, complaint_id: UUID) -> tuple[RecordedEvent, ...]:
    return archive.log.read_stream(archive.complaints.stream(complaint_id))


def _view(events: tuple[RecordedEvent, ...]) -> ComplaintView:
    filed = cast("ComplaintFiled", events[0].data)
    answered = next((event for event in events if isinstance(event.data, ComplaintAnswered)), None)
    accepted = any(isinstance(event.data, ComplaintAccepted) for event in events)
    return ComplaintView(
        id=filed.complaint_id,
        case_id=filed.case_id,
        client_complaint_id=filed.client_complaint_id,
        status="answered" if answered else "accepted" if accepted else "filed",
        text=filed.text,
        respondent_id=filed.respondent_id,
        author=AuthorRef(id=filed.author_id, name=filed.author_name, company_id=filed.author_company_id),
        created_at=events[0].time,
        response=None if answered is None else _response(answered),
    )


def _response(event: RecordedEvent) -> ComplaintResponse:
    answered = cast("ComplaintAnswered", event.data)
    author = AuthorRef(
        id=answered.author_id, name=answered.author_name, company_id=answered.author_company_id
    )
    return ComplaintResponse(text=answered.text, author=author, created_at=event.time)

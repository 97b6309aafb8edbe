"""Complaints: filed by the creditor's side, accepted by the platform, answered once by the partner."""

from dataclasses import dataclass, replace
from typing import Literal, assert_never
from uuid import UUID

from services.messaging.commands import AcceptComplaint, AnswerComplaint, ComplaintCommand, FileComplaint
from services.messaging.decider import shapes
from shared.contracts.messaging import (
    JOURNAL_TEXT_MAX_CHARACTERS,
    ComplaintAccepted,
    ComplaintAnswered,
    ComplaintFiled,
    MessageAuthor,
)
from shared.errors import Conflict, Forbidden, NotFound

ComplaintEvent = ComplaintFiled | ComplaintAccepted | ComplaintAnswered


@dataclass(frozen=True, slots=True)
class NoComplaint:
    """Nobody has filed it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """`response` is what was answered, if it was."""

    filed: ComplaintFiled
    status: Literal["filed", "accepted", "answered"] = "filed"
    response: str | None = None


State = NoComplaint | Complaint


def initial() -> State:
    return NoComplaint()


def decide(command: ComplaintCommand, state: State) -> tuple[ComplaintEvent, ...]:
    """Return what the command changes, nothing where it is so already."""
    match command:
        case FileComplaint():
            return _file(command, state)
        case AcceptComplaint():
            return _accept(filed(state))
        case AnswerComplaint():
            return _answer(command, state)
        case _:
            assert_never(command)


def evolve(state: State, event: ComplaintEvent) -> State:
    match event:
        case ComplaintFiled():
            return Complaint(filed=event)
        case ComplaintAccepted():
            return replace(filed(state), status="accepted")
        case ComplaintAnswered():
            return replace(filed(state), status="answered", response=event.text)
        case _:
            assert_never(event)


def subject(state: State) -> str | None:
    """Return whose key encrypts what is said: the case's."""
    return f"case:{state.filed.case_id}" if isinstance(state, Complaint) else None


def filed(state: State) -> Complaint:
    """Return the complaint. Raises NotFound for one that nobody has filed."""
    if isinstance(state, NoComplaint):
        raise _not_found()
    return state


def _file(command: FileComplaint, state: State) -> tuple[ComplaintEvent, ...]:
    shapes.text(command.text, "text", JOURNAL_TEXT_MAX_CHARACTERS)
    if isinstance(state, Complaint):
        return ()
    on = command.on
    return (
        ComplaintFiled(
            complaint_id=command.complaint_id,
            case_id=on.case_id,
            case_reference=on.case_reference,
            engagement_id=on.engagement_id,
            creditor_id=on.creditor_id,
            respondent_id=on.partner_id,
            client_complaint_id=command.client_complaint_id,
            author_id=command.author.id,
            author_name=command.author.name,
            author_company_id=command.author.company_id,
            text=command.text,
        ),
    )


def _accept(complaint: Complaint) -> tuple[ComplaintEvent, ...]:
    if complaint.status != "filed":
        return ()
    facts = complaint.filed
    return (
        ComplaintAccepted(
            complaint_id=facts.complaint_id,
            case_id=facts.case_id,
            case_reference=facts.case_reference,
            engagement_id=facts.engagement_id,
            creditor_id=facts.creditor_id,
            respondent_id=facts.respondent_id,
        ),
    )


def _answer(command: AnswerComplaint, state: State) -> tuple[ComplaintEvent, ...]:
    complaint = filed(state)
    facts = complaint.filed
    _require_respondent(facts, command.case_id, command.author)
    shapes.text(command.text, "text", JOURNAL_TEXT_MAX_CHARACTERS)
    if complaint.status == "answered":
        if complaint.response != command.text:
            raise Conflict("complaint_answered", "The complaint was answered already; there is one response.")
        return ()
    return (
        ComplaintAnswered(
            complaint_id=facts.complaint_id,
            case_id=facts.case_id,
            case_reference=facts.case_reference,
            engagement_id=facts.engagement_id,
            creditor_id=facts.creditor_id,
            respondent_id=facts.respondent_id,
            author_id=command.author.id,
            author_name=command.author.name,
            author_company_id=command.author.company_id,
            text=command.text,
        ),
    )


def _require_respondent(facts: ComplaintFiled, case_id: UUID, author: MessageAuthor) -> None:
    """
    Let only the partner complained of pass, also when the case has gone to another since.

    Raises NotFound for those who may not know of the complaint, Forbidden for the side that filed it.
    """
    if facts.case_id != case_id:
        raise _not_found()
    if author.company_id in (facts.creditor_id, facts.author_company_id):
        raise Forbidden("respondent_only", "Only the partner complained of can respond to the complaint.")
    if author.company_id != facts.respondent_id:
        raise _not_found()


def _not_found() -> NotFound:
    return NotFound("complaint_not_found", "There is no such complaint on the case.")

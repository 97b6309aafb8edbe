"""A partner answers a survey: drafts, and the one submission."""

from dataclasses import dataclass
from uuid import UUID

from services.surveys import queries
from services.surveys.commands import Origin, SaveDraft, SubmitSurvey
from services.surveys.handlers.streams import Archive, submitted_id
from services.surveys.projections import submitted_report
from shared.contracts.rpc import Caller
from shared.contracts.surveys import SubmittedSurvey, SurveySubmitted
from shared.db import DatabaseConnection
from shared.errors import Conflict, Forbidden, Refused
from shared.eventlog.protocol import Appended


@dataclass(frozen=True, slots=True)
class Asked:
    """The case that a survey is about, and who answers it."""

    case_id: UUID
    user_id: UUID
    company_id: UUID


def who_answers(
    connection: DatabaseConnection, survey_id: UUID, caller: Caller, *, viewer: UUID | None
) -> Asked:
    """
    Return whose answer the caller would give; `viewer` is the company whose surveys it may see.

    Raises NotFound for a survey that it may not know of, Forbidden for one that is not its to answer.
    """
    case_id = queries.case_of(connection, survey_id, viewer=viewer)
    if caller.role != "partner" or caller.user_id is None or caller.company_id is None:
        raise Forbidden("partners_only", "Only the partner that works on the case answers its surveys.")
    return Asked(case_id, caller.user_id, caller.company_id)


def save_draft(archive: Archive, case_id: UUID, command: SaveDraft, origin: Origin) -> Appended | None:
    """Keep the draft. Raises NotFound, Conflict for a survey that is over, Invalid."""
    return archive.carry_out(case_id, command, origin)


def submit(archive: Archive, case_id: UUID, command: SubmitSurvey, origin: Origin) -> SubmittedSurvey:
    """
    Submit the report. The same report again has the first outcome, whatever became of the case since.

    Raises NotFound, Invalid, Conflict for a survey that is over or a close code whose conditions do not hold.
    """
    try:
        appended = archive.carry_out(case_id, command, origin)
    except Refused:
        first = archive.log.find(archive.surveys.stream(case_id), submitted_id(command.survey_id))
        if first is None or not isinstance(first.data, SurveySubmitted):
            raise
        if submitted_report(first.data) != command.report:
            raise Conflict(
                "survey_submitted", "The survey was submitted before, with another report: it stands."
            ) from None
        return SubmittedSurvey(survey_id=command.survey_id, created=False, position=first.position)
    if appended is None:
        raise Conflict("survey_over", "There is nothing left to submit.")
    return SubmittedSurvey(
        survey_id=command.survey_id, created=not appended.duplicate, position=appended.position
    )

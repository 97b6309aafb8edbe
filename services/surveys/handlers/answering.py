"""A partner answers a survey: drafts, and the one submission."""

from uuid import UUID

from services.surveys.commands import Origin, SaveDraft, SubmitSurvey
from services.surveys.handlers.streams import Archive, submitted_id
from services.surveys.projections import submitted_report
from shared.contracts.surveys import SubmittedSurvey, SurveySubmitted
from shared.errors import Conflict, Refused
from shared.eventlog.protocol import Appended


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

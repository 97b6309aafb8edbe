"""The monthly update is owed by the partner; one that pauses the case says who has to act. Pure."""

from collections.abc import Iterable
from uuid import UUID

from services.tasks.commands import Following
from services.tasks.reactions.cases import CaseFacts
from services.tasks.reactions.context import Context, asks, on_case, solving
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CaseStatus
from shared.contracts.surveys import SurveyRequested, SurveySubmitted, SurveyWithdrawn
from shared.contracts.tasks import TaskFacts

_OVER: frozenset[CaseStatus] = frozenset({"Closed", "Merged"})


def parties(told: SurveyRequested | SurveySubmitted, case: CaseFacts) -> Iterable[UUID | None]:
    return (told.survey.partner_id, told.survey.creditor_id, case.managing_partner_id)


def survey_requested(
    event: RecordedEvent, requested: SurveyRequested, context: Context
) -> Iterable[Following]:
    """Due when the survey says. One that is refreshed is the same survey, with its first deadline."""
    survey = requested.survey
    task = asks(
        event,
        context,
        type="ReplyToCaseSurvey",
        of=survey.partner_id,
        by=survey.creditor_id,
        case_id=survey.case_id,
        case_reference=survey.case_reference,
        about_id=survey.id,
        deadline=survey.deadline.model_copy(update={"asked_time_zone": context.zone_of(survey.creditor_id)}),
    )
    yield on_case(event, survey.case_id, opens=[task])


def survey_submitted(
    event: RecordedEvent, submitted: SurveySubmitted, context: Context
) -> Iterable[Following]:
    """
    The update is given; where it pauses the case, the side that must act before it goes on is asked to.

    One that was sent while the case was closed or given to another partner pauses nothing: nothing would ever
    solve what it asked for.
    """
    survey = submitted.survey
    opens: list[TaskFacts] = []
    pauses = submitted.recommendation == "pause" and _is_collected_by(survey.partner_id, context.case)
    if pauses and submitted.must_act is not None:
        client_acts = submitted.must_act == "creditor"
        # A managing partner speaks on the creditor's side: either may answer, and that solves both.
        manager = context.case.managing_partner_id
        clients = (survey.creditor_id, manager) if manager is not None else (survey.creditor_id,)
        opens += [
            asks(
                event,
                context,
                type="ClientInputRequired" if client_acts else "FollowUpPausedCase",
                of=company_id,
                by=survey.partner_id if client_acts else survey.creditor_id,
                case_id=survey.case_id,
                case_reference=survey.case_reference,
                about_id=survey.id,
            )
            for company_id in (clients if client_acts else (survey.partner_id,))
        ]
    given = solving("ReplyToCaseSurvey", by="survey", about_id=survey.id)
    yield on_case(event, survey.case_id, solves=[given], opens=opens)


def _is_collected_by(partner_id: UUID, case: CaseFacts) -> bool:
    return case.status not in _OVER and case.partner_id == partner_id


def survey_withdrawn(event: RecordedEvent, withdrawn: SurveyWithdrawn, _: Context) -> Iterable[Following]:
    survey = withdrawn.survey
    yield on_case(
        event, survey.case_id, solves=[solving("ReplyToCaseSurvey", by="withdrawn", about_id=survey.id)]
    )

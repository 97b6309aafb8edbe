"""The surveys of one case: at most one is open. Pure."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import assert_never
from uuid import UUID
from zoneinfo import ZoneInfo

from services.surveys.commands import (
    Command,
    RemindOfSurvey,
    RequestSurvey,
    SaveDraft,
    SubmitSurvey,
    WithdrawSurvey,
)
from services.surveys.decider import report
from services.surveys.decider.case import KnownCase
from shared.contracts.surveys import (
    SurveyDraftSaved,
    SurveyFacts,
    SurveyRefreshed,
    SurveyReminded,
    SurveyRequested,
    SurveySubmitted,
    SurveyWithdrawn,
)
from shared.errors import Conflict, NotFound, Poison

SurveyEvent = (
    SurveyRequested | SurveyRefreshed | SurveyReminded | SurveyDraftSaved | SurveySubmitted | SurveyWithdrawn
)

BETWEEN_REMINDERS = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Surveys:
    """
    The survey that is open, if one is, with the last month it asks for; which came before; when was reminded.
    """

    open: SurveyFacts | None = None
    month: str = ""
    reminded_at: datetime | None = None
    ended: frozenset[UUID] = field(default_factory=frozenset)


def initial() -> Surveys:
    return Surveys()


def decide(
    command: Command, state: Surveys, case: KnownCase | None, *, at: datetime
) -> tuple[SurveyEvent, ...]:
    """
    Return what the command changes, nothing where it is so already. `case` is the case as of now.

    Raises NotFound for a survey that the company may not know of, Conflict for one that is over, Invalid.
    """
    match command:
        case RequestSurvey():
            return _request(command, state, case)
        case RemindOfSurvey():
            return _remind(command, state, at)
        case SaveDraft():
            survey = _open_for(state, command.survey_id, command.company_id)
            draft = report.checked_draft(command.draft).model_dump_json()
            return (
                SurveyDraftSaved(
                    survey_id=survey.id, case_id=survey.case_id, user_id=command.user_id, draft=draft
                ),
            )
        case SubmitSurvey():
            return _submit(command, state, case, at)
        case WithdrawSurvey():
            if state.open is None or command.engagement_id not in (None, state.open.engagement_id):
                return ()
            return (SurveyWithdrawn(survey=state.open, reason=command.reason),)
        case _:
            assert_never(command)


def evolve(state: Surveys, event: SurveyEvent, at: datetime) -> Surveys:
    match event:
        case SurveyRequested(survey=survey, month=month):
            return replace(state, open=survey, month=month, reminded_at=None)
        case SurveyRefreshed(month=month):
            return replace(state, month=month)
        case SurveyReminded():
            return replace(state, reminded_at=at)
        case SurveyDraftSaved():
            return state
        case SurveySubmitted(survey=survey) | SurveyWithdrawn(survey=survey):
            return replace(state, open=None, ended=state.ended | {survey.id})
        case _:
            raise Poison(
                "The stream of a case's surveys holds an event of a newer release: upgrade, then retry."
            )


def local_date(survey: SurveyFacts, at: datetime) -> date:
    """Return the date at the partner's."""
    return at.astimezone(ZoneInfo(survey.deadline.time_zone)).date()


def _request(command: RequestSurvey, state: Surveys, case: KnownCase | None) -> tuple[SurveyEvent, ...]:
    wanted = command.survey
    if case is None or case.status != "Active" or case.engagement_id != wanted.engagement_id:
        return ()
    if command.month <= state.month:
        return ()
    if state.open is not None:
        return (SurveyRefreshed(survey=state.open, month=command.month),)
    return (SurveyRequested(survey=wanted, month=command.month),)


def _remind(command: RemindOfSurvey, state: Surveys, at: datetime) -> tuple[SurveyEvent, ...]:
    survey = state.open
    if survey is None or survey.id != command.survey_id or survey.deadline.due_at > at:
        return ()
    if state.reminded_at is not None and at - state.reminded_at < BETWEEN_REMINDERS:
        return ()
    return (SurveyReminded(survey=survey),)


def _submit(
    command: SubmitSurvey, state: Surveys, case: KnownCase | None, at: datetime
) -> tuple[SurveyEvent, ...]:
    survey = _open_for(state, command.survey_id, command.company_id)
    if case is None or case.status != "Active" or case.engagement_id != survey.engagement_id:
        # The withdrawal is on its way.
        raise Conflict("survey_over", "The case is not active with you any more: there is nothing to report.")
    given = command.report
    recommendation = report.checked(given, case, today=local_date(survey, at))
    return (
        SurveySubmitted(
            survey=survey,
            month=state.month,
            user_id=command.user_id,
            user_name=command.user_name,
            actions=report.actions_json(given.actions),
            payments=given.payments,
            recommendation=recommendation,
            pause_reason=given.pause_reason,
            must_act=given.must_act,
            close_code=given.close_code,
            comment=given.comment,
        ),
    )


def _open_for(state: Surveys, survey_id: UUID, company_id: UUID) -> SurveyFacts:
    if state.open is not None and state.open.id == survey_id:
        if state.open.partner_id != company_id:
            raise NotFound("survey_not_found", "There is no such survey.")
        return state.open
    if survey_id in state.ended:
        raise Conflict("survey_over", "The survey was submitted or withdrawn: it cannot be changed any more.")
    raise NotFound("survey_not_found", "There is no such survey.")

"""One survey of a case at a time: requested, refreshed, answered once, withdrawn."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.surveys.commands import Command, RemindOfSurvey, SaveDraft, WithdrawSurvey
from services.surveys.decider import survey
from services.surveys.decider.survey import SurveyEvent, Surveys
from shared.contracts.surveys import (
    Report,
    SurveyDraftSaved,
    SurveyRefreshed,
    SurveyReminded,
    SurveyRequested,
    SurveySubmitted,
    SurveyWithdrawn,
)
from shared.errors import Conflict, NotFound
from tests.unit.surveys.examples import (
    CASE,
    ENGAGEMENT,
    NOW,
    PARTNER,
    USER,
    a_case,
    a_payment,
    asking,
    facts,
    submitting,
)

STAY = Report(recommendation="stay_active")


def after(*events: SurveyEvent) -> Surveys:
    state = survey.initial()
    for event in events:
        state = survey.evolve(state, event, NOW)
    return state


OPEN = after(SurveyRequested(survey=facts(), month="2026-11"))


def decided(command: Command, state: Surveys = OPEN, **case: object) -> tuple[SurveyEvent, ...]:
    return survey.decide(command, state, a_case(**case), at=NOW)  # type: ignore[arg-type]


def test_an_active_case_is_asked() -> None:
    assert decided(asking(), after()) == (SurveyRequested(survey=facts(), month="2026-11"),)


@pytest.mark.parametrize("status", ["Paused", "Closed", "NeedsAdditionalDetails"])
def test_a_case_that_is_not_active_is_not(status: str) -> None:
    assert decided(asking(), after(), status=status) == ()


def test_a_case_that_went_to_another_partner_meanwhile_is_not_asked_for_the_former() -> None:
    assert decided(asking(), after(), engagement_id=uuid4()) == ()


def test_a_month_is_asked_for_once() -> None:
    assert decided(asking()) == ()


def test_the_next_month_refreshes_what_is_open_and_keeps_its_deadline() -> None:
    assert decided(asking("2026-12")) == (SurveyRefreshed(survey=facts(), month="2026-12"),)


def test_once_it_was_answered_the_next_month_is_a_survey_of_its_own() -> None:
    (submitted,) = decided(submitting(STAY))
    assert isinstance(submitted, SurveySubmitted)
    done = survey.evolve(OPEN, submitted, NOW)

    assert decided(asking("2026-12"), done) == (SurveyRequested(survey=facts("2026-12"), month="2026-12"),)
    assert decided(asking("2026-11"), done) == ()


def test_a_submission_says_what_was_reported() -> None:
    report = Report(
        payments=(a_payment(),), recommendation="pause", pause_reason="payment_plan", must_act="partner"
    )

    (event,) = decided(submitting(report))

    assert isinstance(event, SurveySubmitted)
    assert (event.recommendation, event.must_act, event.payments) == ("pause", "partner", report.payments)
    assert event.month == "2026-11"


def test_another_companys_survey_is_unknown() -> None:
    with pytest.raises(NotFound):
        decided(submitting(STAY, company_id=uuid4()))


def test_a_survey_that_is_over_is_refused() -> None:
    over = survey.evolve(OPEN, SurveyWithdrawn(survey=facts(), reason="paused"), NOW)

    with pytest.raises(Conflict):
        decided(submitting(STAY), over)


def test_a_case_that_has_just_been_paused_takes_no_submission() -> None:
    with pytest.raises(Conflict, match="not active"):
        decided(submitting(STAY), status="Paused")


def test_a_draft_may_be_incomplete() -> None:
    command = SaveDraft(survey_id=facts().id, user_id=USER, company_id=PARTNER, draft=Report(comment="half"))

    (event,) = decided(command)

    assert isinstance(event, SurveyDraftSaved)
    assert Report.model_validate_json(event.draft).comment == "half"


def test_it_is_withdrawn_only_for_its_own_engagement() -> None:
    assert decided(WithdrawSurvey(case_id=CASE, reason="paused")) == (
        SurveyWithdrawn(survey=facts(), reason="paused"),
    )
    assert decided(WithdrawSurvey(case_id=CASE, reason="reassigned", engagement_id=uuid4())) == ()
    assert decided(WithdrawSurvey(case_id=CASE, reason="reassigned", engagement_id=ENGAGEMENT))


def test_reminders_are_for_what_is_late_and_a_week_apart() -> None:
    command = RemindOfSurvey(survey_id=facts().id)
    late = facts().deadline.due_at + timedelta(hours=1)

    assert survey.decide(command, OPEN, None, at=NOW) == ()
    assert survey.decide(command, OPEN, None, at=late) == (SurveyReminded(survey=facts()),)
    reminded = survey.evolve(OPEN, SurveyReminded(survey=facts()), late)
    assert survey.decide(command, reminded, None, at=late + timedelta(days=6, hours=23)) == ()
    assert survey.decide(command, reminded, None, at=late + timedelta(days=7)) != ()

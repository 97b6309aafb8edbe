"""What leads, complaints and monthly updates ask for, and what meets it: events in, events out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import pytest

from shared.contracts.envelope import Stream
from shared.contracts.messaging import (
    BidEnded,
    BidOutcome,
    ComplaintAccepted,
    ComplaintAnswered,
    LeadClosed,
    LeadOutcome,
    PartnerInvited,
    QuoteSubmitted,
    QuoteTerms,
    QuoteWindow,
)
from shared.contracts.surveys import SurveyFacts, SurveyRequested, SurveySubmitted, SurveyWithdrawn
from shared.contracts.tasks import Deadline, SolvedBy, TaskType
from tests.unit.tasks.case_board import (
    CASE,
    CREDITOR,
    FRIDAY_AT_THREE,
    OTHER_PARTNER,
    PARTNER,
    Case,
    names_manager,
)

LEAD, COMPLAINT, SURVEY = uuid4(), uuid4(), uuid4()
CLOSES = datetime(2026, 11, 27, 14, tzinfo=UTC)
WINDOW = QuoteWindow(closes_at=CLOSES, calendar="DK", time_zone="Europe/Copenhagen", skipped_days=())
OF_THE_CASE: dict[str, Any] = {"case_id": CASE, "case_reference": "NV-1001", "creditor_id": CREDITOR}


class Lead(Case):
    def invites(self, partner: UUID) -> None:
        self._tells(PartnerInvited(**OF_THE_CASE, lead_id=LEAD, partner_id=partner, window=WINDOW))

    def is_quoted_by(self, partner: UUID) -> None:
        quote = QuoteSubmitted(
            **OF_THE_CASE,
            lead_id=LEAD,
            quote_id=uuid4(),
            partner_id=partner,
            author_id=uuid4(),
            author_name="Lena",
            submitted_at=FRIDAY_AT_THREE,
            terms=QuoteTerms(currency="EUR"),
        )
        self._tells(quote)

    def ends_for(self, partner: UUID, outcome: BidOutcome) -> None:
        self._tells(BidEnded(**OF_THE_CASE, lead_id=LEAD, partner_id=partner, outcome=outcome))

    def ends(self, outcome: LeadOutcome) -> None:
        self._tells(LeadClosed(**OF_THE_CASE, lead_id=LEAD, outcome=outcome))

    def _tells(self, data: PartnerInvited | QuoteSubmitted | BidEnded | LeadClosed) -> None:
        self.tell(data, stream=Stream("lead", LEAD))


@pytest.fixture
def lead() -> Lead:
    lead = Lead()
    lead.opens("Leads")
    return lead


def test_whoever_is_invited_is_to_quote_until_the_window_ends(lead: Lead) -> None:
    lead.invites(PARTNER)
    lead.invites(OTHER_PARTNER)

    assert lead.open == [("ProvideQuote", PARTNER), ("ProvideQuote", OTHER_PARTNER)]
    deadlines = [task.facts.deadline for task in lead.board.open.values()]
    assert {deadline.due_at for deadline in deadlines} == {CLOSES}
    assert [deadline.time_zone for deadline in deadlines] == ["Europe/Berlin", "Europe/London"]
    assert {task.facts.about_id for task in lead.board.open.values()} == {LEAD}


def test_a_quote_solves_its_own_task_and_the_first_one_asks_for_the_choice(lead: Lead) -> None:
    for partner in (PARTNER, OTHER_PARTNER):
        lead.invites(partner)
    lead.is_quoted_by(PARTNER)

    assert lead.solved == [("ProvideQuote", "quote")]
    assert lead.open == [("ProvideQuote", OTHER_PARTNER), ("SelectQuoteWinner", CREDITOR)]

    lead.is_quoted_by(OTHER_PARTNER)

    assert lead.open == [("SelectQuoteWinner", CREDITOR)]


@pytest.mark.parametrize(
    ("outcome", "how"), [("winner", "choice"), ("pullback", "withdrawn"), ("expired", "withdrawn")]
)
def test_the_end_of_a_lead_ends_the_choice(lead: Lead, outcome: LeadOutcome, how: SolvedBy) -> None:
    lead.invites(PARTNER)
    lead.is_quoted_by(PARTNER)

    lead.ends(outcome)

    assert lead.solved[-1] == ("SelectQuoteWinner", how)
    assert lead.open == []


def test_the_end_of_a_bid_ends_its_own_task_only(lead: Lead) -> None:
    for partner in (PARTNER, OTHER_PARTNER):
        lead.invites(partner)

    lead.ends_for(PARTNER, "lost")

    assert lead.open == [("ProvideQuote", OTHER_PARTNER)]
    assert lead.solved == [("ProvideQuote", "withdrawn")]


# --- complaints ---


def complaint(
    kind: type[ComplaintAccepted] | type[ComplaintAnswered],
) -> ComplaintAccepted | ComplaintAnswered:
    fields = {
        **OF_THE_CASE,
        "complaint_id": COMPLAINT,
        "engagement_id": uuid4(),
        "respondent_id": PARTNER,
        "author_id": uuid4(),
        "author_name": "Lena",
        "author_company_id": PARTNER,
        "text": "We are sorry.",
    }
    return kind.model_validate(fields)


def test_an_accepted_complaint_is_answered_within_ten_calendar_days() -> None:
    case = Case()
    case.opens("Active")
    case.tell(complaint(ComplaintAccepted), stream=Stream("complaint", COMPLAINT))

    task = case.only_task()
    assert (task.type, task.company_id, task.asked_by) == ("RespondToComplaint", PARTNER, CREDITOR)
    assert task.deadline.due_at == FRIDAY_AT_THREE + timedelta(days=10)
    assert (task.deadline.calendar, task.deadline.rule) == ("calendar days", "10 calendar days")

    case.closes()
    case.tell(complaint(ComplaintAnswered), stream=Stream("complaint", COMPLAINT))

    assert case.solved == [("RespondToComplaint", "response")]


def test_a_complaint_that_is_accepted_while_its_case_is_merged_asks_for_what_nobody_could_give() -> None:
    """Whichever of both came first in the log, nothing is left to do on a case that is read-only."""
    before, after = Case(), Case()
    for case in (before, after):
        case.opens("Active")
    before.tell(complaint(ComplaintAccepted), stream=Stream("complaint", COMPLAINT))
    before.merges()
    after.merges()
    after.tell(complaint(ComplaintAccepted), stream=Stream("complaint", COMPLAINT))

    assert (before.open, before.solved) == ([], [("RespondToComplaint", "withdrawn")])
    assert (after.open, after.solved) == ([], [])


# --- monthly updates ---


@pytest.fixture
def surveyed() -> Case:
    case = Case()
    case.opens("Active")
    case.is_assigned()
    case.tell(SurveyRequested(survey=facts(), month="2026-11"), stream=Stream("case-surveys", CASE))
    return case


def facts() -> SurveyFacts:
    return SurveyFacts(
        id=SURVEY,
        case_id=CASE,
        case_reference="NV-1001",
        engagement_id=uuid4(),
        creditor_id=CREDITOR,
        partner_id=PARTNER,
        currency="EUR",
        requested_at=FRIDAY_AT_THREE,
        deadline=Deadline(due_at=CLOSES, calendar="DE", time_zone="Europe/Berlin", skipped_days=()),
    )


def submits(case: Case, must_act: Literal["creditor", "partner"] | None = None) -> None:
    report = SurveySubmitted(
        survey=facts(),
        month="2026-11",
        user_id=uuid4(),
        user_name="Lena",
        actions="[]",
        payments=(),
        recommendation="pause" if must_act else "stay_active",
        pause_reason="other" if must_act else None,
        must_act=must_act,
        close_code=None,
    )
    case.tell(report, stream=Stream("case-surveys", CASE))


def test_a_survey_is_owed_until_its_own_deadline(surveyed: Case) -> None:
    task = surveyed.only_task()

    assert (task.type, task.company_id, task.about_id) == ("ReplyToCaseSurvey", PARTNER, SURVEY)
    assert (task.deadline.due_at, task.deadline.asked_time_zone) == (CLOSES, "Europe/Copenhagen")


def test_the_update_solves_it(surveyed: Case) -> None:
    submits(surveyed)

    assert (surveyed.open, surveyed.solved) == ([], [("ReplyToCaseSurvey", "survey")])


def test_a_withdrawn_survey_is_owed_no_longer(surveyed: Case) -> None:
    withdrawn = SurveyWithdrawn(survey=facts(), reason="paused")
    surveyed.tell(withdrawn, stream=Stream("case-surveys", CASE))

    assert surveyed.solved == [("ReplyToCaseSurvey", "withdrawn")]


@pytest.mark.parametrize(
    ("side", "type_", "company"),
    [("creditor", "ClientInputRequired", CREDITOR), ("partner", "FollowUpPausedCase", PARTNER)],
)
def test_an_update_that_pauses_the_case_asks_who_must_act_within_14_business_days(
    surveyed: Case, side: Literal["creditor", "partner"], type_: TaskType, company: UUID
) -> None:
    submits(surveyed, side)
    surveyed.moves("Paused")

    assert surveyed.open == [(type_, company)]
    (task,) = surveyed.board.open.values()
    assert task.facts.deadline.rule == "14 business days"

    surveyed.moves("Active")

    assert surveyed.solved == [("ReplyToCaseSurvey", "survey"), (type_, "moved_on")]


@pytest.mark.parametrize(
    "end", [Case.closes, Case.merges, lambda case: case.is_assigned(OTHER_PARTNER, again=True)]
)
@pytest.mark.parametrize("side", ["creditor", "partner"])
def test_an_update_that_its_case_has_overtaken_asks_for_what_nobody_could_give(
    surveyed: Case, end: Callable[[Case], object], side: Literal["creditor", "partner"]
) -> None:
    end(surveyed)

    submits(surveyed, side)

    assert not {type_ for type_, _ in surveyed.open} & {"ClientInputRequired", "FollowUpPausedCase"}


def test_who_speaks_for_the_client_is_asked_beside_it_what_a_pause_needs(surveyed: Case) -> None:
    names_manager(surveyed, OTHER_PARTNER)

    submits(surveyed, "creditor")

    assert surveyed.open == [("ClientInputRequired", CREDITOR), ("ClientInputRequired", OTHER_PARTNER)]

    surveyed.says("managing_partner")

    assert surveyed.open == []


def test_the_clients_message_gives_the_input(surveyed: Case) -> None:
    submits(surveyed, "creditor")
    surveyed.moves("Paused")

    surveyed.says("creditor")

    assert surveyed.solved[-1] == ("ClientInputRequired", "reply")

"""What the life of a case asks of either side, and what meets it: events in, events out."""

from collections.abc import Iterable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.tasks import decider, reactions
from services.tasks.reactions import Context
from shared.contracts.messaging import (
    CaseStatus,
    SenderRole,
    ThreadKind,
)
from shared.contracts.tasks import TaskOpened, TaskType
from shared.errors import Poison
from tests.unit.tasks.case_board import (
    CREDITOR,
    OTHER_PARTNER,
    PARTNER,
    Case,
    names_manager,
)


@pytest.fixture
def case() -> Case:
    return Case()


@pytest.fixture
def active(case: Case) -> Case:
    case.opens("Active")
    case.is_assigned()
    return case


# --- verifying a new case ---


@pytest.mark.parametrize("assigned", ["before it was released", "after it was released"])
def test_a_case_that_is_released_to_its_partner_is_to_be_verified(case: Case, assigned: str) -> None:
    case.opens("PendingVerificationInternal")
    if assigned == "before it was released":
        case.is_assigned()
        assert case.open == []
        case.moves("PendingVerification")
    else:
        case.moves("PendingVerification")
        assert case.open == []
        case.is_assigned()

    assert case.open == [("VerifyNewCase", PARTNER)]
    task = case.only_task()
    assert (task.title, task.side, task.asked_by) == ("Review New Case: case NV-1001", "partner", CREDITOR)


def test_verifying_takes_24_hours_without_the_weekend(case: Case) -> None:
    case.opens("PendingVerification")
    case.is_assigned()

    deadline = case.only_task().deadline
    assert deadline.due_at == datetime(2026, 11, 23, 14, tzinfo=UTC)
    assert (deadline.calendar, deadline.rule) == ("none", "1 business day")
    assert (deadline.time_zone, deadline.asked_time_zone) == ("Europe/Berlin", "Europe/Copenhagen")


@pytest.mark.parametrize("status", ["Active", "NeedsAdditionalDetails", "Leads"])
def test_whatever_the_partner_decides_about_it_verifies_it(case: Case, status: CaseStatus) -> None:
    case.opens("PendingVerification")
    case.is_assigned()

    case.moves(status)

    assert case.solved == [("VerifyNewCase", "verified")]


def test_a_case_that_comes_in_active_needs_no_verification(active: Case) -> None:
    assert active.events == []


def test_a_new_partner_verifies_anew_and_the_former_no_longer_has_to(case: Case) -> None:
    case.opens("PendingVerification")
    case.is_assigned()

    case.is_assigned(OTHER_PARTNER, again=True)

    assert case.solved == [("VerifyNewCase", "withdrawn")]
    assert case.open == [("VerifyNewCase", OTHER_PARTNER)]


# --- more information needed ---


def test_a_partner_that_needs_more_asks_the_client(active: Case) -> None:
    active.moves("NeedsAdditionalDetails")

    assert active.open == [("MoreInfoNeeded", CREDITOR)]
    task = active.only_task()
    assert (task.side, task.asked_by, task.case_reference) == ("creditor", PARTNER, "NV-1001")
    assert task.deadline.rule == "5 business days"


@pytest.mark.parametrize("role", ["creditor", "managing_partner"])
def test_a_message_of_the_clients_side_in_the_case_chat_brings_it(active: Case, role: SenderRole) -> None:
    active.moves("NeedsAdditionalDetails")

    active.says(role)

    assert (active.open, active.solved) == ([], [("MoreInfoNeeded", "reply")])


@pytest.mark.parametrize(
    ("role", "kind"),
    [("partner", "invoice_chat"), ("platform", "invoice_chat"), ("creditor", "invoice_questions_chat")],
)
def test_no_other_message_brings_it(active: Case, role: SenderRole, kind: ThreadKind) -> None:
    active.moves("NeedsAdditionalDetails")

    active.says(role, kind)

    assert active.solved == []


def test_leaving_the_state_solves_it_too(active: Case) -> None:
    active.moves("NeedsAdditionalDetails")
    active.moves("Active")

    assert active.solved == [("MoreInfoNeeded", "moved_on")]


def test_asking_again_opens_a_task_of_its_own(active: Case) -> None:
    for _ in range(2):
        active.moves("NeedsAdditionalDetails")
        active.says("creditor")
        active.moves("Active")

    opened = [event.task.id for event in active.events if isinstance(event, TaskOpened)]
    assert len(set(opened)) == 2
    assert active.open == []


def test_a_managing_partner_is_asked_beside_the_creditor_and_an_answer_of_either_is_one(active: Case) -> None:
    names_manager(active, OTHER_PARTNER)
    active.moves("NeedsAdditionalDetails")

    assert active.open == [("MoreInfoNeeded", CREDITOR), ("MoreInfoNeeded", OTHER_PARTNER)]
    assert {task.facts.side for task in active.board.open.values()} == {"creditor"}

    active.says("managing_partner")

    assert (active.open, len(active.solved)) == ([], 2)


def test_who_speaks_for_the_client_no_longer_is_asked_nothing(active: Case) -> None:
    names_manager(active, OTHER_PARTNER)
    active.moves("NeedsAdditionalDetails")

    names_manager(active, None, OTHER_PARTNER)

    assert active.open == [("MoreInfoNeeded", CREDITOR)]
    assert active.solved == [("MoreInfoNeeded", "withdrawn")]


def test_who_speaks_for_the_client_from_now_on_is_asked_what_the_client_is_asked(active: Case) -> None:
    active.moves("NeedsAdditionalDetails")

    names_manager(active, OTHER_PARTNER)

    assert active.open == [("MoreInfoNeeded", CREDITOR), ("MoreInfoNeeded", OTHER_PARTNER)]


# --- ends ---


def open_everything(case: Case, types: Iterable[TaskType]) -> None:
    facts = case.only_task()
    for type_ in types:
        opened = TaskOpened(task=facts.model_copy(update={"id": uuid4(), "type": type_}), source_position=1)
        case.board = decider.evolve(case.board, opened)


def test_closing_withdraws_what_nobody_needs_any_more_and_leaves_the_rest(active: Case) -> None:
    active.moves("NeedsAdditionalDetails")
    open_everything(active, ["ReplyToCaseSurvey", "RespondToComplaint", "ReviewPartner"])

    active.closes()

    assert active.solved == [("MoreInfoNeeded", "withdrawn"), ("ReplyToCaseSurvey", "withdrawn")]


def test_merging_withdraws_everything(active: Case) -> None:
    active.moves("NeedsAdditionalDetails")
    open_everything(active, ["RespondToComplaint", "Generic"])

    active.merges()

    assert active.open == []


def test_pausing_withdraws_the_survey_and_resuming_what_the_pause_asked_for(active: Case) -> None:
    active.moves("NeedsAdditionalDetails")
    active.moves("Active")
    open_everything(active, ["ReplyToCaseSurvey"])
    active.moves("Paused")
    open_everything(active, ["FollowUpPausedCase", "ClientInputRequired"])

    active.moves("Active")

    assert active.solved[1:] == [
        ("ReplyToCaseSurvey", "withdrawn"),
        ("FollowUpPausedCase", "moved_on"),
        ("ClientInputRequired", "moved_on"),
    ]


# --- heard again, late, or out of the blue ---


def test_what_was_heard_before_changes_nothing(active: Case) -> None:
    heard = [active.moves("NeedsAdditionalDetails"), active.says("creditor")]
    before = list(active.events)

    for event in heard:
        active.hear(event)

    assert active.events == before


def test_a_message_heard_again_does_not_answer_what_was_asked_after_it(active: Case) -> None:
    """It changed nothing the first time, so nothing on the board tells that it was handled."""
    early = active.says("creditor")
    active.moves("NeedsAdditionalDetails")

    active.hear(early)

    assert active.open == [("MoreInfoNeeded", CREDITOR)]


def test_an_event_about_a_company_that_is_unknown_is_poison(active: Case) -> None:
    event = active.moves("NeedsAdditionalDetails")

    with pytest.raises(Poison, match=str(CREDITOR)):
        reactions.react(event, Context({}, active.facts))


def test_the_companies_of_the_case_are_needed(active: Case) -> None:
    event = active.moves("NeedsAdditionalDetails")

    assert reactions.companies_needed(event, active.facts) == {CREDITOR, PARTNER}

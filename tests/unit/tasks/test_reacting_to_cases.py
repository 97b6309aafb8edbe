"""What the life of a case asks of either side, and what meets it: events in, events out."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.tasks import decider, reactions
from services.tasks.reactions import Context
from shared.contracts.envelope import Stream
from shared.contracts.messaging import (
    IMPORT_ACTOR,
    CaseStatus,
    CaseStatusChanged,
    SenderRole,
    Side,
    ThreadKind,
)
from shared.contracts.tasks import TaskOpened, TaskType
from shared.errors import Poison
from tests.unit.tasks.case_board import (
    CASE,
    CASE_BOARD,
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
        case.boards[CASE_BOARD] = decider.evolve(case.board, opened)


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


# --- signing ---


@pytest.mark.parametrize("opened", [True, False])
def test_a_case_that_waits_for_a_signature_asks_the_clients_account_for_it(
    case: Case, *, opened: bool
) -> None:
    case.opens("PendingContractSigning" if opened else "PendingVerificationInternal")
    if not opened:
        case.moves("PendingContractSigning")

    assert case.open == [("SignContract", CREDITOR)]
    task = case.only_task()
    assert (task.case_id, task.case_reference, task.about_id) == (None, "NV-1001", CASE)
    assert task.deadline.rule == "5 business days"


@pytest.mark.parametrize(("actor", "asker"), [(IMPORT_ACTOR, IMPORT_ACTOR), ("ops:cli", "platform")])
def test_what_an_import_asks_for_is_known_as_the_imports(case: Case, actor: str, asker: str) -> None:
    """Nobody is told of it by e-mail: there may be thousands at once."""
    case.opens("PendingContractSigning", actor=actor)

    assert (case.open, case.actors) == ([("SignContract", CREDITOR)], {asker})


def test_moving_on_means_that_it_was_signed(case: Case) -> None:
    case.opens("PendingContractSigning")

    case.moves("PendingVerificationInternal")

    assert (case.open, case.solved) == ([], [("SignContract", "done")])


@pytest.mark.parametrize("end", [Case.closes, Case.merges])
def test_nobody_signs_for_a_case_that_ends(case: Case, end: Callable[[Case], None]) -> None:
    case.opens("PendingContractSigning")

    end(case)

    assert (case.open, case.solved) == ([], [("SignContract", "withdrawn")])


def test_a_case_signs_for_itself_alone(case: Case) -> None:
    case.opens("PendingContractSigning")
    other = CaseStatusChanged(
        case_id=uuid4(),
        reference="NV-1002",
        previous="PendingContractSigning",
        status="PendingVerificationInternal",
    )

    case.tell(other, stream=Stream("case", other.case_id))

    assert (case.open, case.solved) == ([("SignContract", CREDITOR)], [])


# --- after the end ---


def test_the_client_rates_who_collected_a_case_that_was_closed(active: Case) -> None:
    active.closes("Debtor Untraceable")

    assert active.open == [("ReviewPartner", CREDITOR)]
    task = active.only_task()
    assert (task.about_id, task.case_id, task.deadline.rule) == (PARTNER, CASE, "14 business days")


def test_nobody_is_rated_who_never_began(case: Case) -> None:
    case.opens("PendingVerification")
    case.is_assigned()
    case.closes("Withdrawn by Client")

    assert case.open == []


def test_who_got_the_case_last_is_not_rated_for_what_another_did(active: Case) -> None:
    active.moves("PendingVerification")
    active.is_assigned(OTHER_PARTNER, again=True)
    active.closes("Withdrawn by Client")

    assert active.open == []


def test_what_an_import_closes_ended_elsewhere(active: Case) -> None:
    active.is_paid("creditor", commission_paid=False)
    active.closes(actor=IMPORT_ACTOR)

    assert active.open == []


@pytest.mark.parametrize("code", ["Paid", "Partially paid"])
def test_a_partner_invoices_its_commission_on_what_the_client_got(active: Case, code: str) -> None:
    active.is_paid("creditor", commission_paid=False)
    active.is_paid("partner")
    active.closes(code)

    assert active.open == [("ReviewPartner", CREDITOR), ("InvoiceAndCollect", PARTNER)]


@pytest.mark.parametrize(
    ("received_by", "commission_paid", "code"),
    [("creditor", True, "Paid"), ("partner", None, "Paid"), ("creditor", False, "Withdrawn by Client")],
)
def test_there_is_nothing_to_invoice_otherwise(
    active: Case, received_by: Side, *, commission_paid: bool | None, code: str
) -> None:
    active.is_paid(received_by, commission_paid=commission_paid)
    active.closes(code)

    assert active.open == [("ReviewPartner", CREDITOR)]


def test_a_new_partner_invoices_nothing_of_the_formers_time(active: Case) -> None:
    active.is_paid("creditor", commission_paid=False)
    active.is_assigned(OTHER_PARTNER, again=True)
    active.closes("Partially paid")

    assert active.open == [("ReviewPartner", CREDITOR)]


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

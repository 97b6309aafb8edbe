"""What the life of a case asks of either side, and what meets it: events in, events out."""

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4, uuid5

import pytest

from services.tasks import decider, reactions
from services.tasks.commands import CASE_TASKS, FollowEvent
from services.tasks.reactions import CaseFacts, Company, Context
from shared.business_calendar import Calendar
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    MessagePosted,
    SenderRole,
    ThreadKind,
)
from shared.contracts.tasks import SolvedBy, TaskFacts, TaskOpened, TaskSolved, TaskType
from shared.errors import Poison

FRIDAY_AT_THREE = datetime(2026, 11, 20, 14, tzinfo=UTC)
CASE, THREAD = uuid4(), uuid4()
CREDITOR, PARTNER, OTHER_PARTNER = uuid4(), uuid4(), uuid4()
COMPANIES = {
    id_: Company(id=id_, name=name, calendar=Calendar(country=country, time_zone=zone))
    for id_, name, country, zone in (
        (CREDITOR, "Nordvik Steel A/S", "DK", "Europe/Copenhagen"),
        (PARTNER, "Inkasso München GmbH", "DE", "Europe/Berlin"),
        (OTHER_PARTNER, "Collect Ltd", "GB", "Europe/London"),
    )
}


class Case:
    """A case and its board: tells events to the reactions and decides what follows, as the service does."""

    def __init__(self) -> None:
        self.board = decider.initial_state()
        self.facts = CaseFacts()
        self.events: list[EventData] = []
        self.position = 0
        self.versions: dict[str, int] = {}

    def opens(self, status: CaseStatus) -> None:
        self.tell(
            CaseOpened(
                case_id=CASE,
                reference="NV-1001",
                creditor_id=CREDITOR,
                debtor_type="Company",
                debtor_name="Hafen GmbH",
                amount=Decimal(8400),
                currency="EUR",
                status=status,
            )
        )

    def is_assigned(self, partner: UUID = PARTNER, *, again: bool = False) -> RecordedEvent:
        return self.tell(
            CaseAssigned(
                case_id=CASE,
                reference="NV-1001",
                engagement_id=uuid4(),
                creditor_id=CREDITOR,
                partner_id=partner,
                previous_engagement_id=uuid4() if again else None,
            )
        )

    def moves(self, status: CaseStatus) -> RecordedEvent:
        assert self.facts.status is not None
        return self.tell(
            CaseStatusChanged(case_id=CASE, reference="NV-1001", previous=self.facts.status, status=status)
        )

    def closes(self) -> None:
        self.tell(CaseClosed(case_id=CASE, reference="NV-1001", close_code="Paid"))

    def merges(self) -> None:
        self.tell(CaseMerged(case_id=CASE, reference="NV-1001"))

    def says(self, role: SenderRole, kind: ThreadKind = "invoice_chat") -> RecordedEvent:
        author = {"creditor": CREDITOR, "partner": PARTNER, "managing_partner": OTHER_PARTNER}.get(role)
        message = MessagePosted(
            message_id=uuid4(),
            thread_id=THREAD,
            thread_kind=kind,
            case_id=CASE,
            case_reference="NV-1001",
            partnership_id=None,
            client_message_id="1",
            role=role,
            author_id=author,
            author_name="Anna",
            author_company_id=author,
            recipient_ids=() if author is None else (PARTNER if author == CREDITOR else CREDITOR,),
            body="Here it is.",
        )
        return self.tell(message, stream=Stream("thread", THREAD))

    def tell(self, data: EventData, *, stream: Stream | None = None) -> RecordedEvent:
        stream = stream or Stream("case", CASE)
        self.position += 1
        version = self.versions[str(stream)] = self.versions.get(str(stream), 0) + 1
        event = RecordedEvent(
            id=uuid5(CASE, str(self.position)),
            source="messaging",
            type=type(data).__name__,
            schema_version=1,
            stream=stream,
            version=version,
            position=self.position,
            time=FRIDAY_AT_THREE,
            actor="user:somebody",
            audience=frozenset({CREDITOR, PARTNER}),
            subject=f"case:{CASE}",
            correlation_id=uuid4(),
            causation_id=None,
            data=data,
        )
        if stream.category == "case":
            self.facts = reactions.evolve_case(self.facts, data)
        self.hear(event)
        return event

    def hear(self, event: RecordedEvent) -> None:
        for command in reactions.react(event, Context(COMPANIES, self.facts)):
            if isinstance(command, FollowEvent):
                assert command.board == Stream(CASE_TASKS, CASE)
                for decided in decider.decide(command, self.board):
                    self.board = decider.evolve(self.board, decided.data)
                    self.events.append(decided.data)

    @property
    def open(self) -> list[tuple[TaskType, UUID]]:
        return [(task.facts.type, task.facts.company_id) for task in self.board.open.values()]

    @property
    def solved(self) -> list[tuple[TaskType, SolvedBy]]:
        return [(e.task.type, e.solved_by) for e in self.events if isinstance(e, TaskSolved)]

    def only_task(self) -> TaskFacts:
        (opened,) = (event for event in self.events if isinstance(event, TaskOpened))
        return opened.task


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

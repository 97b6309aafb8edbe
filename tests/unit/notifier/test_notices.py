"""What happened, as notices: who is told, by what, and who is not."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest

from services.notifier import decider, reactions
from services.notifier.adapters.letters import notice_title
from services.notifier.adapters.wording import LANGUAGES, wording_for
from services.notifier.commands import MarkRead
from services.notifier.decider import ReadState
from services.notifier.reactions import Recipient
from shared.contracts import messaging as said
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import Side
from shared.contracts.notifier import MailScheduled, NoticeKind, NotificationAdded
from shared.contracts.tasks import Deadline, TaskBecameOverdue, TaskFacts, TaskOpened, TaskType
from shared.errors import Poison

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
CASE, CREDITOR, PARTNER, MANAGER, ANNA, BOB, ENGAGEMENT = (UUID(int=number) for number in range(1, 8))
SIDES: Mapping[UUID, Side] = {CREDITOR: "creditor", PARTNER: "partner", MANAGER: "partner"}
EVERYBODY = frozenset({CREDITOR, PARTNER, MANAGER})


def happened(data: EventData, *, actor: str = "ops:olga", version: int = 20) -> RecordedEvent:
    return RecordedEvent(
        id=UUID(int=100),
        source=data.SOURCE,
        type=type(data).__name__,
        schema_version=1,
        stream=Stream("case", CASE),
        version=version,
        position=version,
        time=NOW,
        actor=actor,
        audience=EVERYBODY,
        subject=f"case:{CASE}",
        correlation_id=UUID(int=200),
        causation_id=None,
        data=data,
    )


def told(
    data: EventData, *, doer: UUID | None = None, with_opening: bool = False
) -> dict[tuple[str, UUID], bool]:
    """Return for each notice and company whether it is mailed."""
    found = reactions.notices_of(happened(data), SIDES, doer=doer, with_opening=with_opening)
    return {(each.plan.kind, each.company_id): each.plan.mail for each in found}


ASSIGNED = said.CaseAssigned(
    case_id=CASE, reference="NV-1001", engagement_id=ENGAGEMENT, creditor_id=CREDITOR, partner_id=PARTNER
)
CLOSED = said.CaseClosed(case_id=CASE, reference="NV-1001", close_code="Paid", comment="Paid in full.")
PAYMENT = said.PaymentReported(
    payment_id=UUID(int=30),
    client_payment_id="p-1",
    case_id=CASE,
    reference="NV-1001",
    engagement_id=ENGAGEMENT,
    amount=Decimal("4200.00"),
    currency="EUR",
    paid_on=date(2026, 11, 19),
    received_by="partner",
    commission_paid=None,
    outstanding=Decimal("4200.00"),
    reported_by="partner",
    reporter_id=BOB,
    reporter_company_id=PARTNER,
)


def moved(status: said.CaseStatus, cause: said.StatusCause = "moved") -> said.CaseStatusChanged:
    return said.CaseStatusChanged(
        case_id=CASE,
        reference="NV-1001",
        previous="Active",
        status=status,
        cause=cause,
        note="Which address?",
    )


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (ASSIGNED, {("case_assigned", CREDITOR): True, ("new_case", PARTNER): False}),
        (ASSIGNED.model_copy(update={"hidden": True}), {("case_assigned", CREDITOR): True}),
        (moved("NeedsAdditionalDetails"), {("information_requested", CREDITOR): True}),
        (moved("Active", "accepted"), {("case_accepted", CREDITOR): False}),
        (moved("Active", "resumed"), {}),
        (moved("Leads"), {("case_to_network", CREDITOR): True}),
        (moved("Leads", "declined"), {}),
        (moved("Paused"), {("case_paused", CREDITOR): False}),
        (moved("Paused", "closure_requested"), {}),
        (
            CLOSED,
            {
                ("case_closed", CREDITOR): True,
                ("case_closed", PARTNER): False,
                ("case_closed", MANAGER): False,
            },
        ),
    ],
)
def test_each_event_tells_those_it_concerns(data: EventData, expected: dict[tuple[str, UUID], bool]) -> None:
    assert told(data) == expected


def task_of(type_: TaskType) -> TaskFacts:
    return TaskFacts(
        id=UUID(int=40),
        type=type_,
        title="Sign Contract: case NV-1001",
        company_id=CREDITOR,
        side="creditor",
        case_id=None,
        case_reference="NV-1001",
        thread_id=None,
        message_id=None,
        created_at=NOW,
        deadline=Deadline(due_at=NOW, calendar="DK", time_zone="Europe/Copenhagen", skipped_days=()),
    )


@pytest.mark.parametrize(
    ("type_", "opened", "overdue"),
    [
        ("SignContract", "contract_unsigned", "contract_unsigned"),
        ("AssignBankAccount", "bank_account_missing", None),
        ("ReplyToChat", None, None),
        ("ReviewPartner", None, None),
    ],
)
def test_what_an_account_needs_is_mailed_and_a_signature_asked_for_again_when_it_is_late(
    type_: TaskType, opened: str | None, overdue: str | None
) -> None:
    events: dict[EventData, str | None] = {
        TaskOpened(task=task_of(type_)): opened,
        TaskBecameOverdue(task=task_of(type_), due_at=NOW): overdue,
    }

    for event, kind in events.items():
        assert told(event) == ({(kind, CREDITOR): True} if kind else {})
        assert reactions.is_noticed(happened(event)) == (kind is not None)


def test_nobody_is_told_what_their_own_company_did() -> None:
    assert set(told(PAYMENT, doer=PARTNER)) == {("payment_reported", CREDITOR), ("payment_reported", MANAGER)}


def test_what_came_with_the_opening_is_not_mailed() -> None:
    assert told(ASSIGNED, with_opening=True) == {
        ("case_assigned", CREDITOR): False,
        ("new_case", PARTNER): False,
    }


def test_nobody_is_told_of_an_import_or_of_what_no_entry_names() -> None:
    read = said.ThreadClosed(thread_id=CASE, case_id=CASE, reason="merged")

    assert reactions.is_noticed(happened(ASSIGNED))
    assert not reactions.is_noticed(happened(ASSIGNED, actor=said.IMPORT_ACTOR))
    assert not reactions.is_noticed(happened(read))


def notice(data: EventData = CLOSED, **reach: str) -> NewEvent:
    first = next(
        each
        for each in reactions.notices_of(happened(data), SIDES, doer=None, with_opening=False)
        if each.plan.mail
    )
    by_user = {ANNA: "reachable", BOB: "off"}
    return reactions.notice_event(happened(data), first, by_user)  # type: ignore[arg-type]


def test_a_notice_says_nothing_of_persons_and_who_is_mailed() -> None:
    event = notice()

    assert isinstance(event.data, NotificationAdded)
    assert event.audience == {CREDITOR}
    assert event.data.facts == {"close_code": "Paid"}
    assert event.data.recipients == {ANNA: "mailed", BOB: "off"}
    assert "Paid in full" not in event.data.model_dump_json()
    assert event.id == notice().id
    assert reactions.words_of(CLOSED) == "Paid in full."
    assert reactions.words_of(ASSIGNED) is None


def test_each_user_that_is_mailed_gets_an_e_mail_that_stands_with_its_case() -> None:
    decided = notice()
    recorded = happened(decided.data)
    anna = Recipient(
        user_id=ANNA,
        company_id=CREDITOR,
        address="anna@nordvik.example",
        name="Anna Holm",
        active=True,
        side="creditor",
        locale="da",
        time_zone="Europe/Copenhagen",
    )

    [mail] = reactions.mails_of_notice(recorded, {ANNA: anna}, domain="parley.example")

    assert isinstance(mail.data, MailScheduled)
    assert (mail.data.kind, mail.data.user_id) == ("notice", ANNA)
    assert mail.data.references == (f"<case.{CASE}@parley.example>",)
    assert mail.subject == f"user:{ANNA}"
    with pytest.raises(Poison):
        reactions.mails_of_notice(recorded, {}, domain="parley.example")


FACTS = {
    "title": "New message on case NV-1001",
    "close_code": "Paid",
    "amount": "1",
    "currency": "EUR",
    "outstanding": "0",
    "days": "7",
}


@pytest.mark.parametrize("language", sorted(LANGUAGES))
@pytest.mark.parametrize("kind", NoticeKind.__args__)  # type: ignore[attr-defined]
def test_every_kind_has_a_sentence(kind: NoticeKind, language: str) -> None:
    title = notice_title(kind, "NV-1001", FACTS, wording_for(language))

    # An account's bank is no case's.
    assert ("NV-1001" in title) == (kind != "bank_account_missing")
    assert title


def test_what_was_read_stays_read_and_is_said_once() -> None:
    def mark(*ids: int, up_to: int = 0) -> MarkRead:
        return MarkRead(
            user_id=ANNA,
            company_id=CREDITOR,
            notification_ids=frozenset(UUID(int=each) for each in ids),
            up_to_position=up_to,
            correlation_id=UUID(int=300),
            now=NOW,
        )

    [event] = decider.decide_reads(mark(1, 2), ReadState())
    state = decider.evolve_reads(ReadState(), happened(event.data))

    assert decider.decide_reads(mark(2), state) == ()
    assert decider.decide_reads(mark(), state) == ()
    assert len(decider.decide_reads(mark(3), state)) == 1
    assert len(decider.decide_reads(mark(up_to=9), state)) == 1
    with pytest.raises(Poison):
        decider.evolve_reads(state, happened(CLOSED))

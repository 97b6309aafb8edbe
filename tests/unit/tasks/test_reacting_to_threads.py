"""Which command follows from which event, and with which deadline."""

from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

import pytest

from services.tasks import reactions
from services.tasks.commands import HandleMessage, WithdrawTasks
from services.tasks.reactions import Company, Context
from shared.business_calendar import Calendar
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.messaging import (
    MessagePosted,
    Participant,
    ParticipantLeft,
    PartnershipEstablished,
    SenderRole,
    ThreadClosed,
    ThreadKind,
)
from shared.errors import Poison

FRIDAY_AT_THREE = datetime(2026, 11, 20, 14, tzinfo=UTC)
THREAD, CASE, PARTNERSHIP = uuid4(), uuid4(), uuid4()
CREDITOR, PARTNER = uuid4(), uuid4()
COMPANIES = {
    CREDITOR: Company(
        id=CREDITOR,
        name="Nordvik Steel A/S",
        calendar=Calendar(country="DK", time_zone="Europe/Copenhagen"),
    ),
    PARTNER: Company(
        id=PARTNER,
        name="Inkasso München GmbH",
        calendar=Calendar(country="DE", subdivision="BY", time_zone="Europe/Berlin"),
    ),
}


def recorded(data: EventData, version: int = 7) -> RecordedEvent:
    return RecordedEvent(
        id=uuid5(THREAD, f"{type(data).__name__} {version}"),
        source="messaging",
        type=type(data).__name__,
        schema_version=1,
        stream=Stream("thread", THREAD),
        version=version,
        position=version * 10,
        time=FRIDAY_AT_THREE,
        actor="user:somebody",
        audience=frozenset({CREDITOR, PARTNER}),
        subject=f"case:{CASE}",
        correlation_id=uuid4(),
        causation_id=None,
        data=data,
    )


def message(
    role: SenderRole = "creditor",
    *,
    kind: ThreadKind = "invoice_chat",
    author_company: UUID | None = CREDITOR,
    recipients: tuple[UUID, ...] = (PARTNER,),
) -> MessagePosted:
    on_case = kind != "relationship_chat"
    return MessagePosted(
        message_id=uuid4(),
        thread_id=THREAD,
        thread_kind=kind,
        case_id=CASE if on_case else None,
        case_reference="NV-1001" if on_case else None,
        partnership_id=None if on_case else PARTNERSHIP,
        client_message_id="1",
        role=role,
        author_id=uuid4(),
        author_name="Anna Holm",
        author_company_id=author_company,
        recipient_ids=recipients,
        body="Could you send the invoice?",
    )


def handled(data: EventData) -> HandleMessage:
    command = reactions.react(recorded(data), Context(COMPANIES))[0]
    assert isinstance(command, HandleMessage)
    return command


def test_the_recipient_owes_within_two_business_days_of_its_own_calendar() -> None:
    command = handled(message())

    (owed,) = command.owed
    assert owed.company_id == PARTNER
    assert owed.deadline.due_at == datetime(2026, 11, 24, 14, tzinfo=UTC)
    assert (owed.deadline.calendar, owed.deadline.time_zone) == ("DE-BY", "Europe/Berlin")


def test_the_command_carries_what_identifies_its_cause() -> None:
    event = recorded(message(), version=9)

    command = reactions.react(event, Context(COMPANIES))[0]

    assert isinstance(command, HandleMessage)
    assert (command.cause.event_id, command.cause.thread_version) == (event.id, 9)
    assert (command.cause.time, command.cause.correlation_id) == (event.time, event.correlation_id)
    assert command.cause.subject == f"case:{CASE}"


@pytest.mark.parametrize(
    ("role", "side"),
    [("creditor", "creditor"), ("managing_partner", "creditor"), ("partner", "partner")],
)
def test_a_managing_partner_speaks_for_the_creditor(role: SenderRole, side: str) -> None:
    assert handled(message(role)).sending_side == side


def test_a_title_names_the_case() -> None:
    assert handled(message()).title == "New message on case NV-1001"


def test_a_title_in_a_relationship_chat_names_the_company_that_wrote() -> None:
    assert handled(message(kind="relationship_chat")).title == "New message from Nordvik Steel A/S"


def test_no_title_tells_personal_data() -> None:
    for kind in ("invoice_chat", "relationship_chat"):
        title = handled(message(kind=kind)).title
        assert "Anna" not in title
        assert "invoice?" not in title


def test_the_platform_asks_for_no_answer() -> None:
    event = recorded(message("platform", author_company=None, recipients=(CREDITOR, PARTNER)))

    assert reactions.companies_needed(event) == frozenset()
    assert reactions.react(event, Context()) == ()


def test_companies_of_both_sides_are_needed() -> None:
    assert reactions.companies_needed(recorded(message())) == {CREDITOR, PARTNER}


@pytest.mark.parametrize("missing", [PARTNER, CREDITOR])
def test_a_company_that_is_unknown_makes_the_message_poison(missing: UUID) -> None:
    known = {id_: company for id_, company in COMPANIES.items() if id_ != missing}

    with pytest.raises(Poison, match=str(missing)):
        reactions.react(recorded(message(kind="relationship_chat")), Context(known))


@pytest.mark.parametrize("reason", ["reassigned", "merged"])
def test_a_closed_thread_withdraws_its_tasks(reason: str) -> None:
    data = ThreadClosed.model_validate({"thread_id": THREAD, "case_id": CASE, "reason": reason})

    (command,) = reactions.react(recorded(data), Context())

    assert isinstance(command, WithdrawTasks)
    assert command.thread_id == THREAD


def test_a_company_that_leaves_a_thread_owes_nothing_there() -> None:
    manager = Participant(company_id=uuid4(), role="managing_partner")
    left = ParticipantLeft(thread_id=THREAD, case_id=CASE, participant=manager)

    (command,) = reactions.react(recorded(left), Context())

    assert isinstance(command, WithdrawTasks)
    assert (command.thread_id, command.company_id) == (THREAD, manager.company_id)


def test_other_events_ask_for_nothing() -> None:
    event = recorded(
        PartnershipEstablished(partnership_id=PARTNERSHIP, creditor_id=CREDITOR, partner_id=PARTNER)
    )

    assert reactions.companies_needed(event) == frozenset()
    assert reactions.react(event, Context()) == ()

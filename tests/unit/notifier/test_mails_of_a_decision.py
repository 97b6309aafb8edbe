"""A decision turned into e-mails, and a thread into what it means for one company."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from services.notifier import decider, reactions
from services.notifier.commands import BurstMessage
from services.notifier.reactions import Recipient
from shared.contracts.envelope import ERASED, EventData, RecordedEvent, Stream
from shared.contracts.messaging import (
    MessagePosted,
    SenderRole,
    ThreadRead,
    UserActivated,
    UserAdded,
    UserDeactivated,
)
from shared.contracts.notifier import ChatMailDecided, MailScheduled, PlannedMail
from shared.errors import Poison

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
THREAD, CREDITOR, PARTNER, ANNA, BOB, MAIL = (UUID(int=n) for n in range(1, 7))


def recorded(stream: Stream, version: int, data: EventData) -> RecordedEvent:
    return RecordedEvent(
        id=UUID(int=1000 + version),
        source=data.SOURCE,
        type=type(data).__name__,
        schema_version=1,
        stream=stream,
        version=version,
        position=version,
        time=NOW + timedelta(minutes=version),
        actor="platform",
        audience=frozenset({CREDITOR}),
        subject=None,
        correlation_id=UUID(int=2000 + version),
        causation_id=None,
        data=data,
    )


def posted(version: int, *, by: UUID, to: UUID, role: SenderRole) -> RecordedEvent:
    data = MessagePosted(
        message_id=UUID(int=1000 + version),
        thread_id=THREAD,
        thread_kind="invoice_chat",
        case_id=UUID(int=50),
        case_reference="NV-1001",
        partnership_id=None,
        client_message_id=str(version),
        role=role,
        author_id=None if role == "platform" else BOB,
        author_name="Bob",
        author_company_id=by,
        recipient_ids=(to,),
        body="Do you accept?",
    )
    return recorded(Stream("thread", THREAD), version, data)


def read(version: int, *, up_to: int, user: UUID = ANNA) -> RecordedEvent:
    data = ThreadRead(
        thread_id=THREAD,
        case_id=None,
        user_id=user,
        company_id=CREDITOR,
        up_to_message_id=UUID(int=1000 + up_to),
        up_to_version=up_to,
    )
    return recorded(Stream("thread", THREAD), version, data)


def decision(*users: UUID) -> RecordedEvent:
    stream = decider.burst_stream(THREAD, CREDITOR)
    data = ChatMailDecided(
        burst_id=stream.id,
        thread_id=THREAD,
        case_id=UUID(int=50),
        case_reference="NV-1001",
        company_id=CREDITOR,
        through_version=2,
        recipients=dict.fromkeys(users, "mailed"),
        mails=tuple(PlannedMail(mail_id=MAIL, user_id=user, message_ids=(UUID(int=1002),)) for user in users),
    )
    return recorded(stream, 1, data)


def recipient(*, address: str = "anna@nordvik.example", active: bool = True) -> Recipient:
    return Recipient(
        user_id=ANNA,
        company_id=CREDITOR,
        address=address,
        name="Anna Holm",
        active=active,
        locale="da",
        time_zone="Europe/Copenhagen",
    )


def test_each_mailed_user_gets_an_e_mail_of_its_own_stream() -> None:
    [event] = reactions.mails_of(decision(ANNA), {ANNA: recipient()}, domain="parley.example")

    assert event.subject == f"user:{ANNA}"
    assert event.audience == {CREDITOR}
    assert event.data == MailScheduled(
        mail_id=MAIL,
        kind="chat",
        company_id=CREDITOR,
        user_id=ANNA,
        address="anna@nordvik.example",
        recipient_name="Anna Holm",
        locale="da",
        time_zone="Europe/Copenhagen",
        thread_id=THREAD,
        case_id=UUID(int=50),
        case_reference="NV-1001",
        message_id_header=f"<{MAIL}@parley.example>",
        references=(f"<thread.{THREAD}@parley.example>",),
        message_ids=(UUID(int=1002),),
    )


def test_the_same_decision_gives_the_same_e_mails() -> None:
    first = reactions.mails_of(decision(ANNA), {ANNA: recipient()}, domain="parley.example")
    again = reactions.mails_of(decision(ANNA), {ANNA: recipient()}, domain="parley.example")

    assert first == again


def test_a_decision_to_mail_nobody_gives_no_e_mail() -> None:
    assert reactions.mails_of(decision(), {}, domain="parley.example") == ()


def test_a_decision_that_names_a_stranger_is_poison() -> None:
    with pytest.raises(Poison):
        reactions.mails_of(decision(ANNA), {}, domain="parley.example")


@pytest.mark.parametrize(
    ("address", "active", "reachable"),
    [("anna@nordvik.example", True, True), ("anna@nordvik.example", False, False), (ERASED, True, False)],
)
def test_only_an_active_user_with_an_address_can_be_reached(
    address: str,
    active: bool,  # noqa: FBT001 - parametrised
    reachable: bool,  # noqa: FBT001 - parametrised
) -> None:
    assert recipient(address=address, active=active).reachable is reachable


ADDED = UserAdded(
    user_id=ANNA,
    company_id=CREDITOR,
    side="creditor",
    email="anna@nordvik.example",
    name="Anna Holm",
    role="user",
)
LEFT, BACK = (kind(user_id=ANNA, company_id=CREDITOR) for kind in (UserDeactivated, UserActivated))


@pytest.mark.parametrize(
    ("history", "reachable"),
    [
        ((), False),
        ((ADDED,), True),
        ((ADDED, LEFT), False),
        ((ADDED, LEFT, BACK), True),
        ((ADDED.model_copy(update={"email": ERASED}),), False),
    ],
)
def test_a_user_can_be_reached_as_its_history_says(
    history: tuple[EventData, ...],
    reachable: bool,  # noqa: FBT001 - parametrised
) -> None:
    events = [recorded(Stream("user", ANNA), version, data) for version, data in enumerate(history, start=1)]

    assert reactions.is_reachable(events) is reachable


def test_a_burst_holds_what_people_of_the_other_side_wrote() -> None:
    thread = (
        posted(1, by=PARTNER, to=CREDITOR, role="partner"),
        posted(2, by=CREDITOR, to=PARTNER, role="creditor"),
        posted(3, by=PARTNER, to=CREDITOR, role="platform"),
    )

    burst = reactions.burst_of(thread, CREDITOR)

    assert burst.messages == (
        BurstMessage(
            id=UUID(int=1001),
            version=1,
            position=1,
            posted_at=NOW + timedelta(minutes=1),
            correlation_id=UUID(int=2001),
            case_id=UUID(int=50),
            case_reference="NV-1001",
        ),
    )


def test_the_furthest_read_mark_of_a_user_counts() -> None:
    thread = (read(3, up_to=2), read(4, up_to=1), read(5, up_to=4, user=BOB))

    assert reactions.read_up_to(thread) == {ANNA: 2, BOB: 4}

"""A decision turned into e-mails, and a thread into what it means for one company."""

from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

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
    UserDetailsChanged,
)
from shared.contracts.notifier import (
    AddressRestored,
    AddressSuppressed,
    ChatMailDecided,
    MailKind,
    MailScheduled,
    PlannedMail,
    Preferences,
    PreferencesChanged,
    QuietHours,
)
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
        side="creditor",
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
        references=(f"<case.{UUID(int=50)}@parley.example>", f"<thread.{THREAD}@parley.example>"),
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


ADDED = UserAdded(
    user_id=ANNA,
    company_id=CREDITOR,
    side="creditor",
    email="anna@nordvik.example",
    name="Anna Holm",
    role="user",
)
PARTNER_ADDED = ADDED.model_copy(update={"side": "partner"})
REFUSED = AddressSuppressed(user_id=ANNA, company_id=CREDITOR, address=ADDED.email, mail_id=MAIL)
WORKS = AddressRestored(user_id=ANNA, company_id=CREDITOR)
MOVED = UserDetailsChanged(
    user_id=ANNA, company_id=CREDITOR, email="anna.holm@nordvik.example", name="Anna Holm", role="user"
)


def chose(**choices: bool) -> PreferencesChanged:
    preferences = Preferences.model_validate(choices)
    return PreferencesChanged(user_id=ANNA, company_id=CREDITOR, preferences=preferences)


LEFT, BACK = (kind(user_id=ANNA, company_id=CREDITOR) for kind in (UserDeactivated, UserActivated))


@pytest.mark.parametrize(
    ("history", "kind", "reach"),
    [
        ((), "chat", "inactive"),
        ((ADDED,), "chat", "reachable"),
        ((ADDED, LEFT), "chat", "inactive"),
        ((ADDED, LEFT, BACK), "chat", "reachable"),
        ((ADDED.model_copy(update={"email": ERASED}),), "chat", "inactive"),
        ((ADDED, chose(case_notifications=False)), "chat", "off"),
        ((ADDED, chose(case_notifications=False)), "creditor_overdue", "reachable"),
        ((ADDED, chose(todo_digest=False)), "creditor_overdue", "off"),
        ((ADDED, chose(todo_digest=False), chose()), "creditor_overdue", "reachable"),
        ((PARTNER_ADDED,), "chat", "off"),
        ((PARTNER_ADDED, chose(message_mail=True)), "chat", "reachable"),
        ((PARTNER_ADDED, chose(case_notifications=False)), "daily_summary", "reachable"),
        ((ADDED, REFUSED), "chat", "suppressed"),
        ((ADDED, REFUSED, MOVED), "chat", "reachable"),
        ((ADDED, REFUSED, WORKS), "chat", "reachable"),
    ],
)
def test_a_user_can_be_reached_as_its_history_says(
    history: tuple[EventData, ...], kind: MailKind, reach: str
) -> None:
    events = [recorded(Stream("user", ANNA), version, data) for version, data in enumerate(history, start=1)]

    assert reactions.standing_of(events).reach(kind) == reach


@pytest.mark.parametrize(
    ("begin", "until", "now", "end"),
    [
        ("22:00", "07:00", "2026-11-25T21:59+01:00", None),
        ("22:00", "07:00", "2026-11-25T22:00+01:00", "2026-11-26T07:00+01:00"),
        ("22:00", "07:00", "2026-11-26T06:59+01:00", "2026-11-26T07:00+01:00"),
        ("22:00", "07:00", "2026-11-26T07:00+01:00", None),
        ("12:00", "13:00", "2026-11-26T12:30+01:00", "2026-11-26T13:00+01:00"),
        ("12:00", "13:00", "2026-11-26T13:30+01:00", None),
        # The night on which clocks go forward, and the one on which they go back.
        ("22:00", "07:00", "2026-03-28T23:00+01:00", "2026-03-29T07:00+02:00"),
        ("22:00", "07:00", "2026-10-24T23:00+02:00", "2026-10-25T07:00+01:00"),
    ],
)
def test_quiet_hours_end_on_the_readers_clock(begin: str, until: str, now: str, end: str | None) -> None:
    hours = QuietHours(begin=time.fromisoformat(begin), until=time.fromisoformat(until))

    found = reactions.quiet_until(hours, datetime.fromisoformat(now), ZoneInfo("Europe/Copenhagen"))

    assert found == (end and datetime.fromisoformat(end))


def test_without_quiet_hours_it_is_never_quiet() -> None:
    assert reactions.quiet_until(None, NOW, ZoneInfo("UTC")) is None


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

"""A burst of messages: mailed when it is over, once, to those who have not read it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from services.notifier import decider
from services.notifier.commands import Burst, BurstMessage, DecideBurst, Member, Patience
from services.notifier.decider import BurstState
from shared.contracts.envelope import NewEvent
from shared.contracts.notifier import ChatMailDecided, PlannedMail

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
PATIENCE = Patience(quiet=timedelta(minutes=2), max_wait=timedelta(minutes=10))
THREAD, CREDITOR, ANNA, CARL = (UUID(int=n) for n in range(1, 5))
EVERYBODY = (Member(ANNA, "reachable"), Member(CARL, "reachable"))


def message(version: int, *, after: timedelta = timedelta()) -> BurstMessage:
    return BurstMessage(
        id=UUID(int=100 + version),
        version=version,
        position=version,
        posted_at=NOON + after,
        correlation_id=UUID(int=200 + version),
        case_id=UUID(int=9),
        case_reference="NV-1001",
    )


def command(
    *messages: BurstMessage,
    at: timedelta,
    read_up_to: dict[UUID, int] | None = None,
    members: tuple[Member, ...] = EVERYBODY,
    patience: Patience | None = PATIENCE,
) -> DecideBurst:
    return DecideBurst(
        thread_id=THREAD,
        company_id=CREDITOR,
        burst=Burst(messages, read_up_to or {}),
        members=members,
        patience=patience,
        now=NOON + at,
    )


def decided(events: tuple[NewEvent, ...]) -> ChatMailDecided:
    [event] = events
    assert isinstance(event.data, ChatMailDecided)
    return event.data


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def test_everybody_is_mailed_when_nobody_wrote_for_the_quiet_time() -> None:
    messages = (message(2), message(3, after=minutes(1)))

    events = decider.decide_burst(command(*messages, at=minutes(3)), BurstState())

    stream = decider.burst_stream(THREAD, CREDITOR)
    assert events == (
        NewEvent(
            id=uuid5(stream.id, "decided:3"),
            data=ChatMailDecided(
                burst_id=stream.id,
                thread_id=THREAD,
                case_id=UUID(int=9),
                case_reference="NV-1001",
                company_id=CREDITOR,
                through_version=3,
                recipients={ANNA: "mailed", CARL: "mailed"},
                mails=tuple(
                    PlannedMail(
                        mail_id=uuid5(stream.id, f"{messages[0].id}:{user}"),
                        user_id=user,
                        message_ids=(messages[0].id, messages[1].id),
                    )
                    for user in (ANNA, CARL)
                ),
            ),
            time=NOON + minutes(3),
            actor="platform",
            audience=frozenset({CREDITOR}),
            correlation_id=messages[1].correlation_id,
            causation_id=messages[1].id,
        ),
    )


def test_nothing_is_decided_before_the_quiet_time_is_over() -> None:
    early = command(message(2), at=minutes(2) - timedelta(microseconds=1))

    assert decider.decide_burst(early, BurstState()) == ()


def test_a_long_exchange_is_mailed_when_the_first_message_has_waited_long_enough() -> None:
    messages = tuple(message(version, after=minutes(version)) for version in range(11))

    before = decider.decide_burst(command(*messages, at=minutes(9.9)), BurstState(-1))
    at_the_cap = decider.decide_burst(command(*messages, at=minutes(10)), BurstState(-1))

    assert before == ()
    assert decided(at_the_cap).through_version == 10


def test_one_who_has_read_the_burst_is_not_mailed() -> None:
    reading = command(message(2), message(3), at=minutes(5), read_up_to={ANNA: 3})

    decision = decided(decider.decide_burst(reading, BurstState()))

    assert decision.recipients == {ANNA: "read", CARL: "mailed"}
    assert [mail.user_id for mail in decision.mails] == [CARL]


def test_one_who_has_read_a_part_gets_the_rest_only() -> None:
    reading = command(message(2), message(3), at=minutes(5), read_up_to={ANNA: 2})

    decision = decided(decider.decide_burst(reading, BurstState()))

    by_user = {mail.user_id: mail.message_ids for mail in decision.mails}
    assert by_user == {ANNA: (message(3).id,), CARL: (message(2).id, message(3).id)}


def test_an_inactive_user_is_named_and_not_mailed() -> None:
    members = (Member(ANNA, "inactive"), Member(CARL, "reachable"))

    decision = decided(
        decider.decide_burst(command(message(2), at=minutes(5), members=members), BurstState())
    )

    assert decision.recipients == {ANNA: "inactive", CARL: "mailed"}


def test_a_burst_that_everybody_read_is_decided_without_e_mail() -> None:
    reading = command(message(2), at=minutes(5), read_up_to={ANNA: 2, CARL: 7})

    decision = decided(decider.decide_burst(reading, BurstState()))

    assert decision.mails == ()
    assert decision.through_version == 2


def test_a_second_flusher_with_the_same_burst_stays_quiet() -> None:
    again = command(message(2), message(3), at=minutes(5))

    assert decider.decide_burst(again, BurstState(through_version=3)) == ()


def test_the_next_burst_begins_after_the_last_decision() -> None:
    later = command(message(2), message(3), message(5, after=minutes(8)), at=minutes(10))

    decision = decided(decider.decide_burst(later, BurstState(through_version=3)))

    assert [mail.message_ids for mail in decision.mails] == [(message(5).id,), (message(5).id,)]


def test_e_mails_of_two_bursts_have_different_ids() -> None:
    first = decided(decider.decide_burst(command(message(2), at=minutes(5)), BurstState()))
    second = decided(decider.decide_burst(command(message(2), message(3), at=minutes(5)), BurstState(2)))

    assert not {mail.mail_id for mail in first.mails} & {mail.mail_id for mail in second.mails}


def test_no_message_is_no_burst() -> None:
    assert decider.decide_burst(command(at=minutes(60), patience=None), BurstState()) == ()


def test_without_patience_whatever_waits_is_due() -> None:
    events = decider.decide_burst(command(message(2), at=timedelta(), patience=None), BurstState())

    assert decided(events).through_version == 2


@pytest.mark.parametrize("last", [0.0, 1.0, 7.9])
def test_a_message_never_waits_longer_than_the_longest_wait(last: float) -> None:
    due = PATIENCE.due_at(NOON, NOON + minutes(last))

    assert due == NOON + min(minutes(last) + PATIENCE.quiet, PATIENCE.max_wait)

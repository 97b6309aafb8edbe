"""What messages and closings do to the reply tasks of a thread: given, when, then."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID, uuid4, uuid5

import pytest

from services.tasks import decider
from services.tasks.commands import Cause, Command, HandleMessage, Owed, WithdrawTasks
from services.tasks.snapshots import BoardSnapshots
from shared.contracts.envelope import EventData, NewEvent, UnknownEvent
from shared.contracts.messaging import Side
from shared.contracts.tasks import Deadline, TaskFacts, TaskOpened, TaskSolved
from shared.errors import Poison

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
THREAD, CASE, CORRELATION = uuid4(), uuid4(), uuid4()
CREDITOR, PARTNER, MANAGER = uuid4(), uuid4(), uuid4()
DEADLINE = Deadline(
    due_at=NOON + timedelta(days=4), calendar="DK", time_zone="Europe/Copenhagen", skipped_days=()
)


def message(version: int, sender: Side, *recipients: UUID) -> HandleMessage:
    id_ = uuid5(THREAD, f"message {version}")
    return HandleMessage(
        cause=cause(version, id_),
        thread_id=THREAD,
        message_id=id_,
        case_id=CASE,
        case_reference="NV-1001",
        sending_side=sender,
        title="New message on case NV-1001",
        owed=tuple(Owed(company_id=recipient, deadline=DEADLINE) for recipient in recipients),
    )


def closing(version: int) -> WithdrawTasks:
    return WithdrawTasks(cause=cause(version, uuid5(THREAD, f"closing {version}")), thread_id=THREAD)


def cause(version: int, event_id: UUID) -> Cause:
    return Cause(
        event_id=event_id,
        thread_version=version,
        time=NOON + timedelta(minutes=version),
        correlation_id=CORRELATION,
        subject=f"case:{CASE}",
    )


def task(command: HandleMessage, company_id: UUID, side: Side) -> TaskFacts:
    return TaskFacts(
        id=uuid5(command.message_id, str(company_id)),
        type="ReplyToChat",
        title=command.title,
        company_id=company_id,
        side=side,
        case_id=CASE,
        case_reference="NV-1001",
        thread_id=THREAD,
        message_id=command.message_id,
        created_at=command.cause.time,
        deadline=DEADLINE,
    )


def opened(command: HandleMessage, company_id: UUID, side: Side) -> TaskOpened:
    return TaskOpened(task=task(command, company_id, side), thread_version=command.cause.thread_version)


def given(*commands: Command) -> decider.Board:
    return reduce(
        lambda state, command: fold(state, decider.decide(command, state)), commands, decider.initial_state()
    )


def fold(state: decider.Board, events: Sequence[NewEvent]) -> decider.Board:
    return reduce(decider.evolve, data(events), state)


def data(events: Sequence[NewEvent]) -> list[EventData]:
    return [event.data for event in events]


class TestMessage:
    def test_opens_a_task_for_the_other_side(self) -> None:
        question = message(2, "creditor", PARTNER)

        events = decider.decide(question, given())

        assert data(events) == [opened(question, PARTNER, "partner")]

    def test_opens_one_for_each_company_that_owes(self) -> None:
        question = message(2, "partner", CREDITOR, MANAGER)

        events = decider.decide(question, given())

        assert data(events) == [
            opened(question, CREDITOR, "creditor"),
            opened(question, MANAGER, "creditor"),
        ]

    def test_each_message_opens_a_task_of_its_own(self) -> None:
        first, second = message(2, "creditor", PARTNER), message(3, "creditor", PARTNER)

        events = decider.decide(second, given(first))

        assert data(events) == [opened(second, PARTNER, "partner")]

    def test_solves_all_that_its_side_owed_and_opens_the_other_sides_task(self) -> None:
        first, second = message(2, "creditor", PARTNER), message(3, "creditor", PARTNER)
        reply = message(4, "partner", CREDITOR)

        events = decider.decide(reply, given(first, second))

        assert data(events) == [
            TaskSolved(
                task=task(question, PARTNER, "partner"),
                solved_at=reply.cause.time,
                solved_by="reply",
                thread_version=4,
            )
            for question in (first, second)
        ] + [opened(reply, CREDITOR, "creditor")]

    def test_a_reply_by_either_company_of_a_side_solves_the_tasks_of_both(self) -> None:
        question = message(2, "partner", CREDITOR, MANAGER)

        events = decider.decide(message(3, "creditor", PARTNER), given(question))

        solved = [event.task.company_id for event in data(events) if isinstance(event, TaskSolved)]
        assert solved == [CREDITOR, MANAGER]

    def test_leaves_the_other_sides_tasks_open(self) -> None:
        question, reply = message(2, "creditor", PARTNER), message(3, "partner", CREDITOR)
        another = message(4, "partner", CREDITOR)

        events = decider.decide(another, given(question, reply))

        assert data(events) == [opened(another, CREDITOR, "creditor")]

    def test_without_anybody_to_answer_only_solves(self) -> None:
        question = message(2, "creditor", PARTNER)

        events = decider.decide(message(3, "partner"), given(question))

        assert [type(event) for event in data(events)] == [TaskSolved]

    @pytest.mark.parametrize("seen_again", [0, 1, 2])
    def test_stays_quiet_when_it_was_handled_before(self, seen_again: int) -> None:
        history = (
            message(2, "creditor", PARTNER),
            message(3, "partner", CREDITOR),
            message(5, "creditor", PARTNER),
        )

        events = decider.decide(history[seen_again], given(*history))

        assert events == ()

    def test_events_tell_cause_correlation_subject_and_whom_they_concern(self) -> None:
        question = message(2, "creditor", PARTNER)

        (event,) = decider.decide(question, given())

        task_id = uuid5(question.message_id, str(PARTNER))
        assert event.id == uuid5(question.cause.event_id, f"opened:{task_id}")
        assert event.audience == {PARTNER}
        assert (event.time, event.actor) == (question.cause.time, "platform")
        assert (event.causation_id, event.correlation_id) == (question.cause.event_id, CORRELATION)
        assert event.subject == f"case:{CASE}"

    def test_a_solved_task_is_told_to_the_company_that_owed_it(self) -> None:
        reply = message(3, "partner", CREDITOR)

        solved, _ = decider.decide(reply, given(message(2, "creditor", PARTNER)))

        assert solved.audience == {PARTNER}

    def test_ids_are_the_same_whenever_it_is_decided(self) -> None:
        history, reply = given(message(2, "creditor", PARTNER)), message(3, "partner", CREDITOR)

        once, again = decider.decide(reply, history), decider.decide(reply, history)

        assert [event.id for event in once] == [event.id for event in again]
        assert len({event.id for event in once}) == len(once)


class TestClosing:
    def test_withdraws_every_open_task_of_both_sides(self) -> None:
        question, reply = message(2, "creditor", PARTNER), message(3, "partner", CREDITOR)
        again = message(4, "partner", CREDITOR)

        events = decider.decide(closing(5), given(question, reply, again))

        assert data(events) == [
            TaskSolved(
                task=task(owed, CREDITOR, "creditor"),
                solved_at=NOON + timedelta(minutes=5),
                solved_by="withdrawn",
                thread_version=5,
            )
            for owed in (reply, again)
        ]

    def test_one_company_that_leaves_is_rid_of_its_own_tasks_alone(self) -> None:
        asked = message(2, "partner", CREDITOR, MANAGER)
        leaving = replace(closing(3), company_id=MANAGER)

        events = decider.decide(leaving, given(asked))

        assert [event.task.company_id for event in data(events) if isinstance(event, TaskSolved)] == [MANAGER]
        assert decider.decide(leaving, given(asked, leaving)) == ()

    def test_has_nothing_to_say_where_nothing_is_open(self) -> None:
        assert decider.decide(closing(2), given()) == ()

    def test_stays_quiet_when_it_was_handled_before(self) -> None:
        history = (message(2, "creditor", PARTNER), closing(3))

        assert decider.decide(history[1], given(*history)) == ()

    def test_a_message_seen_again_after_it_opens_nothing(self) -> None:
        history = (message(2, "creditor", PARTNER), closing(3))

        assert decider.decide(history[0], given(*history)) == ()


def test_an_event_of_a_newer_release_is_not_ignored() -> None:
    with pytest.raises(Poison, match="upgrade"):
        decider.evolve(decider.initial_state(), UnknownEvent())


def test_a_snapshot_gives_the_same_state_back() -> None:
    state = given(message(2, "creditor", PARTNER), message(3, "creditor", PARTNER))
    snapshots = BoardSnapshots()

    assert snapshots.from_json(snapshots.to_json(state)) == state

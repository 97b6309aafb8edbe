"""Assigning, postponing, reopening, resolving automatically, and the clock: given, when, then."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from uuid import UUID, uuid4, uuid5

import pytest

from services.tasks import decider
from services.tasks.commands import (
    Act,
    Assignment,
    Cause,
    ChangeTask,
    Colleague,
    Command,
    HandleMessage,
    NoticeOverdue,
    OpenTask,
    Owed,
    Postponement,
    ReopenTask,
    ResolveAutomatically,
    SettleTask,
    WithdrawTasks,
)
from services.tasks.snapshots import BoardSnapshots
from shared.contracts.envelope import EventData, NewEvent, Stream
from shared.contracts.messaging import Side
from shared.contracts.tasks import (
    AutomaticResolution,
    Deadline,
    TaskAssigned,
    TaskBecameOverdue,
    TaskFacts,
    TaskPostponed,
    TaskReopened,
    TaskSolved,
    TaskType,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
DUE = NOON + timedelta(days=4)
THREAD, CREDITOR, PARTNER = uuid4(), uuid4(), uuid4()
ANNA = Colleague(user_id=uuid4(), company_id=PARTNER, name="Anna Holm", active=True)
BOARD = Stream("reply-tasks", THREAD)
MESSAGE = uuid5(THREAD, "2")
TASK = uuid5(MESSAGE, str(PARTNER))


def message(version: int, sender: Side, recipient: UUID) -> HandleMessage:
    deadline = Deadline(due_at=DUE, calendar="DK", time_zone="Europe/Copenhagen", skipped_days=())
    return HandleMessage(
        cause=cause(version),
        thread_id=THREAD,
        message_id=uuid5(THREAD, str(version)),
        case_id=None,
        case_reference=None,
        sending_side=sender,
        title="New message",
        owed=(Owed(company_id=recipient, deadline=deadline),),
        asked_by=CREDITOR,
    )


def cause(version: int) -> Cause:
    return Cause(
        event_id=uuid5(THREAD, f"event {version}"),
        thread_version=version,
        time=NOON,
        correlation_id=uuid4(),
        subject=None,
        position=version,
    )


def verdict(thread_version: int, *tasks: UUID) -> ResolveAutomatically:
    return ResolveAutomatically(
        cause=Cause(
            event_id=uuid5(THREAD, f"verdict on {thread_version}"),
            thread_version=1,
            time=NOON + timedelta(hours=14),
            correlation_id=uuid4(),
            subject=None,
            stream=f"ai-verdict-{THREAD}",
            position=90,
        ),
        thread_id=THREAD,
        task_ids=tasks or (TASK,),
        resolution=AutomaticResolution(
            verdict_id=uuid5(THREAD, "verdict"),
            thread_version=thread_version,
            reason="thanks",
            model=None,
            prompt_version="3",
        ),
    )


def act(company_id: UUID | None = PARTNER, *, user: UUID | None = None, admin: bool = False) -> Act:
    return Act(
        id=uuid4(),
        time=NOON,
        actor="user:somebody",
        correlation_id=uuid4(),
        user_id=user,
        company_id=company_id,
        may_decide_for_others=admin,
    )


def assign(assignee: Colleague | None = ANNA, by: Act | None = None) -> ChangeTask:
    return ChangeTask(act=by or act(), board=BOARD, task_id=TASK, changes=(Assignment(assignee),))


def postpone(until: datetime | None, by: Act | None = None) -> ChangeTask:
    return ChangeTask(act=by or act(), board=BOARD, task_id=TASK, changes=(Postponement(until),))


def reopen(by: Act | None = None) -> ReopenTask:
    return ReopenTask(act=by or act(), board=BOARD, task_id=TASK)


def overdue(at: datetime, *tasks: UUID) -> NoticeOverdue:
    clock = Act(id=uuid4(), time=at, actor="platform", correlation_id=uuid4())
    return NoticeOverdue(act=clock, board=BOARD, task_ids=tasks or (TASK,))


QUESTION = message(2, "creditor", PARTNER)


def given(*commands: Command) -> decider.Board:
    def carry_out(state: decider.Board, command: Command) -> decider.Board:
        return reduce(decider.evolve, data(decider.decide(command, state)), state)

    return reduce(carry_out, commands, decider.initial_state())


def data(events: Sequence[NewEvent]) -> list[EventData]:
    return [event.data for event in events]


def generic(type_: TaskType = "MoreInfoNeeded") -> OpenTask:
    """Return a task whose timeliness is not measured, with the id that the others have."""
    facts = TaskFacts(
        id=TASK,
        type=type_,
        title="More",
        company_id=PARTNER,
        side="creditor",
        case_id=uuid4(),
        case_reference=None,
        thread_id=None,
        message_id=None,
        created_at=NOON,
        deadline=QUESTION.owed[0].deadline,
    )
    return OpenTask(act=act(None), board=BOARD, facts=facts)


class TestAssigning:
    def test_gives_the_task_to_a_colleague(self) -> None:
        (event,) = decider.decide(assign(), given(QUESTION))

        assert isinstance(event.data, TaskAssigned)
        assert (event.data.assignee_id, event.data.assignee_name) == (ANNA.user_id, "Anna Holm")
        assert event.subject == f"user:{ANNA.user_id}"
        assert event.audience == {PARTNER}

    def test_stays_quiet_where_it_is_so(self) -> None:
        assert decider.decide(assign(), given(QUESTION, assign())) == ()
        assert decider.decide(assign(None), given(QUESTION)) == ()

    def test_takes_it_back(self) -> None:
        (event,) = decider.decide(assign(None), given(QUESTION, assign()))

        assert isinstance(event.data, TaskAssigned)
        assert (event.data.assignee_id, event.data.assignee_name) == (None, None)

    @pytest.mark.parametrize(
        "stranger",
        [
            Colleague(user_id=uuid4(), company_id=CREDITOR, name="Eva", active=True),
            Colleague(user_id=uuid4(), company_id=PARTNER, name="Eva", active=False),
        ],
        ids=["of another company", "who left"],
    )
    def test_refuses_who_is_no_active_colleague(self, stranger: Colleague) -> None:
        with pytest.raises(Invalid, match="active user"):
            decider.decide(assign(stranger), given(QUESTION))

    @pytest.mark.parametrize("by", [act(CREDITOR), act(uuid4())], ids=["the other side", "a stranger"])
    def test_anothers_task_does_not_exist(self, by: Act) -> None:
        with pytest.raises(NotFound):
            decider.decide(assign(by=by), given(QUESTION))

    def test_refuses_what_is_solved(self) -> None:
        with pytest.raises(Conflict, match="solved"):
            decider.decide(assign(), given(QUESTION, message(3, "partner", CREDITOR)))


class TestPostponing:
    def test_hides_a_measured_task_without_moving_its_deadline(self) -> None:
        until = NOON + timedelta(days=1)

        (event,) = decider.decide(postpone(until), given(QUESTION))

        assert isinstance(event.data, TaskPostponed)
        assert (event.data.postponed_to, event.data.due_at) == (until, DUE)

    def test_moves_the_deadline_of_another_with_it(self) -> None:
        until = DUE + timedelta(days=3)

        (event,) = decider.decide(postpone(until), given(generic()))

        assert isinstance(event.data, TaskPostponed)
        assert event.data.due_at == until

    @pytest.mark.parametrize(
        ("opened", "limit"), [(QUESTION, DUE), (generic(), DUE + timedelta(days=14))], ids=["sla", "other"]
    )
    def test_has_a_limit(self, opened: Command, limit: datetime) -> None:
        assert decider.decide(postpone(limit), given(opened))
        with pytest.raises(Invalid, match="at the longest") as refused:
            decider.decide(postpone(limit + timedelta(seconds=1)), given(opened))
        assert refused.value.field == "postponed_to"

    def test_again_and_again_does_not_move_the_limit(self) -> None:
        state = given(generic(), postpone(DUE + timedelta(days=14)))

        with pytest.raises(Invalid):
            decider.decide(postpone(DUE + timedelta(days=15)), state)

    def test_refuses_the_past(self) -> None:
        with pytest.raises(Invalid, match="to come"):
            decider.decide(postpone(NOON), given(QUESTION))

    def test_of_a_colleagues_task_is_for_admins(self) -> None:
        state, until = given(QUESTION, assign()), NOON + timedelta(days=1)

        with pytest.raises(Forbidden):
            decider.decide(postpone(until, act(user=uuid4())), state)
        assert decider.decide(postpone(until, act(user=uuid4(), admin=True)), state)
        assert decider.decide(postpone(until, act(user=ANNA.user_id)), state)

    def test_by_the_other_side_is_refused_as_if_there_was_no_task(self) -> None:
        with pytest.raises(NotFound):
            decider.decide(postpone(NOON + timedelta(days=1), act(CREDITOR, admin=True)), given(QUESTION))

    def test_taking_it_back_shows_it_with_its_first_deadline(self) -> None:
        (event,) = decider.decide(postpone(None), given(generic(), postpone(DUE + timedelta(days=3))))

        assert isinstance(event.data, TaskPostponed)
        assert (event.data.postponed_to, event.data.due_at) == (None, DUE)

    def test_with_an_assignment_it_is_all_or_nothing(self) -> None:
        changes = (Assignment(ANNA), Postponement(NOON))
        command = ChangeTask(act=act(admin=True), board=BOARD, task_id=TASK, changes=changes)

        with pytest.raises(Invalid):
            decider.decide(command, given(QUESTION))

    def test_of_what_one_takes_on_in_the_same_breath_is_ones_own(self) -> None:
        other = Colleague(user_id=uuid4(), company_id=PARTNER, name="Eva", active=True)
        changes = (Assignment(ANNA), Postponement(NOON + timedelta(days=1)))
        command = ChangeTask(act=act(user=ANNA.user_id), board=BOARD, task_id=TASK, changes=changes)

        decided = data(decider.decide(command, given(QUESTION, assign(other))))

        assert [type(event).__name__ for event in decided] == ["TaskAssigned", "TaskPostponed"]


class TestResolvingAutomatically:
    def test_solves_and_records_what_it_rests_on(self) -> None:
        command = verdict(2)

        (event,) = decider.decide(command, given(QUESTION))

        assert isinstance(event.data, TaskSolved)
        assert (event.data.solved_by, event.data.automatic) == ("automatic", command.resolution)

    def test_is_refused_once_a_newer_message_came(self) -> None:
        assert decider.decide(verdict(2), given(QUESTION, message(3, "creditor", PARTNER))) == ()

    def test_is_all_or_nothing(self) -> None:
        assert decider.decide(verdict(2, TASK, uuid4()), given(QUESTION)) == ()

    def test_leaves_what_was_answered_meanwhile(self) -> None:
        assert decider.decide(verdict(2), given(QUESTION, message(3, "partner", CREDITOR))) == ()

    def test_takes_its_turn_among_the_messages(self) -> None:
        """It is no event of the thread: the next message is handled, whatever its version."""
        state = given(QUESTION, verdict(2))

        assert decider.decide(message(3, "creditor", PARTNER), state)


class TestReopening:
    def test_gives_the_first_deadline_back(self) -> None:
        state = given(QUESTION, assign(), verdict(2))

        (event,) = decider.decide(reopen(), state)

        assert isinstance(event.data, TaskReopened)
        assert event.data.task.deadline.due_at == DUE
        assert event.data.undone == verdict(2).resolution
        reopened = decider.evolve(state, event.data).open[TASK]
        assert (reopened.due_at, reopened.assignee_id) == (DUE, ANNA.user_id)

    def test_twice_is_once(self) -> None:
        assert decider.decide(reopen(), given(QUESTION, verdict(2), reopen())) == ()

    def test_is_for_automatic_resolutions_only(self) -> None:
        with pytest.raises(Conflict, match="automatically"):
            decider.decide(reopen(), given(QUESTION, message(3, "partner", CREDITOR)))

    def test_is_over_once_its_side_has_written(self) -> None:
        state = given(QUESTION, verdict(2), message(3, "partner", CREDITOR))

        with pytest.raises(Conflict):
            decider.decide(reopen(), state)

    def test_goes_on_while_only_the_other_side_writes(self) -> None:
        assert decider.decide(reopen(), given(QUESTION, verdict(2), message(3, "creditor", PARTNER)))

    def test_is_over_once_the_thread_is_closed(self) -> None:
        closing = WithdrawTasks(cause=cause(3), thread_id=THREAD)

        with pytest.raises(Conflict):
            decider.decide(reopen(), given(QUESTION, verdict(2), closing))

    def test_by_the_other_side_is_refused_as_if_there_was_no_task(self) -> None:
        with pytest.raises(NotFound):
            decider.decide(reopen(act(CREDITOR)), given(QUESTION, verdict(2)))

    def test_then_a_reply_solves_it_like_any_other(self) -> None:
        state = given(QUESTION, verdict(2), reopen())

        first = decider.decide(message(3, "partner", CREDITOR), state)[0].data

        assert isinstance(first, TaskSolved)
        assert (first.task.id, first.solved_by) == (TASK, "reply")


class TestTheClock:
    def test_records_a_deadline_that_has_passed(self) -> None:
        (event,) = decider.decide(overdue(DUE), given(QUESTION))

        assert isinstance(event.data, TaskBecameOverdue)
        assert event.data.due_at == DUE

    def test_stays_quiet_before(self) -> None:
        assert decider.decide(overdue(DUE - timedelta.resolution), given(QUESTION)) == ()

    def test_records_it_once_with_one_id_whoever_notices(self) -> None:
        state = given(QUESTION)
        late, later = overdue(DUE), overdue(DUE + timedelta(days=9))

        assert decider.decide(late, state)[0].id == decider.decide(later, state)[0].id
        assert decider.decide(later, given(QUESTION, late)) == ()

    def test_stays_quiet_about_what_was_answered(self) -> None:
        state = given(QUESTION, message(3, "partner", CREDITOR))

        assert decider.decide(overdue(DUE), state) == ()

    def test_a_deadline_that_was_moved_can_pass_again(self) -> None:
        moved = DUE + timedelta(days=3)
        state = given(generic(), overdue(DUE), postpone(moved))

        assert decider.decide(overdue(DUE), state) == ()
        assert decider.decide(overdue(moved), state)

    def test_a_deadline_that_was_moved_and_moved_back_passes_again_under_another_id(self) -> None:
        """The log takes an id once: the same again would never be on record."""
        asked = generic()
        moved = given(asked, overdue(DUE), postpone(DUE + timedelta(days=3)), postpone(None))

        (once,), (again,) = (decider.decide(overdue(DUE), state) for state in (given(asked), moved))

        assert once.data == again.data
        assert once.id != again.id


class TestOperators:
    def test_open_what_no_event_asks_for_once(self) -> None:
        command = generic()

        assert decider.decide(command, given())
        assert decider.decide(command, given(command)) == ()

    def test_settle_it(self) -> None:
        command = SettleTask(act=act(None), board=BOARD, task_id=TASK, solved_by="done")

        (event,) = decider.decide(command, given(generic()))

        assert isinstance(event.data, TaskSolved)
        assert event.data.solved_by == "done"


def test_a_snapshot_gives_the_same_state_back() -> None:
    state = given(QUESTION, verdict(2), message(3, "creditor", PARTNER), overdue(DUE))
    snapshots = BoardSnapshots()

    assert state.resolved
    assert snapshots.from_json(snapshots.to_json(state)) == state

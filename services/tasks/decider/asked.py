"""What people and the clock ask of a board, within the limits of the field. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never
from uuid import UUID, uuid5

from services.tasks.catalogue import KINDS
from services.tasks.commands import (
    Act,
    Asked,
    Assignment,
    ChangeTask,
    Colleague,
    NoticeOverdue,
    OpenTask,
    Postponement,
    ReopenTask,
    SettleTask,
)
from services.tasks.decider import state as boards
from services.tasks.decider.state import Board
from shared.contracts.envelope import EventData, NewEvent
from shared.contracts.tasks import (
    TaskAssigned,
    TaskBecameOverdue,
    TaskFacts,
    TaskOpened,
    TaskPostponed,
    TaskReopened,
    TaskSolved,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound

# How far a task whose timeliness is not measured may be put off past the deadline it was opened with.
LONGEST_POSTPONEMENT = timedelta(days=14)
# The contract's name is personal; where there is none nobody's key is needed, but the codec wants a subject.
NOBODY = "user:nobody"


def decide_asked(command: Asked, state: Board) -> tuple[NewEvent, ...]:
    """Return what the command changes; nothing where it is so already. Raises Refused."""
    match command:
        case ChangeTask():
            decided = _change(command, state)
        case ReopenTask():
            decided = _reopen(command, state)
        case OpenTask():
            decided = _open(command, state)
        case SettleTask():
            decided = _settle(command, state)
        case NoticeOverdue():
            decided = _notice_overdue(command, state)
        case _:
            assert_never(command)
    return decided


def _open(command: OpenTask, state: Board) -> tuple[NewEvent, ...]:
    facts = command.facts
    if facts.id in state.open or facts.id in state.resolved:
        return ()
    # By the task's id alone: who asks for it again, also after it was solved, opens no second one.
    opened = _event(command.act, "opened", facts, TaskOpened(task=facts))
    return (replace(opened, id=opening_id(facts.id)),)


def opening_id(task_id: UUID) -> UUID:
    """Return the id of the event that opens a task which no event asks for."""
    return uuid5(task_id, "opened")


def _settle(command: SettleTask, state: Board) -> tuple[NewEvent, ...]:
    task = _open_task(state, command).facts
    solved = TaskSolved(task=task, solved_at=command.act.time, solved_by=command.solved_by)
    return (_event(command.act, "solved", task, solved),)


def _change(command: ChangeTask, state: Board) -> tuple[NewEvent, ...]:
    decided: list[NewEvent] = []
    for change in command.changes:
        task = _open_task(state, command)
        match change:
            case Assignment(assignee=assignee):
                events = _assign(command.act, task, assignee)
            case Postponement(until=until):
                events = _postpone(command.act, task, until)
            case _:
                assert_never(change)
        for event in events:
            state = boards.evolve(state, event.data)
        decided += events
    return tuple(decided)


def _assign(act: Act, task: boards.OpenTask, assignee: Colleague | None) -> tuple[NewEvent, ...]:
    if assignee is not None and (assignee.company_id != task.facts.company_id or not assignee.active):
        raise unknown_assignee()
    if task.assignee_id == (assignee.user_id if assignee else None):
        return ()
    data = TaskAssigned(
        task=task.facts,
        assignee_id=assignee.user_id if assignee else None,
        assignee_name=assignee.name if assignee else None,
        assigned_by=act.user_id,
    )
    subject = f"user:{assignee.user_id}" if assignee else NOBODY
    return (_event(act, "assigned", task.facts, data, subject),)


def unknown_assignee() -> Invalid:
    return Invalid(
        "unknown_assignee", "Give the task to an active user of the company that owes it.", "assignee"
    )


def _postpone(act: Act, task: boards.OpenTask, until: datetime | None) -> tuple[NewEvent, ...]:
    if until == task.postponed_to:
        return ()
    if task.assignee_id not in (None, act.user_id) and not act.may_decide_for_others:
        raise Forbidden(
            "not_yours", "The task is a colleague's: ask them or an admin of your company to postpone it."
        )
    original = task.facts.deadline.due_at
    measured = KINDS[task.facts.type].sla
    if until is not None:
        if until <= act.time:
            raise Invalid("postponed_to_past", "Name a time to come.", "postponed_to")
        limit = original if measured else original + LONGEST_POSTPONEMENT
        if until > limit:
            why = "its deadline" if measured else f"{LONGEST_POSTPONEMENT.days} days after its deadline"
            raise Invalid(
                "postponed_too_far",
                f"This task can be put off until {why} at the longest: {limit.isoformat()}.",
                "postponed_to",
            )
    due_at = original if measured or until is None else max(original, until)
    data = TaskPostponed(task=task.facts, postponed_to=until, due_at=due_at, postponed_by=act.user_id)
    return (_event(act, "postponed", task.facts, data),)


def _reopen(command: ReopenTask, state: Board) -> tuple[NewEvent, ...]:
    act = command.act
    if command.task_id in state.open:
        _check_owner(act, state.open[command.task_id].facts)
        return ()
    task = state.resolved.get(command.task_id)
    if task is None or task.resolution is None:
        raise Conflict(
            "not_reopenable",
            "Only a task that was solved automatically can be reopened, until its side has written again.",
        )
    _check_owner(act, task.facts)
    data = TaskReopened(
        task=task.facts, reopened_at=act.time, reopened_by=act.user_id, undone=task.resolution
    )
    return (_event(act, "reopened", task.facts, data),)


def _notice_overdue(command: NoticeOverdue, state: Board) -> tuple[NewEvent, ...]:
    due = [
        task
        for id_ in command.task_ids
        if (task := state.open.get(id_)) and not task.overdue and task.due_at <= command.act.time
    ]
    return tuple(
        NewEvent(
            id=_overdue_id(task),
            data=TaskBecameOverdue(task=task.facts, due_at=task.due_at),
            time=command.act.time,
            actor=command.act.actor,
            audience=frozenset({task.facts.company_id}),
            correlation_id=command.act.correlation_id,
        )
        for task in due
    )


def _overdue_id(task: boards.OpenTask) -> UUID:
    """
    Derive the id from task and deadline: whoever notices it first, it is one event.

    A deadline that was moved and then brought back passes again: the log takes the same id only once.
    """
    again = f":{task.moved}" if task.moved else ""
    return uuid5(task.facts.id, f"overdue:{task.due_at.isoformat()}{again}")


def _open_task(state: Board, command: ChangeTask | SettleTask) -> boards.OpenTask:
    task = state.open.get(command.task_id)
    if task is None:
        raise Conflict("task_solved", "The task is solved: nothing is left to do about it.")
    _check_owner(command.act, task.facts)
    return task


def _check_owner(act: Act, task: TaskFacts) -> None:
    if act.company_id not in (None, task.company_id):
        raise NotFound("unknown_task", "There is no such task.", "task_id")


def _event(act: Act, what: str, task: TaskFacts, data: EventData, subject: str | None = None) -> NewEvent:
    return NewEvent(
        id=uuid5(act.id, f"{what}:{task.id}"),
        data=data,
        time=act.time,
        actor=act.actor,
        audience=frozenset({task.company_id}),
        subject=subject,
        correlation_id=act.correlation_id,
    )

"""Reply tasks of one thread: what is open, what a message changes. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import assert_never
from uuid import UUID, uuid5

from services.tasks.commands import Cause, Command, HandleMessage, Owed, WithdrawTasks
from shared.contracts.envelope import EventData, NewEvent
from shared.contracts.messaging import Side
from shared.contracts.tasks import SolvedBy, TaskFacts, TaskOpened, TaskSolved
from shared.errors import Poison

ACTOR = "platform"


@dataclass(frozen=True, slots=True)
class ReplyTasks:
    """
    The tasks that are open in a thread, oldest first, and how far the thread was followed.

    `handled_version` is the highest version of the thread that changed anything here: its event and all
    before it are done, so that hearing them again leaves everything as it is.
    """

    open: Mapping[UUID, TaskFacts] = field(default_factory=dict)
    handled_version: int = 0


def initial_state() -> ReplyTasks:
    return ReplyTasks()


def decide(command: Command, state: ReplyTasks) -> tuple[NewEvent, ...]:
    """Return what the command changes, ready to be appended; nothing where its cause was handled before."""
    if command.cause.thread_version <= state.handled_version:
        return ()
    match command:
        case HandleMessage():
            answered = [task for task in state.open.values() if task.side == command.sending_side]
            return (
                *_solved(answered, command.cause, "reply"),
                *(_opened(command, owed) for owed in command.owed),
            )
        case WithdrawTasks():
            return _solved(state.open.values(), command.cause, "withdrawn")
        case _:
            assert_never(command)


def evolve(state: ReplyTasks, data: EventData) -> ReplyTasks:
    """Return the state after one event of the stream. Raises Poison for one that this version cannot know."""
    match data:
        case TaskOpened(task=task):
            remaining = {**state.open, task.id: task}
        case TaskSolved(task=task):
            remaining = {id_: other for id_, other in state.open.items() if id_ != task.id}
        case _:
            raise Poison("The stream of reply tasks holds an event of a newer release: upgrade, then retry.")
    return ReplyTasks(remaining, max(state.handled_version, data.thread_version))


def task_id(message_id: UUID, company_id: UUID) -> UUID:
    return uuid5(message_id, str(company_id))


def last_event_id(command: Command) -> UUID | None:
    """Return the id of the last event that the command leads to; None where that depends on the state."""
    match command:
        case HandleMessage(owed=(*_, last)):
            return _event_id(command.cause, "opened", task_id(command.message_id, last.company_id))
        case _:
            return None


def _opened(command: HandleMessage, owed: Owed) -> NewEvent:
    cause = command.cause
    task = TaskFacts(
        id=task_id(command.message_id, owed.company_id),
        type="ReplyToChat",
        title=command.title,
        company_id=owed.company_id,
        side=_opposite(command.sending_side),
        case_id=command.case_id,
        case_reference=command.case_reference,
        thread_id=command.thread_id,
        message_id=command.message_id,
        created_at=cause.time,
        deadline=owed.deadline,
    )
    return _consequence(cause, "opened", task, TaskOpened(task=task, thread_version=cause.thread_version))


def _solved(tasks: Iterable[TaskFacts], cause: Cause, solved_by: SolvedBy) -> tuple[NewEvent, ...]:
    return tuple(
        _consequence(
            cause,
            "solved",
            task,
            TaskSolved(
                task=task, solved_at=cause.time, solved_by=solved_by, thread_version=cause.thread_version
            ),
        )
        for task in tasks
    )


def _consequence(cause: Cause, what: str, task: TaskFacts, data: EventData) -> NewEvent:
    return NewEvent(
        id=_event_id(cause, what, task.id),
        data=data,
        time=cause.time,
        actor=ACTOR,
        audience=frozenset({task.company_id}),
        subject=cause.subject,
        correlation_id=cause.correlation_id,
        causation_id=cause.event_id,
    )


def _event_id(cause: Cause, what: str, task: UUID) -> UUID:
    return uuid5(cause.event_id, f"{what}:{task}")


def _opposite(side: Side) -> Side:
    return "partner" if side == "creditor" else "creditor"

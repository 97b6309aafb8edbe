"""What follows on a board from other services' events. Pure."""

from collections.abc import Iterable
from typing import assert_never
from uuid import UUID, uuid5

from services.tasks.commands import (
    Cause,
    FollowEvent,
    Following,
    HandleMessage,
    Owed,
    ResolveAutomatically,
    Solves,
    WithdrawTasks,
)
from services.tasks.decider.state import Board, OpenTask
from shared.contracts.envelope import EventData, NewEvent
from shared.contracts.messaging import IMPORT_ACTOR, Side
from shared.contracts.tasks import AutomaticResolution, SolvedBy, TaskFacts, TaskOpened, TaskSolved

ACTOR = "platform"


def decide_following(command: Following, state: Board) -> tuple[NewEvent, ...]:
    """Return what the command changes; nothing where its cause was handled before."""
    cause = command.cause
    if state.has_handled(cause.stream, cause.thread_version):
        return ()
    match command:
        case HandleMessage():
            answered = [task for task in state.open.values() if task.facts.side == command.sending_side]
            return (
                *_solved(answered, cause, "reply"),
                *(_opened(cause, _reply_task(command, owed)) for owed in command.owed),
            )
        case WithdrawTasks():
            # What was solved automatically cannot come back either, since nobody could answer it.
            present = [*state.open.values(), *state.resolved.values()]
            theirs = [task for task in present if command.company_id in (None, task.facts.company_id)]
            return _solved(theirs, cause, "withdrawn")
        case ResolveAutomatically():
            return _resolved(command, state)
        case FollowEvent():
            solved = [
                event
                for solves in command.solves
                for event in _solved(_selected(state, solves, cause), cause, solves.solved_by)
            ]
            # Several events may ask for one thing, such as the quotes of a lead for the choice.
            return (
                *solved,
                *(_opened(cause, facts) for facts in command.opens if facts.id not in state.open),
            )
        case _:
            assert_never(command)


def task_id(message_id: UUID, company_id: UUID) -> UUID:
    return uuid5(message_id, str(company_id))


def last_event_id(command: Following) -> UUID | None:
    """Return the id of the last event that the command leads to; None where that depends on the state."""
    match command:
        case HandleMessage(owed=(*_, last)):
            return _event_id(command.cause, "opened", task_id(command.message_id, last.company_id))
        case _:
            return None


def _selected(state: Board, solves: Solves, cause: Cause) -> list[OpenTask]:
    """Return the open tasks that the event solves: it cannot have met what was asked for after it."""
    return [
        task
        for task in state.open.values()
        if task.facts.type in solves.types
        and task.source_position < cause.position
        and solves.company_id in (None, task.facts.company_id)
        and solves.about_id in (None, task.facts.about_id)
    ]


def _resolved(command: ResolveAutomatically, state: Board) -> tuple[NewEvent, ...]:
    newest = state.handled.get("", 0)
    tasks = [state.open[id_] for id_ in command.task_ids if id_ in state.open]
    if command.resolution.thread_version < newest or len(tasks) < len(command.task_ids):
        return ()
    return _solved(tasks, command.cause, "automatic", command.resolution)


def _reply_task(command: HandleMessage, owed: Owed) -> TaskFacts:
    return TaskFacts(
        id=task_id(command.message_id, owed.company_id),
        type="ReplyToChat",
        title=command.title,
        company_id=owed.company_id,
        side=_opposite(command.sending_side),
        case_id=command.case_id,
        case_reference=command.case_reference,
        thread_id=command.thread_id,
        message_id=command.message_id,
        created_at=command.cause.time,
        deadline=owed.deadline,
        asked_by=command.asked_by,
    )


def _opened(cause: Cause, task: TaskFacts) -> NewEvent:
    opened = TaskOpened(
        task=task,
        thread_version=cause.thread_version,
        source_stream=cause.stream,
        source_position=cause.position,
    )
    return _consequence(cause, "opened", task, opened)


def _solved(
    tasks: Iterable[OpenTask],
    cause: Cause,
    solved_by: SolvedBy,
    automatic: AutomaticResolution | None = None,
) -> tuple[NewEvent, ...]:
    return tuple(
        _consequence(
            cause,
            "solved",
            task.facts,
            TaskSolved(
                task=task.facts,
                solved_at=cause.time,
                solved_by=solved_by,
                # A verdict is no event of the thread: it moves on nothing that was followed there.
                thread_version=0 if automatic else cause.thread_version,
                source_stream=cause.stream,
                automatic=automatic,
            ),
        )
        for task in tasks
    )


def _consequence(cause: Cause, what: str, task: TaskFacts, data: EventData) -> NewEvent:
    return NewEvent(
        id=_event_id(cause, what, task.id),
        data=data,
        time=cause.time,
        # Whoever tells people what happened leaves out what an import brought in.
        actor=IMPORT_ACTOR if cause.imported else ACTOR,
        audience=frozenset({task.company_id}),
        subject=cause.subject,
        correlation_id=cause.correlation_id,
        causation_id=cause.event_id,
    )


def _event_id(cause: Cause, what: str, task: UUID) -> UUID:
    return uuid5(cause.event_id, f"{what}:{task}")


def _opposite(side: Side) -> Side:
    return "partner" if side == "creditor" else "creditor"

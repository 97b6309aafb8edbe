"""The state of a board: which tasks are open, which could be brought back, what was followed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from shared.contracts.envelope import EventData
from shared.contracts.tasks import (
    AutomaticResolution,
    TaskAssigned,
    TaskBecameOverdue,
    TaskFacts,
    TaskOpened,
    TaskPostponed,
    TaskReopened,
    TaskSolved,
)
from shared.errors import Poison


@dataclass(frozen=True, slots=True)
class OpenTask:
    """
    A task and what people made of it.

    `source_position` is the log's position of the event it follows from, or its own where it follows from
    none; `due_at` its deadline now, `overdue` whether it is on record that it has passed, `moved` how often
    it was another.
    """

    facts: TaskFacts
    source_position: int
    due_at: datetime
    assignee_id: UUID | None = None
    postponed_to: datetime | None = None
    overdue: bool = False
    moved: int = 0
    # How it was solved, while that can be undone.
    resolution: AutomaticResolution | None = None


@dataclass(frozen=True, slots=True)
class Board:
    """
    The open tasks, oldest first; those that were solved automatically and may come back; how far was
    followed.

    `handled` is, by source stream, the highest version that changed anything here: its event and all before
    it in that stream are done, so that hearing them again leaves everything as it is.
    """

    open: Mapping[UUID, OpenTask] = field(default_factory=dict)
    resolved: Mapping[UUID, OpenTask] = field(default_factory=dict)
    handled: Mapping[str, int] = field(default_factory=dict)

    def has_handled(self, stream: str, version: int) -> bool:
        return version <= self.handled.get(stream, 0)


def initial_state() -> Board:
    return Board()


def evolve(state: Board, data: EventData, position: int = 0) -> Board:
    """
    Return the state after one event of the stream, which stands at that position of the log.

    Raises Poison for one that this version cannot know.
    """
    match data:
        case TaskOpened(task=task):
            opened = OpenTask(task, data.source_position or position, task.deadline.due_at)
            # Whoever is asked now has written last: what it was spared is past.
            spared = {id_: other for id_, other in state.resolved.items() if other.facts.side == task.side}
            return Board({**state.open, task.id: opened}, spared, _handled(state, data))
        case TaskSolved(task=task, automatic=automatic):
            before = state.open.get(task.id)
            resolved = _without(state.resolved, task.id)
            if automatic is not None and before is not None:
                resolved = {**resolved, task.id: replace(before, resolution=automatic)}
            return Board(_without(state.open, task.id), resolved, _handled(state, data))
        case TaskReopened(task=task):
            before = state.resolved.get(task.id) or OpenTask(task, 0, task.deadline.due_at)
            reopened = replace(before, resolution=None, postponed_to=None)
            return Board({**state.open, task.id: reopened}, _without(state.resolved, task.id), state.handled)
        case TaskAssigned(task=task, assignee_id=assignee_id):
            return _changed(state, task.id, assignee_id=assignee_id)
        case TaskPostponed():
            return _put_off(state, data)
        case TaskBecameOverdue(task=task):
            return _changed(state, task.id, overdue=True)
        case _:
            raise Poison("The stream of tasks holds an event of a newer release: upgrade, then retry.")


def _put_off(state: Board, data: TaskPostponed) -> Board:
    before = state.open.get(data.task.id)
    if before is None:
        return state
    moved = before.due_at != data.due_at
    after = replace(
        before,
        postponed_to=data.postponed_to,
        due_at=data.due_at,
        overdue=before.overdue and not moved,
        moved=before.moved + moved,
    )
    return replace(state, open={**state.open, data.task.id: after})


def _changed(state: Board, task_id: UUID, **changes: object) -> Board:
    task = state.open.get(task_id)
    if task is None:
        return state
    return replace(state, open={**state.open, task_id: replace(task, **changes)})  # type: ignore[arg-type]


def _handled(state: Board, data: TaskOpened | TaskSolved) -> Mapping[str, int]:
    version = state.handled.get(data.source_stream, 0)
    if data.thread_version <= version:
        return state.handled
    return {**state.handled, data.source_stream: data.thread_version}


def _without(tasks: Mapping[UUID, OpenTask], task_id: UUID) -> Mapping[UUID, OpenTask]:
    return {id_: task for id_, task in tasks.items() if id_ != task_id} if task_id in tasks else tasks

"""Events that tasks publishes; all of a task's stand in one stream, see the README of the service."""

from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from shared.contracts.envelope import PERSONAL, EventData
from shared.contracts.tasks.values import AutomaticResolution, SolvedBy, TaskFacts

EXCHANGE_SOURCE = "tasks"


class TaskOpened(EventData):
    """
    Somebody owes an answer. The id of a reply task is uuid5(message id, company id).

    `thread_version` is the version of the event it follows from in that event's stream: in `reply-tasks` the
    thread, elsewhere the stream that `source_stream` names. `source_position` is that event's position.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    task: TaskFacts
    thread_version: int = 0
    source_stream: str = ""
    source_position: int = 0


class TaskSolved(EventData):
    """
    The answer was given, or nobody waits for it any more. `thread_version` and `source_stream` name the event
    it follows from, as in TaskOpened; `automatic` is set where `solved_by` is `automatic`.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    task: TaskFacts
    solved_at: datetime
    solved_by: SolvedBy
    thread_version: int = 0
    source_stream: str = ""
    automatic: AutomaticResolution | None = None


class TaskReopened(EventData):
    """
    An automatic resolution was undone: the task is open again with the deadline it had. Names the verdict.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    task: TaskFacts
    reopened_at: datetime
    reopened_by: UUID | None
    undone: AutomaticResolution


class TaskAssigned(EventData):
    """The company gave the task to one of its users, or to nobody. Subject: that user."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    task: TaskFacts
    assignee_id: UUID | None
    assignee_name: Annotated[str | None, PERSONAL]
    assigned_by: UUID | None


class TaskPostponed(EventData):
    """
    Lists hide the task until `postponed_to`, with None no longer. `due_at` is its deadline from now on: that
    of a task whose timeliness is measured never moves.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    task: TaskFacts
    postponed_to: datetime | None
    due_at: datetime
    postponed_by: UUID | None


class TaskBecameOverdue(EventData):
    """The deadline `due_at` passed without an answer; noticed later where nobody looked then."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    task: TaskFacts
    due_at: datetime

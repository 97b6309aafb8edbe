"""Events that tasks publishes, and the shapes of its RPC."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import EventData
from shared.contracts.messaging import Side, Value
from shared.contracts.rpc import PagedQuery, Query, Shape

TaskType = Literal["ReplyToChat"]
SolvedBy = Literal["reply", "withdrawn"]


class Deadline(Value):
    """
    When an answer is due and why.

    `calendar` names country and subdivision (`DE-BY`), `none` where holidays are switched off;
    `skipped_days` are the local dates from arrival to deadline that were no business days. Later
    calendar changes move nothing.
    """

    due_at: datetime
    calendar: str
    time_zone: str
    skipped_days: tuple[date, ...]


class TaskFacts(Value):
    """What a task is, fixed when it was opened. `company_id` owes the answer, on `side`."""

    id: UUID
    type: TaskType
    title: str
    company_id: UUID
    side: Side
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    message_id: UUID | None
    created_at: datetime
    deadline: Deadline


class TaskOpened(EventData):
    """
    In `reply-tasks-<thread>`. A task's id is uuid5(message id, company id).

    `thread_version` is the version, in the thread's stream, of the message that asks for the answer.
    """

    SOURCE: ClassVar[str] = "tasks"
    task: TaskFacts
    thread_version: int = 0


class TaskSolved(EventData):
    """`thread_version` is the version, in the thread's stream, of the reply or closing that solved it."""

    SOURCE: ClassVar[str] = "tasks"
    task: TaskFacts
    solved_at: datetime
    solved_by: SolvedBy
    thread_version: int = 0


# --- RPC ---


class Assignee(Shape):
    id: UUID
    name: str


class DeadlineView(Shape):
    calendar: str
    time_zone: str
    skipped_days: tuple[date, ...]


class TaskView(Shape):
    """A task as clients see it; `overdue` is as of the moment of the answer."""

    id: UUID
    type: TaskType
    type_label: str
    title: str
    status: Literal["open", "solved"]
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    company_id: UUID
    assignee: Assignee | None
    created_at: datetime
    due_at: datetime
    overdue: bool
    solved_at: datetime | None
    solved_by: SolvedBy | None
    deadline: DeadlineView | None


class TaskPage(Shape):
    items: tuple[TaskView, ...]
    next_cursor: str | None


class CaseTaskCounts(Shape):
    """Open tasks of the caller's company, by case id; cases without any are absent."""

    counts: dict[UUID, int]


class ListTasks(PagedQuery):
    """
    `list_tasks`: answers TaskPage, the earliest deadline first (solved ones: the latest solved first).

    Without a `status` the open ones come first. `limit` is 1 to 200.
    """

    status: Literal["open", "solved"] | None = None
    tab: Literal["messages", "case_updates", "new_cases"] | None = None
    overdue: bool | None = None
    case_id: UUID | None = None
    thread_id: UUID | None = None


class GetTask(Query):
    """`get_task`: answers TaskView."""

    task_id: UUID


class CountOpenTasks(Query):
    """`count_open_tasks`: answers CaseTaskCounts for the cases named."""

    case_ids: tuple[UUID, ...]

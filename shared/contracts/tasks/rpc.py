"""What tasks is asked and told over RPC, and what it answers."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts.rpc import PagedQuery, Query, Request, Shape
from shared.contracts.tasks.values import AutomaticResolution, SolvedBy, Tab, TaskType

# --- answers ---


class Assignee(Shape):
    id: UUID
    name: str


class DeadlineView(Shape):
    calendar: str
    time_zone: str
    skipped_days: tuple[date, ...]
    rule: str = ""
    asked_time_zone: str | None = None


class AutomaticView(Shape):
    """
    Why a task was closed without an answer.

    `verdict_id` is also the id of the item on the case's timeline, where the judged sentence and what each
    gate said are told; `explanation` says it in a sentence.
    """

    verdict_id: UUID
    reason: str
    explanation: str
    label: str | None
    model: str | None
    prompt_version: str | None
    classifier: str | None
    threshold: float | None


def automatic_view(resolution: AutomaticResolution) -> AutomaticView:
    judged = "It was judged that nobody waits for a reply to the last messages"
    checked = "by their words and by the embedded classifier"
    told = f" as {resolution.label.replace('_', ' ')}" if resolution.label else ""
    asked = f", and {resolution.model} took them{told}" if resolution.model else ", without a language model"
    return AutomaticView(
        **resolution.model_dump(exclude={"thread_version"}), explanation=f"{judged}: {checked}{asked}."
    )


class TaskView(Shape):
    """
    A task as clients see it; `overdue` is as of the moment of the answer.

    `sla` says that its timeliness is measured, so that postponing it moves no deadline; `reopenable` that it
    was solved automatically, with this `reason`, and can be brought back; `automatic` tells more of that.
    """

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
    tab: Tab | None = None
    sla: bool = False
    postponed_to: datetime | None = None
    about_id: UUID | None = None
    reason: str | None = None
    reopenable: bool = False
    automatic: AutomaticView | None = None


class TaskPage(Shape):
    items: tuple[TaskView, ...]
    next_cursor: str | None


class CaseTaskCounts(Shape):
    """Open tasks of the caller's company, by case id; cases without any are absent."""

    counts: dict[UUID, int]


class TabCounts(Shape):
    """Open tasks that lists show now, by tab, and in all tabs together."""

    new_cases: int
    case_updates: int
    messages: int
    all: int
    overdue: int


class TaskGroup(Shape):
    """The open tasks of one thread, or a task that belongs to none; `first` is due first."""

    thread_id: UUID | None
    case_id: UUID | None
    case_reference: str | None
    count: int
    overdue_count: int
    first: TaskView


class TaskGroupPage(Shape):
    items: tuple[TaskGroup, ...]
    next_cursor: str | None


class ChangedTask(Shape):
    """`task` as the command left it; lists show it once they have handled the log up to `position`."""

    task: TaskView
    position: int


class SlaFigures(Shape):
    """
    How timely a partner was in one month: of the tasks that came due in it, by the partner's own clock.

    `in_time` and `late` are counts, `share_in_time` is None where there were none. Open tasks past their
    deadline are late; tasks that were withdrawn or solved automatically count for nothing. Times to answer
    are business hours, 24 to a business day. `survey_score` is the mean of max(0, 1 - days late / 7).
    """

    partner_id: UUID
    month: str
    in_time: int
    late: int
    share_in_time: float | None
    median_hours: float | None
    p90_hours: float | None
    surveys: int
    survey_score: float | None


class SlaReport(Shape):
    items: tuple[SlaFigures, ...]


class RecentSla(Shape):
    """How timely a partner was in the month that runs, by its own clock, and in the one before."""

    this_month: SlaFigures
    last_month: SlaFigures


# --- requests ---


class ListTasks(PagedQuery):
    """
    `list_tasks`: answers TaskPage, the earliest deadline first (solved ones: the latest solved first).

    Without a `status` the open ones come first. `limit` is 1 to 200. Postponed tasks are hidden until their
    day unless `postponed` asks for them. `assignee` is a user's id, or `none` for what nobody took on.
    """

    status: Literal["open", "solved"] | None = None
    tab: Tab | None = None
    type: TaskType | None = None
    overdue: bool | None = None
    case_id: UUID | None = None
    thread_id: UUID | None = None
    assignee: UUID | Literal["none"] | None = None
    due_before: datetime | None = None
    due_from: datetime | None = None
    postponed: bool | None = None


class ListTaskGroups(PagedQuery):
    """`list_task_groups`: answers TaskGroupPage: open tasks by thread, the earliest deadline first."""

    tab: Tab | None = None


class CountTabs(Query):
    """`count_tabs`: answers TabCounts."""


class GetTask(Query):
    """`get_task`: answers TaskView."""

    task_id: UUID


class CountOpenTasks(Query):
    """`count_open_tasks`: answers CaseTaskCounts for the cases named."""

    case_ids: tuple[UUID, ...]


class GetSla(Query):
    """
    `get_sla`: answers SlaReport for one month (`2026-11`), or the twelve up to it with `history`.

    A partner sees its own figures, of all it owed or to one creditor; a creditor those of a partner in what
    it owed this creditor: it names `partner_id`.
    """

    month: str
    partner_id: UUID | None = None
    creditor_id: UUID | None = None
    history: bool = False


class GetRecentSla(Query):
    """
    `get_recent_sla`: answers RecentSla: of a partner, in what it owed that creditor.

    Whichever of the two asks is taken for itself.
    """

    partner_id: UUID
    creditor_id: UUID


class ChangeTask(Request):
    """
    `change_task`: answers ChangedTask; changes what `fields` names, all or nothing.

    None as assignee takes the task from whom it was given to, None as `postponed_to` shows it again.
    """

    task_id: UUID
    fields: frozenset[Literal["assignee", "postponed_to"]]
    assignee: UUID | None = None
    postponed_to: datetime | None = None


class ReopenTask(Request):
    """`reopen_task`: answers ChangedTask; undoes an automatic resolution."""

    task_id: UUID


class OpenTask(Request):
    """
    `open_task`: answers Done; operators open a task that no event asks for, once for each `id`.

    Due by the rule of its type or as given. The title says nothing of persons: it outlives their erasure.
    """

    id: UUID
    type: TaskType
    company_id: UUID
    case_id: UUID | None = None
    title: str | None = None
    due_at: datetime | None = None


class SettleTask(Request):
    """`settle_task`: answers Done; operators solve a task whose condition is met outside of Parley."""

    task_id: UUID
    solved_by: Literal["done", "withdrawn"] = "done"

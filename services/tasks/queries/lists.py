"""Tasks in lists, counted, and one by one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.tasks.catalogue import KINDS, types_of
from services.tasks.cursors import Cursor, ListName
from services.tasks.queries.rows import fetch, unknown_task
from shared.contracts.tasks import (
    Assignee,
    AutomaticResolution,
    CaseTaskCounts,
    DeadlineView,
    Tab,
    TabCounts,
    TaskGroup,
    TaskGroupPage,
    TaskPage,
    TaskType,
    TaskView,
    automatic_view,
)
from shared.cursors import bad_cursor
from shared.db import DatabaseConnection
from shared.errors import Invalid

LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """
    Which tasks are asked for; None lets everything pass.

    `company_id` is also the fence between tenants: None is for the platform's own operators only.
    `assignee` is a user, or `none` for tasks that nobody took on.
    """

    company_id: UUID | None
    status: ListName | None = None
    tab: Tab | None = None
    type: TaskType | None = None
    overdue: bool | None = None
    case_id: UUID | None = None
    thread_id: UUID | None = None
    assignee: UUID | Literal["none"] | None = None
    due_before: datetime | None = None
    due_from: datetime | None = None
    postponed: bool | None = None

    @property
    def lists(self) -> tuple[ListName, ...]:
        """The lists that make up the answer, in this order."""
        lists: tuple[ListName, ...] = ("open", "solved") if self.status is None else (self.status,)
        # Only what is open can be overdue or postponed.
        only_open = self.overdue or self.postponed
        return tuple(name for name in lists if name == "open" or not only_open)

    @property
    def types(self) -> list[TaskType] | None:
        """The types that pass, None for all."""
        if self.type is None:
            return None if self.tab is None else list(types_of(self.tab))
        return [self.type] if self.tab in (None, KINDS[self.type].tab) else []


def list_tasks(
    connection: DatabaseConnection, wanted: TaskFilter, *, now: datetime, limit: int, cursor: str | None
) -> TaskPage:
    """
    Return a page: open tasks with the earliest deadline first, then solved ones with the latest solved first.

    Pages are found by key, so tasks that come or go meanwhile shift nothing; one that is solved meanwhile may
    be seen in both lists. Raises Invalid for a limit outside 1 to 200 and for what is no cursor of this list.
    """
    _check_limit(limit)
    start = Cursor.parse(cursor) if cursor is not None else None
    lists = wanted.lists
    if start is not None:
        if start.list not in lists:
            raise bad_cursor()
        lists = lists[lists.index(start.list) :]

    found: list[TaskView] = []
    for name in lists:
        after = start if start is not None and start.list == name else None
        # One more than asked for tells whether there is a next page.
        missing = limit + 1 - len(found)
        if missing > 0:
            found += _read_list(connection, name, wanted, now=now, after=after, limit=missing)
    items = found[:limit]
    return TaskPage(items=tuple(items), next_cursor=_cursor_after(items[-1]) if len(found) > limit else None)


def list_groups(
    connection: DatabaseConnection,
    *,
    company_id: UUID | None,
    tab: Tab | None,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> TaskGroupPage:
    """
    Return a page of threads with their open tasks, the one whose first task is due first comes first.

    Raises Invalid as `list_tasks`.
    """
    _check_limit(limit)
    after = Cursor.parse(cursor) if cursor is not None else None
    if after is not None and after.list != "open":
        raise bad_cursor()
    rows = fetch(
        connection,
        "open_task_groups",
        {
            "company_id": company_id,
            "types": None if tab is None else list(types_of(tab)),
            "now": now,
            "after_time": after.time if after else None,
            "after_id": after.id if after else None,
            "limit": limit + 1,
        },
    )
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return TaskGroupPage(
        items=tuple(
            TaskGroup(
                thread_id=row["thread_id"],
                case_id=row["case_id"],
                case_reference=row["case_reference"],
                count=row["count"],
                overdue_count=row["overdue_count"],
                first=_view(row, now),
            )
            for row in shown
        ),
        next_cursor=Cursor("open", last["first_due_at"], last["group_id"]).text if last else None,
    )


def count_tabs(connection: DatabaseConnection, *, company_id: UUID | None, now: datetime) -> TabCounts:
    """Return how many open tasks lists show now, by tab."""
    counts: dict[str, int] = {"new_cases": 0, "case_updates": 0, "messages": 0, "all": 0, "overdue": 0}
    for row in fetch(connection, "open_tasks_per_type", {"company_id": company_id, "now": now}):
        counts[KINDS[row["type"]].tab] += row["count"]
        counts["all"] += row["count"]
        counts["overdue"] += row["overdue"]
    return TabCounts(**counts)


def get_task(
    connection: DatabaseConnection, task_id: UUID, *, company_id: UUID | None, now: datetime
) -> TaskView:
    """Return the task. Raises NotFound where there is none, or where another company owes it."""
    rows = fetch(connection, "task_by_id", {"id": task_id, "company_id": company_id})
    if not rows:
        raise unknown_task()
    return _view(rows[0], now)


def count_open_tasks(
    connection: DatabaseConnection, case_ids: Collection[UUID], *, company_id: UUID | None
) -> CaseTaskCounts:
    """Return how many tasks are open, per case; cases without any are absent."""
    rows = fetch(connection, "open_tasks_per_case", {"case_ids": list(case_ids), "company_id": company_id})
    return CaseTaskCounts(counts={row["case_id"]: row["count"] for row in rows})


def _read_list(
    connection: DatabaseConnection,
    name: ListName,
    wanted: TaskFilter,
    *,
    now: datetime,
    after: Cursor | None,
    limit: int,
) -> list[TaskView]:
    assignee = wanted.assignee
    parameters: dict[str, Any] = {
        "company_id": wanted.company_id,
        "case_id": wanted.case_id,
        "thread_id": wanted.thread_id,
        "types": wanted.types,
        "assignee_id": assignee if isinstance(assignee, UUID) else None,
        "unassigned": assignee == "none",
        "due_before": wanted.due_before,
        "due_from": wanted.due_from,
        "after_time": after.time if after else None,
        "after_id": after.id if after else None,
        "limit": limit,
    }
    if name == "open":
        parameters["now"] = now
        parameters["postponed"] = wanted.postponed
        if wanted.overdue is True:
            parameters["due_before"] = min(now, wanted.due_before or now)
        elif wanted.overdue is False:
            parameters["due_from"] = max(now, wanted.due_from or now)
    return [_view(row, now) for row in fetch(connection, f"{name}_tasks", parameters)]


def _check_limit(limit: int) -> None:
    if not 1 <= limit <= LONGEST_PAGE:
        raise Invalid("bad_limit", f"`limit` is a number from 1 to {LONGEST_PAGE}.", "limit")


def _cursor_after(task: TaskView) -> str:
    if task.solved_at is None:
        return Cursor("open", task.due_at, task.id).text
    return Cursor("solved", task.solved_at, task.id).text


def _view(row: Mapping[str, Any], now: datetime) -> TaskView:
    is_open = row["solved_at"] is None
    kind = KINDS[row["type"]]
    postponed_to = row["postponed_to"]
    return TaskView(
        id=row["id"],
        type=row["type"],
        type_label=kind.label,
        title=row["title"],
        status="open" if is_open else "solved",
        case_id=row["case_id"],
        case_reference=row["case_reference"],
        thread_id=row["thread_id"],
        company_id=row["company_id"],
        assignee=None
        if row["assignee_id"] is None
        else Assignee(id=row["assignee_id"], name=row["assignee_name"] or ""),
        created_at=row["created_at"],
        due_at=row["due_at"],
        overdue=is_open and row["due_at"] < now,
        solved_at=row["solved_at"],
        solved_by=row["solved_by"],
        deadline=DeadlineView(
            calendar=row["calendar"],
            time_zone=row["time_zone"],
            skipped_days=tuple(row["skipped_days"]),
            rule=row["rule"],
            asked_time_zone=row["asked_time_zone"],
        ),
        tab=kind.tab,
        sla=kind.sla,
        postponed_to=postponed_to if postponed_to and postponed_to > now else None,
        about_id=row["about_id"],
        reason=row["reason"],
        reopenable=row["reopenable"],
        automatic=None
        if row["automatic"] is None
        else automatic_view(AutomaticResolution.model_validate(row["automatic"])),
    )

"""Reads over the tables `tasks` and `companies`."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from psycopg.rows import dict_row

from services.tasks.cursors import Cursor, ListName
from services.tasks.reactions import Company
from shared.business_calendar import Calendar
from shared.contracts.tasks import CaseTaskCounts, DeadlineView, TaskPage, TaskView
from shared.cursors import bad_cursor
from shared.db import DatabaseConnection, load_queries
from shared.errors import Invalid, NotFound

LONGEST_PAGE = 200
TYPE_LABELS = {"ReplyToChat": "New Message"}

Tab = Literal["messages", "case_updates", "new_cases"]

_QUERIES = load_queries("services.tasks.sql")
_TABS_WITH_TASKS: frozenset[Tab | None] = frozenset({None, "messages"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFilter:
    """
    Which tasks are asked for; None lets everything pass.

    `company_id` is also the fence between tenants: None is for the platform's own operators only.
    """

    company_id: UUID | None
    status: ListName | None = None
    tab: Tab | None = None
    overdue: bool | None = None
    case_id: UUID | None = None
    thread_id: UUID | None = None

    @property
    def lists(self) -> tuple[ListName, ...]:
        """The lists that make up the answer, in this order."""
        if self.tab not in _TABS_WITH_TASKS:
            return ()
        lists: tuple[ListName, ...] = ("open", "solved") if self.status is None else (self.status,)
        # Only what is open can be overdue.
        return tuple(name for name in lists if name == "open" or not self.overdue)


def list_tasks(
    connection: DatabaseConnection, wanted: TaskFilter, *, now: datetime, limit: int, cursor: str | None
) -> TaskPage:
    """
    Return a page: open tasks with the earliest deadline first, then solved ones with the latest solved first.

    Pages are found by key, so tasks that come or go meanwhile shift nothing; one that is solved meanwhile may
    be seen in both lists. Raises Invalid for a limit outside 1 to 200 and for what is no cursor of this list.
    """
    if not 1 <= limit <= LONGEST_PAGE:
        raise Invalid("bad_limit", f"`limit` is a number from 1 to {LONGEST_PAGE}.", "limit")
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


def get_task(
    connection: DatabaseConnection, task_id: UUID, *, company_id: UUID | None, now: datetime
) -> TaskView:
    """Return the task. Raises NotFound where there is none, or where another company owes it."""
    rows = _fetch(connection, "task_by_id", {"id": task_id, "company_id": company_id})
    if not rows:
        raise NotFound("unknown_task", "There is no such task.", "task_id")
    return _view(rows[0], now)


def count_open_tasks(
    connection: DatabaseConnection, case_ids: Collection[UUID], *, company_id: UUID | None
) -> CaseTaskCounts:
    """Return how many tasks are open, per case; cases without any are absent."""
    rows = _fetch(connection, "open_tasks_per_case", {"case_ids": list(case_ids), "company_id": company_id})
    return CaseTaskCounts(counts={row["case_id"]: row["count"] for row in rows})


def companies(connection: DatabaseConnection, ids: Collection[UUID]) -> Mapping[UUID, Company]:
    """Return what is known of these companies; unknown ones are absent."""
    if not ids:
        return {}
    rows = connection.execute(_QUERIES["companies_by_id"], {"ids": list(ids)}).fetchall()
    return {
        id_: Company(
            id=id_,
            name=name,
            calendar=Calendar(
                country=country,
                subdivision=subdivision,
                time_zone=time_zone,
                observes_holidays=observes_holidays,
            ),
        )
        for id_, name, country, subdivision, time_zone, observes_holidays in rows
    }


def _read_list(
    connection: DatabaseConnection,
    name: ListName,
    wanted: TaskFilter,
    *,
    now: datetime,
    after: Cursor | None,
    limit: int,
) -> list[TaskView]:
    parameters = {
        "company_id": wanted.company_id,
        "case_id": wanted.case_id,
        "thread_id": wanted.thread_id,
        "after_time": after.time if after else None,
        "after_id": after.id if after else None,
        "limit": limit,
    }
    if name == "open":
        parameters["due_before"] = now if wanted.overdue is True else None
        parameters["due_from"] = now if wanted.overdue is False else None
    return [_view(row, now) for row in _fetch(connection, f"{name}_tasks", parameters)]


def _fetch(
    connection: DatabaseConnection, query: str, parameters: Mapping[str, Any]
) -> Sequence[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as reader:
        # Never prepared: each set of filters deserves a plan of its own.
        return reader.execute(_QUERIES[query], parameters, prepare=False).fetchall()


def _cursor_after(task: TaskView) -> str:
    if task.solved_at is None:
        return Cursor("open", task.due_at, task.id).text
    return Cursor("solved", task.solved_at, task.id).text


def _view(row: Mapping[str, Any], now: datetime) -> TaskView:
    is_open = row["solved_at"] is None
    return TaskView(
        id=row["id"],
        type=row["type"],
        type_label=TYPE_LABELS[row["type"]],
        title=row["title"],
        status="open" if is_open else "solved",
        case_id=row["case_id"],
        case_reference=row["case_reference"],
        thread_id=row["thread_id"],
        company_id=row["company_id"],
        assignee=None,
        created_at=row["created_at"],
        due_at=row["due_at"],
        overdue=is_open and row["due_at"] < now,
        solved_at=row["solved_at"],
        solved_by=row["solved_by"],
        deadline=DeadlineView(
            calendar=row["calendar"],
            time_zone=row["time_zone"],
            skipped_days=tuple(row["skipped_days"]),
        ),
    )

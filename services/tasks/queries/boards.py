"""What decisions need to find: whose tasks, on which board, which of them are due."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.tasks.queries.rows import QUERIES, fetch, unknown_task
from services.tasks.reactions import Company
from shared.business_calendar import Calendar
from shared.contracts.envelope import Stream
from shared.db import DatabaseConnection


@dataclass(frozen=True, slots=True)
class DueTask:
    """A task whose deadline has passed, and the board that decides about it."""

    id: UUID
    due_at: datetime
    board: Stream


def board_of(connection: DatabaseConnection, task_id: UUID, *, company_id: UUID | None) -> Stream:
    """Return the stream that decides about the task. Raises NotFound as `get_task`."""
    rows = fetch(connection, "board_of", {"id": task_id, "company_id": company_id})
    if not rows:
        raise unknown_task()
    return Stream(rows[0]["board_category"], rows[0]["board_id"])


def is_known(connection: DatabaseConnection, task_id: UUID) -> bool:
    """Tell whether there is a task with this id, whoever owes it."""
    return bool(fetch(connection, "board_of", {"id": task_id, "company_id": None}))


def newly_due(
    connection: DatabaseConnection, *, now: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> list[DueTask]:
    """Return open tasks that are due by `now` and not on record as overdue, in order of their deadlines."""
    time, id_ = after or (None, None)
    rows = fetch(connection, "newly_due", {"now": now, "after_time": time, "after_id": id_, "limit": limit})
    return [DueTask(row["id"], row["due_at"], Stream(row["board_category"], row["board_id"])) for row in rows]


def companies(connection: DatabaseConnection, ids: Collection[UUID]) -> Mapping[UUID, Company]:
    """Return what is known of these companies; unknown ones are absent."""
    if not ids:
        return {}
    # Asked with nearly every batch of events: prepared, and without names.
    rows = connection.execute(QUERIES["companies_by_id"], {"ids": list(ids)}).fetchall()
    return {
        id_: Company(
            id=id_,
            side=side,
            name=name,
            calendar=Calendar(
                country=country,
                subdivision=subdivision,
                time_zone=time_zone,
                observes_holidays=observes_holidays,
            ),
        )
        for id_, side, name, country, subdivision, time_zone, observes_holidays in rows
    }

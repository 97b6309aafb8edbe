"""Events -> rows of `companies` and `tasks`, in the caller's transaction."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from psycopg.types.json import Jsonb

from shared.business_calendar import Calendar
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CompanyDetailsChanged, CompanyRegistered
from shared.contracts.tasks import (
    SolvedBy,
    TaskAssigned,
    TaskBecameOverdue,
    TaskOpened,
    TaskPostponed,
    TaskReopened,
    TaskSolved,
)
from shared.db import DatabaseConnection, load_queries

_QUERIES = load_queries("services.tasks.sql")
# Ways to end that are no answer: nobody waited for one any more.
_NO_ANSWER: frozenset[SolvedBy] = frozenset({"withdrawn", "automatic"})


def project(event: RecordedEvent, connection: DatabaseConnection) -> None:
    """
    Write what the event changes; doing it again changes nothing.

    Sends statements and reads no results, so that a caller may send many of them in one pipeline.
    Expects the events of one stream in order.
    """
    match event.data:
        case (
            CompanyRegistered(company_id=company_id, details=details, side=side)
            | CompanyDetailsChanged(company_id=company_id, details=details, side=side)
        ):
            connection.execute(
                _QUERIES["put_company"],
                {
                    "id": company_id,
                    "side": side,
                    "name": details.name,
                    "country": details.country,
                    "subdivision": details.subdivision,
                    "time_zone": details.time_zone,
                    "observes_holidays": details.observes_holidays,
                },
            )
        case TaskOpened(task=task):
            connection.execute(
                _QUERIES["add_task"],
                {
                    "id": task.id,
                    "type": task.type,
                    "title": task.title,
                    "company_id": task.company_id,
                    "side": task.side,
                    "case_id": task.case_id,
                    "case_reference": task.case_reference,
                    "thread_id": task.thread_id,
                    "message_id": task.message_id,
                    "created_at": task.created_at,
                    "due_at": task.deadline.due_at,
                    "calendar": task.deadline.calendar,
                    "time_zone": task.deadline.time_zone,
                    "skipped_days": _array(task.deadline.skipped_days),
                    "rule": task.deadline.rule,
                    "asked_time_zone": task.deadline.asked_time_zone,
                    "asked_by": task.asked_by,
                    "about_id": task.about_id,
                    "board_category": event.stream.category,
                    "board_id": event.stream.id,
                },
            )
        case TaskSolved():
            connection.execute(_QUERIES["solve_task"], _solution(event.data))
        case TaskReopened(task=task):
            connection.execute(_QUERIES["reopen_task"], {"id": task.id})
        case TaskAssigned(task=task, assignee_id=assignee_id, assignee_name=assignee_name):
            connection.execute(
                _QUERIES["assign_task"],
                {"id": task.id, "assignee_id": assignee_id, "assignee_name": assignee_name},
            )
        case TaskPostponed(task=task, postponed_to=postponed_to, due_at=due_at):
            connection.execute(
                _QUERIES["postpone_task"], {"id": task.id, "postponed_to": postponed_to, "due_at": due_at}
            )
        case TaskBecameOverdue(task=task, due_at=due_at):
            connection.execute(_QUERIES["mark_overdue"], {"id": task.id, "overdue_since": due_at})
        case _:
            pass


def _solution(data: TaskSolved) -> dict[str, Any]:
    task = data.task
    answered = data.solved_by not in _NO_ANSWER
    calendar = Calendar.named(task.deadline.calendar, task.deadline.time_zone)
    took = calendar.business_time(task.created_at, data.solved_at) if answered else None
    return {
        "id": task.id,
        "solved_at": data.solved_at,
        "solved_by": data.solved_by,
        "answer_seconds": None if took is None else int(took.total_seconds()),
        "reason": data.automatic.reason if data.automatic else None,
        "automatic": Jsonb(data.automatic.model_dump(mode="json")) if data.automatic else None,
        "reopenable": data.automatic is not None,
    }


def _array(days: Iterable[date]) -> str:
    """Return the days as PostgreSQL writes an array: psycopg takes longer for a list than for the rest."""
    return "{" + ",".join(day.isoformat() for day in days) + "}"

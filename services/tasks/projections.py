"""Events -> rows of `companies` and `tasks`, in the caller's transaction."""

from collections.abc import Iterable
from datetime import date

from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CompanyDetailsChanged, CompanyRegistered
from shared.contracts.tasks import TaskOpened, TaskSolved
from shared.db import DatabaseConnection, load_queries

_QUERIES = load_queries("services.tasks.sql")


def project(event: RecordedEvent, connection: DatabaseConnection) -> None:
    """
    Write what the event changes; doing it again changes nothing.

    Sends statements and reads no results, so that a caller may send many of them in one pipeline.
    Expects the events of one stream in order.
    """
    match event.data:
        case (
            CompanyRegistered(company_id=company_id, details=details)
            | CompanyDetailsChanged(company_id=company_id, details=details)
        ):
            connection.execute(
                _QUERIES["put_company"],
                {
                    "id": company_id,
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
                },
            )
        case TaskSolved(task=task, solved_at=solved_at, solved_by=solved_by):
            connection.execute(
                _QUERIES["solve_task"], {"id": task.id, "solved_at": solved_at, "solved_by": solved_by}
            )
        case _:
            pass


def _array(days: Iterable[date]) -> str:
    """Return the days as PostgreSQL writes an array: psycopg takes longer for a list than for the rest."""
    return "{" + ",".join(day.isoformat() for day in days) + "}"

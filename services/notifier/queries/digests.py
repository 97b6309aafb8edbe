"""What summaries are made of."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from psycopg.rows import dict_row

from services.notifier.commands import OpenTask
from services.notifier.decider import DigestState
from shared.business_calendar import Calendar
from shared.command_handling import Loaded
from shared.contracts.messaging import Side
from shared.contracts.notifier import DigestKind, TaskLine
from shared.db import DatabaseConnection, load_queries

_SQL = load_queries("services.notifier.sql")


@dataclass(frozen=True, slots=True)
class DigestCompany:
    """A company that has open tasks, and the days on which its people work."""

    company_id: UUID
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class DigestReader:
    """A user who may be sent a summary, as of these rows; nothing before position `since` concerns it."""

    user_id: UUID
    since: int
    held: Loaded[DigestState]


def companies_with_tasks(connection: DatabaseConnection, side: Side) -> list[DigestCompany]:
    """Return the companies of that side that have an open task, by id."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(_SQL["companies_with_tasks"], {"side": side}).fetchall()
    return [
        DigestCompany(
            row["company_id"],
            Calendar(
                country=row["country"],
                subdivision=row["subdivision"],
                time_zone=row["time_zone"],
                observes_holidays=row["observes_holidays"],
            ),
        )
        for row in rows
    ]


def open_tasks(connection: DatabaseConnection, company_id: UUID, *, known_up_to: int) -> tuple[OpenTask, ...]:
    """Return the company's tasks that are open now and were opened up to that position of the log."""
    return tuple(_open_tasks(connection, company_id, known_up_to))


def _open_tasks(connection: DatabaseConnection, company_id: UUID, known_up_to: int) -> Iterator[OpenTask]:
    values = {"company_id": company_id, "known_up_to": known_up_to}
    for position, created_at, *fields in connection.execute(_SQL["open_tasks"], values):
        task_id, kind, title, case_id, case_reference, thread_id, due_at, assignee_id = fields
        line = TaskLine.model_construct(
            task_id=task_id,
            type=kind,
            title=title,
            case_id=case_id,
            case_reference=case_reference,
            thread_id=thread_id,
            due_at=due_at,
            assignee_id=assignee_id,
        )
        yield OpenTask(line, position, created_at)


def digest_readers(connection: DatabaseConnection, company_id: UUID, kind: DigestKind) -> list[DigestReader]:
    """Return the company's active users with the last state known of their summaries of that kind."""
    readers = []
    values = {"company_id": company_id, "kind": kind}
    for user_id, since, version, last_date, position, moment in connection.execute(
        _SQL["digest_readers"], values
    ):
        state = DigestState() if version is None else DigestState(last_date, position, moment)
        readers.append(DigestReader(user_id, since, Loaded(state, version or 0)))
    return readers

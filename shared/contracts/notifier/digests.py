"""Summaries and reminders of tasks: what was decided to tell one user. Events."""

from datetime import date, datetime
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import EventData
from shared.contracts.messaging import Value
from shared.contracts.notifier.mails import EXCHANGE_SOURCE

DigestKind = Literal["daily_summary", "weekly_overdue", "creditor_overdue"]


class TaskLine(Value):
    """A task as a summary lists it; `assignee_id` is the user it was given to."""

    task_id: UUID
    type: str
    title: str
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    due_at: datetime
    assignee_id: UUID | None = None


class DigestDecided(EventData):
    """
    A user is sent a summary or a reminder of tasks, in `digest-<uuid5 of user and kind>`; at most one a date.

    `local_date` is the user's. Considered was every task known up to the log position `through_position` and
    made before `through_time`: the next daily summary leaves out exactly these. `tasks` are the user's own
    and then the others, by deadline, as many as fit; `task_count` says how many there are.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    digest_id: UUID
    kind: DigestKind
    user_id: UUID
    company_id: UUID
    local_date: date
    through_position: int
    through_time: datetime
    mail_id: UUID
    tasks: tuple[TaskLine, ...]
    task_count: int

"""Summaries and reminders of tasks: what is decided about one user."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.notifier import DigestKind, TaskLine


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that nobody has solved; `position` is that of its opening in the log."""

    line: TaskLine
    position: int
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideDigest:
    """
    Decide on one user's summary of that date.

    `tasks` are the company's open ones as of log position `known_up_to`. `moment` is when the summary of that
    date is due: what was made or became overdue later is for the next. Of tasks that were made before
    position `since` a daily summary does not tell: the user was not there, or wanted none.
    """

    kind: DigestKind
    user_id: UUID
    company_id: UUID
    local_date: date
    moment: datetime
    tasks: tuple[OpenTask, ...]
    known_up_to: int
    since: int
    now: datetime

"""What tasks is told to do; a command follows from one event of a thread and carries all it needs."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.messaging import Side
from shared.contracts.tasks import Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """
    The thread's event that a command follows from.

    Ids of consequences derive from `event_id`; `thread_version`, its version in the thread's stream, tells
    whether it was handled before.
    """

    event_id: UUID
    thread_version: int
    time: datetime
    correlation_id: UUID
    subject: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An answer that a company owes, and until when."""

    company_id: UUID
    deadline: Deadline


@dataclass(frozen=True, slots=True, kw_only=True)
class HandleMessage:
    """Solve what the sending side owed in the thread, and open a reply task for each company owing now."""

    cause: Cause
    thread_id: UUID
    message_id: UUID
    case_id: UUID | None
    case_reference: str | None
    sending_side: Side
    title: str
    owed: tuple[Owed, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTasks:
    """Withdraw every open reply task of the thread: nobody can answer there any more."""

    cause: Cause
    thread_id: UUID


Command = HandleMessage | WithdrawTasks

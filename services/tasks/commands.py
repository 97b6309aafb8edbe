"""
What tasks is told to do.

A command is for one board: a stream of tasks that are decided together, those of a thread (`reply-tasks`), of
a case (`case-tasks`) or of a company's account (`account-tasks`).
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.envelope import Stream
from shared.contracts.messaging import Side
from shared.contracts.tasks import AutomaticResolution, Deadline, SolvedBy, TaskFacts, TaskType

REPLY_TASKS = "reply-tasks"
CASE_TASKS = "case-tasks"
ACCOUNT_TASKS = "account-tasks"
BOARDS = frozenset({REPLY_TASKS, CASE_TASKS, ACCOUNT_TASKS})


# --- what follows from an event ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """
    The event that a command follows from.

    Ids of consequences derive from `event_id`; `thread_version`, its version in its stream, tells whether it
    was handled before. `stream` is that stream's name, empty where the board follows one stream only: its
    thread. `imported` says that an import brought it in.
    """

    event_id: UUID
    thread_version: int
    time: datetime
    correlation_id: UUID
    subject: str | None
    stream: str = ""
    position: int = 0
    imported: bool = False


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
    asked_by: UUID | None = None

    @property
    def board(self) -> Stream:
        return Stream(REPLY_TASKS, self.thread_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTasks:
    """
    Withdraw every open reply task of the thread, or one company's: nobody, or not it, can answer there.
    """

    cause: Cause
    thread_id: UUID
    company_id: UUID | None = None

    @property
    def board(self) -> Stream:
        return Stream(REPLY_TASKS, self.thread_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveAutomatically:
    """
    Solve these open tasks without an answer, all or none: a verdict says that none is expected.

    Nothing is done where the thread has a newer message than the verdict knows of, or one is solved already.
    """

    cause: Cause
    thread_id: UUID
    task_ids: tuple[UUID, ...]
    resolution: AutomaticResolution

    @property
    def board(self) -> Stream:
        return Stream(REPLY_TASKS, self.thread_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Solves:
    """Which open tasks an event solves, and how; None is any company, any thing they are about."""

    types: frozenset[TaskType]
    solved_by: SolvedBy
    company_id: UUID | None = None
    about_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowEvent:
    """
    Solve what the event solves of what was open before it, then open what it asks for.
    """

    cause: Cause
    board: Stream
    solves: tuple[Solves, ...] = ()
    opens: tuple[TaskFacts, ...] = ()


Following = HandleMessage | WithdrawTasks | ResolveAutomatically | FollowEvent


# --- what people ask for ---


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """
    Who asks, when; ids of consequences derive from `id`.

    `company_id` is the only company whose tasks may be touched, None for operators and the platform itself.
    `may_decide_for_others` says that the user is an admin of it.
    """

    id: UUID
    time: datetime
    actor: str
    correlation_id: UUID
    user_id: UUID | None = None
    company_id: UUID | None = None
    may_decide_for_others: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Colleague:
    """A user that a task can be given to, as the directory's stream has it now."""

    user_id: UUID
    company_id: UUID
    name: str
    active: bool


@dataclass(frozen=True, slots=True)
class Assignment:
    """Give the task to a user of the company that owes it, or with None to nobody."""

    assignee: Colleague | None


@dataclass(frozen=True, slots=True)
class Postponement:
    """Hide the task until then, with None no longer."""

    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTask:
    """Assign the task, postpone it, or both in this order; all or nothing."""

    act: Act
    board: Stream
    task_id: UUID
    changes: tuple[Assignment | Postponement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenTask:
    """Undo an automatic resolution."""

    act: Act
    board: Stream
    task_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """Open a task that no event asks for."""

    act: Act
    board: Stream
    facts: TaskFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class SettleTask:
    """Solve a task whose condition is met outside of Parley."""

    act: Act
    board: Stream
    task_id: UUID
    solved_by: SolvedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeOverdue:
    """Record that the deadlines of these tasks have passed; those that were answered meanwhile are left."""

    act: Act
    board: Stream
    task_ids: tuple[UUID, ...]


Asked = ChangeTask | ReopenTask | OpenTask | SettleTask | NoticeOverdue
Command = Following | Asked

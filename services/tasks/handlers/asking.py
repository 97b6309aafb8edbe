"""What people ask of a task, and what operators do in place of an event."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

from services.tasks import decider, queries
from services.tasks.catalogue import KINDS
from services.tasks.commands import (
    ACCOUNT_TASKS,
    CASE_TASKS,
    Act,
    Asked,
    Assignment,
    ChangeTask,
    Colleague,
    OpenTask,
    Postponement,
    ReopenTask,
    SettleTask,
)
from services.tasks.handlers.boards import Boards, open_boards
from services.tasks.reactions import CaseFacts, evolve_case
from shared.business_calendar import GIVEN
from shared.clock import Clock
from shared.command_handling import append_decided
from shared.contracts import tasks
from shared.contracts.envelope import EventData, Stream
from shared.contracts.messaging import UserActivated, UserAdded, UserDeactivated, UserDetailsChanged
from shared.contracts.rpc import Caller
from shared.contracts.tasks import SolvedBy, TaskFacts, TaskOpened, TaskSolved, TaskType
from shared.db import DatabaseConnection
from shared.errors import Conflict, Invalid, NotFound
from shared.eventlog.protocol import EventLog

Role = Literal["admin", "user"]

# Nobody means a deadline that lies farther off; at the ends of the calendar no clock can show one.
_FARTHEST_OFF = timedelta(days=3653)
# People act on few tasks at a time.
_IN_MEMORY = 100


@dataclass(frozen=True, slots=True)
class _Member:
    colleague: Colleague
    role: Role


class Desk:
    """
    Carries out what people ask for; each method returns the position of the log that shows it.

    The read table only tells which board a task stands on; whether it may be done is decided on the board.
    """

    def __init__(self, log: EventLog, clock: Clock, *, new_id: Callable[[], UUID] = uuid4) -> None:
        self._log = log
        self._clock = clock
        self._new_id = new_id
        self._boards: Boards = open_boards(log, in_memory=_IN_MEMORY)

    def change(self, connection: DatabaseConnection, request: tasks.ChangeTask) -> int:
        """Raises Refused where the limits of the field do not allow it."""
        board = self._board(connection, request.caller, request.task_id)
        changes: list[Assignment | Postponement] = []
        if "assignee" in request.fields:
            changes.append(Assignment(self._colleague(request.assignee)))
        if "postponed_to" in request.fields:
            if request.postponed_to is not None and request.postponed_to.tzinfo is None:
                raise Invalid("naive_time", "Add an offset to the time, such as +01:00 or Z.", "postponed_to")
            changes.append(Postponement(request.postponed_to))
        act = self._act(request.caller, request.correlation_id)
        return self._carry_out(
            ChangeTask(act=act, board=board, task_id=request.task_id, changes=tuple(changes))
        )

    def reopen(self, connection: DatabaseConnection, request: tasks.ReopenTask) -> int:
        """Raises Refused where the task was not solved automatically."""
        board = self._board(connection, request.caller, request.task_id)
        act = self._act(request.caller, request.correlation_id)
        return self._carry_out(ReopenTask(act=act, board=board, task_id=request.task_id))

    def open(
        self,
        connection: DatabaseConnection,
        *,
        type: TaskType,  # noqa: A002 - the field's word
        company_id: UUID,
        case_id: UUID | None,
        due_at: datetime | None,
        by: str,
        task_id: UUID | None = None,
        title: str | None = None,
        now: datetime | None = None,
    ) -> tuple[UUID, int]:
        """
        Open a task that no event asks for; return its id and the position. The same id again changes nothing,
        also after it was solved.

        Raises Invalid for a type that is not opened so, or without the case it needs, or for a company that
        has no part in it, or for a deadline that is years off; NotFound for a company or case that is not
        known here; Conflict where the id is that of another task.
        """
        kind = KINDS[type]
        if type == "ReplyToChat":
            raise Invalid("not_openable", "Only a message opens a ReplyToChat.", "type")
        if kind.of_case and case_id is None and type != "Generic":
            raise Invalid("case_needed", f"A {type} belongs to a case: name it.", "case_id")
        if not kind.of_case and case_id is not None:
            raise Invalid("no_case", f"A {type} belongs to the company's account, not to a case.", "case_id")
        company = queries.companies(connection, [company_id]).get(company_id)
        if company is None:
            raise NotFound("unknown_company", "There is no such company.", "company_id")
        if kind.side not in (None, company.side):
            raise Invalid("other_side", f"A {type} is for the side {kind.side}.", "company_id")
        reference = None if case_id is None else self._reference(case_id, company_id)
        act = self._act(Caller(user_id=None, company_id=None, role="ops"), self._new_id(), by=by, now=now)
        if due_at is not None and abs(due_at - act.time) > _FARTHEST_OFF:
            raise Invalid("due_too_far_off", "A deadline lies ten years off at the most.", "due_at")
        facts = TaskFacts(
            id=task_id or self._new_id(),
            type=type,
            title=title or kind.title(reference),
            company_id=company_id,
            side=company.side,
            case_id=case_id,
            case_reference=reference,
            thread_id=None,
            message_id=None,
            created_at=act.time,
            deadline=kind.rule(act.time, company.calendar)
            if due_at is None
            else company.calendar.given(due_at),
        )
        board = Stream(CASE_TASKS, case_id) if case_id else Stream(ACCOUNT_TASKS, company_id)
        if task_id is not None:
            opened = self._opened_as(connection, facts, board)
            if opened is not None:
                return task_id, opened
        return facts.id, self._carry_out(OpenTask(act=act, board=board, facts=facts))

    def _reference(self, case_id: UUID, company_id: UUID) -> str | None:
        """Return the reference of a case that the company has part in. Raises NotFound, Invalid."""
        case = CaseFacts()
        for event in self._log.read_stream(Stream("case", case_id)):
            case = evolve_case(case, event.data)
        if case.status is None:
            raise NotFound("unknown_case", "There is no such case.", "case_id")
        if company_id not in (*case.clients_side, case.partner_id):
            raise Invalid("not_of_case", "The company has no part in this case.", "company_id")
        return case.reference

    def _opened_as(self, connection: DatabaseConnection, facts: TaskFacts, board: Stream) -> int | None:
        """
        Return the position at which this very task was opened before; None where its id is new.

        Raises Conflict where the id is another task's.
        """
        earlier = self._log.find(board, decider.opening_id(facts.id))
        if earlier is None:
            if queries.is_known(connection, facts.id):
                raise _id_reused()
            return None
        task = earlier.data.task if isinstance(earlier.data, TaskOpened) else None
        if task is None or _asked(task) != _asked(facts):
            raise _id_reused()
        return earlier.position

    def settle(
        self,
        connection: DatabaseConnection,
        task_id: UUID,
        *,
        solved_by: SolvedBy,
        by: str,
        now: datetime | None = None,
    ) -> int:
        """
        Solve a task whose condition is met outside of Parley; one that was solved so already stays solved.

        Raises NotFound where there is none, Conflict where it was solved in another way.
        """
        operator = Caller(user_id=None, company_id=None, role="ops")
        board = self._board(connection, operator, task_id)
        act = self._act(operator, self._new_id(), by=by, now=now)
        try:
            return self._carry_out(SettleTask(act=act, board=board, task_id=task_id, solved_by=solved_by))
        except Conflict:
            for event in self._log.read_stream(board):
                match event.data:
                    case TaskSolved(task=task, solved_by=how) if task.id == task_id and how == solved_by:
                        return event.position
                    case _:
                        continue
            raise

    def _carry_out(self, command: Asked) -> int:
        appended = append_decided(
            self._boards[command.board.category],
            command.board.id,
            lambda loaded: decider.decide(command, loaded.state),
        )
        return self._log.newest() if appended is None else appended.position

    def _board(self, connection: DatabaseConnection, caller: Caller, task_id: UUID) -> Stream:
        company_id = None if caller.role == "ops" else caller.company_id
        return queries.board_of(connection, task_id, company_id=company_id)

    def _act(self, caller: Caller, correlation_id: UUID, *, by: str = "", now: datetime | None = None) -> Act:
        operator = caller.role == "ops"
        member = None if caller.user_id is None or operator else self._member(caller.user_id)
        actor = f"ops:{by or caller.user_id}" if operator else f"user:{caller.user_id}"
        return Act(
            id=self._new_id(),
            time=now or self._clock.now(),
            actor=actor,
            correlation_id=correlation_id,
            user_id=caller.user_id,
            company_id=None if operator else caller.company_id,
            may_decide_for_others=operator or (member is not None and member.role == "admin"),
        )

    def _colleague(self, user_id: UUID | None) -> Colleague | None:
        if user_id is None:
            return None
        member = self._member(user_id)
        if member is None:
            raise decider.unknown_assignee()
        return member.colleague

    def _member(self, user_id: UUID) -> _Member | None:
        """Return the user as its stream has it now."""
        member: _Member | None = None
        for event in self._log.read_stream(Stream("user", user_id)):
            member = _evolve(member, event.data)
        return member


def _asked(task: TaskFacts) -> tuple[object, ...]:
    """Return what makes the task the one that was asked for; a deadline by rule depends on when it was."""
    given = task.deadline.due_at if task.deadline.calendar == GIVEN else None
    return (task.type, task.company_id, task.case_id, task.title, given)


def _id_reused() -> Conflict:
    return Conflict("task_id_reused", "This id was used for another task: take a new one.", "id")


def _evolve(member: _Member | None, data: EventData) -> _Member | None:
    active = member is None or member.colleague.active
    match data:
        case UserAdded() | UserDetailsChanged():
            colleague = Colleague(
                user_id=data.user_id, company_id=data.company_id, name=data.name, active=active
            )
            return _Member(colleague, data.role)
        case UserDeactivated() | UserActivated() if member is not None:
            old = member.colleague
            colleague = Colleague(
                user_id=old.user_id,
                company_id=old.company_id,
                name=old.name,
                active=isinstance(data, UserActivated),
            )
            return _Member(colleague, member.role)
        case _:
            return member

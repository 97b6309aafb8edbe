"""An event of another service comes in, its consequences are appended to the boards."""

import logging
from collections.abc import Iterable, Sequence
from uuid import UUID

from services.tasks import decider, projections, queries, reactions
from services.tasks.commands import BOARDS, REPLY_TASKS, FollowEvent, Following
from services.tasks.decider import Board
from services.tasks.handlers.boards import NAME, Boards, load_boards, open_boards
from services.tasks.reactions import CaseFacts, Company, Context
from shared.command_handling import Loaded, Plan, append_decided
from shared.contracts.envelope import RecordedEvent, Stream
from shared.contracts.messaging import CompanyDetailsChanged, CompanyRegistered, ComplaintAccepted
from shared.contracts.surveys import SurveySubmitted
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended, EventLog
from shared.subscription import SubscriptionDefinition

FOLLOWED = frozenset({"company", "case", "thread", "lead", "complaint", "case-surveys", "ai-verdict"})

# Version 1 of a thread is its opening.
_FIRST_MESSAGE = 2
# What one append of a backlog holds: many share a commit, and whoever writes meanwhile waits for no longer
# than a few milliseconds.
_EVENTS_AT_ONCE = 100
# How far back on a board the consequences of an event are looked for, where their ids hang on the state.
_LOOK_BACK = (1, 100)
_CASES_IN_MEMORY = 2_000

logger = logging.getLogger(__name__)


def subscription(log: EventLog) -> SubscriptionDefinition:
    """Return what tasks makes of the log: it follows others' streams, and its own boards."""
    reactor = Reactor(log)
    return SubscriptionDefinition(
        name=NAME,
        categories=FOLLOWED | BOARDS,
        own_categories=BOARDS,
        react=reactor.react,
        project=projections.project,
        sources=frozenset({"messaging", "surveys", "ai_resolver", NAME}),
        begin=reactor.begin,
        react_together=reactor.together,
    )


class Reactor:
    """Appends to the boards what follows from others' events."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.boards: Boards = open_boards(log)
        self._companies: dict[UUID, Company] = {}
        self._cases: dict[UUID, tuple[int, CaseFacts]] = {}
        # Boards that are held as of this turn: what nobody but us has written to since.
        self._fresh: set[Stream] = set()

    def begin(self) -> None:
        """Forget what may have changed since the last transaction: read tables, boards in memory."""
        self._companies.clear()
        self._fresh.clear()

    def react(self, event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        """
        Append the consequences of the event and return them; of those of an earlier attempt the last one.

        `connection` shows the read tables as of all earlier events. Raises Poison for an event about a
        company that is unknown here.
        """
        return [outcome for command in self.commands(event, connection) for outcome in self.handle(command)]

    def together(self, connection: DatabaseConnection, events: Sequence[RecordedEvent]) -> "TogetherReactor":
        """Return the reactions to a batch of events; loads at once what nearly all of them look at."""
        self._refresh(board for event in events if (board := reactions.board_looked_at(event.data)))
        return TogetherReactor(self, connection)

    def commands(self, event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Following]:
        """Return what follows from the event, with what the read tables say as of all earlier events."""
        if isinstance(event.data, CompanyRegistered | CompanyDetailsChanged):
            self._companies.pop(event.data.company_id, None)
        case = self._case_as_of(event)
        missing = reactions.companies_needed(event, case) - self._companies.keys()
        self._companies.update(queries.companies(connection, missing))
        return reactions.react(event, Context(self._companies, case))

    def expect_beginning(self, command: Following) -> None:
        """A thread that begins owes nothing yet: no need to look, for the append proves it."""
        store, board = self.boards[command.board.category], command.board
        begins = board.category == REPLY_TASKS and command.cause.thread_version <= _FIRST_MESSAGE
        if begins and store.held(board.id) is None:
            store.advance(board.id, Loaded(decider.initial_state(), 0), ())

    def is_idle(self, command: Following) -> bool:
        """
        Say whether the command, which solves and opens things on a case, changes nothing there and never did.

        Nearly every message of a client is such a one. Looks at the board once a turn.
        """
        if not isinstance(command, FollowEvent) or command.opens:
            return False
        self._refresh([command.board])
        held = self.boards[command.board.category].held(command.board.id)
        cause = command.cause
        return (
            held is not None
            and not held.state.has_handled(cause.stream, cause.thread_version)
            and not decider.decide(command, held.state)
        )

    def handle(self, command: Following) -> Sequence[Appended]:
        """Carry out the command on its board; return what was appended, now or earlier."""
        if self.is_idle(command):
            return ()
        self.expect_beginning(command)
        appended = append_decided(
            self.boards[command.board.category],
            command.board.id,
            lambda loaded: decider.decide(command, loaded.state),
        )
        return self._appended_earlier(command) if appended is None else (appended,)

    def plans(self) -> dict[str, Plan[Board, Following]]:
        return {category: Plan(store, decider.decide) for category, store in self.boards.items()}

    def _refresh(self, boards: Iterable[Stream]) -> None:
        stale = set(boards) - self._fresh
        load_boards(self.boards, stale)
        self._fresh |= stale

    def _case_as_of(self, event: RecordedEvent) -> CaseFacts:
        """
        Return the case that the event is of, as the event left it, or as it stood when an update came or a
        complaint was accepted.

        Nothing for other events.
        """
        match event.data:
            case SurveySubmitted(survey=survey):
                return self._case_before(event, survey.case_id)
            case ComplaintAccepted(case_id=case_id):
                return self._case_before(event, case_id)
            case _:
                pass
        if event.stream.category != "case":
            return CaseFacts()
        version, facts = self._cases.pop(event.stream.id, (0, CaseFacts()))
        if version == event.version - 1:
            facts = reactions.evolve_case(facts, event.data)
        else:
            facts = CaseFacts()
            for each in self._log.read_stream(event.stream):
                if each.version <= event.version:
                    facts = reactions.evolve_case(facts, each.data)
        self._cases[event.stream.id] = (event.version, facts)
        while len(self._cases) > _CASES_IN_MEMORY:
            del self._cases[next(iter(self._cases))]
        return facts

    def _case_before(self, event: RecordedEvent, case_id: UUID) -> CaseFacts:
        facts = CaseFacts()
        for each in self._log.read_stream(Stream("case", case_id)):
            if each.position < event.position:
                facts = reactions.evolve_case(facts, each.data)
        return facts

    def _appended_earlier(self, command: Following) -> Sequence[Appended]:
        """
        Return the last event that an earlier attempt appended for the command's cause, if there is one.

        It may not have been projected. What precedes it in its stream is projected with it, so the others
        need not be found, and the stream, which may be long, is not read.
        """
        cause = command.cause
        event_id = decider.last_event_id(command)
        if event_id is not None:
            last = self._log.find(command.board, event_id)
        else:
            last = self._last_caused_by(cause.event_id, command.board)
        logger.info(
            "Nothing left to do for an event",
            extra={
                "action": "event_ignored",
                "reason": "handled_before" if last else "nothing_owed",
                "event_id": str(cause.event_id),
                "board": str(command.board),
                "correlation_id": str(cause.correlation_id),
            },
        )
        return (Appended((last,), duplicate=True),) if last else ()

    def _last_caused_by(self, event_id: UUID, board: Stream) -> RecordedEvent | None:
        """What an event solved stands close to the end: it was the last thing we did before we stopped."""
        version = self.boards[board.category].load(board.id).version
        for look_back in _LOOK_BACK:
            end = self._log.read_stream(board, after_version=max(version - look_back, 0))
            last = next((event for event in reversed(end) if event.causation_id == event_id), None)
            if last is not None or look_back >= version:
                return last
        return None


class TogetherReactor:
    """Reacts to a batch of events, several appends at a time."""

    def __init__(self, reactor: Reactor, connection: DatabaseConnection) -> None:
        self._reactor = reactor
        self._connection = connection
        self._plans = reactor.plans()

    def plan(self, event: RecordedEvent) -> Sequence[Appended]:
        return [
            outcome
            for command in self._reactor.commands(event, self._connection)
            for outcome in self._plan(command)
        ]

    def carry_out(self) -> Sequence[Appended]:
        return [outcome for plan in self._plans.values() for outcome in self._append(plan)]

    def _plan(self, command: Following) -> Iterable[Appended]:
        plan = self._plans[command.board.category]
        if not plan.concerns(command.board.id) and self._reactor.is_idle(command):
            return ()
        self._reactor.expect_beginning(command)
        if plan.add(command.board.id, command):
            return self._append(plan) if plan.size >= _EVENTS_AT_ONCE else ()
        # It was handled before, or owes nothing: rare enough to look closely, with all before it appended.
        return (*self._append(plan), *self._reactor.handle(command))

    def _append(self, plan: Plan[Board, Following]) -> Iterable[Appended]:
        appended, left = plan.append()
        for command in left:
            appended += self._reactor.handle(command)
        return appended

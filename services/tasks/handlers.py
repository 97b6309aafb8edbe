"""Use cases of tasks: an event of a thread comes in, its consequences are appended."""

import logging
from collections.abc import Sequence
from uuid import UUID

from services.tasks import decider, projections, queries, reactions
from services.tasks.commands import Command
from services.tasks.decider import ReplyTasks
from services.tasks.reactions import Company
from services.tasks.snapshots import ReplyTasksSnapshots
from shared.command_handling import Loaded, Plan, StateStore, append_decided
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CompanyDetailsChanged, CompanyRegistered
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended, EventLog
from shared.subscription import SubscriptionDefinition

NAME = "tasks"
REPLY_TASKS = "reply-tasks"

# A state holds the open tasks of its thread, a few kilobytes each.
_THREADS_IN_MEMORY = 2_000
# Version 1 of a thread is its opening.
_FIRST_MESSAGE = 2
# What one append of a backlog holds: many share a commit, and whoever writes meanwhile waits for no longer
# than a few milliseconds.
_EVENTS_AT_ONCE = 100

logger = logging.getLogger(__name__)


def subscription(log: EventLog) -> SubscriptionDefinition:
    """Return what tasks makes of the log: it follows companies and threads, and its own reply tasks."""
    reactor = Reactor(log)
    return SubscriptionDefinition(
        name=NAME,
        categories=frozenset({"company", "thread", REPLY_TASKS}),
        own_categories=frozenset({REPLY_TASKS}),
        react=reactor.react,
        project=projections.project,
        sources=frozenset({"messaging", NAME}),
        begin=reactor.begin,
        react_together=reactor.together,
    )


class Reactor:
    """Appends to the reply tasks of a thread what follows from the thread's events."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._reply_tasks = StateStore(
            log,
            REPLY_TASKS,
            initial=decider.initial_state,
            evolve=lambda state, event: decider.evolve(state, event.data),
            snapshots=ReplyTasksSnapshots(),
            cache_size=_THREADS_IN_MEMORY,
        )
        self._companies: dict[UUID, Company] = {}

    def begin(self) -> None:
        """Forget what the read tables said: they may have changed since the last transaction."""
        self._companies.clear()

    def react(self, event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        """
        Append the consequences of the event and return them; of those of an earlier attempt the last one.

        `connection` shows the read tables as of all earlier events. Raises Poison for a message between
        companies of which one is unknown here.
        """
        command = self.command(event, connection)
        return () if command is None else self.handle(command)

    def together(self, connection: DatabaseConnection) -> "TogetherReactor":
        """Return the reactions to a batch of events."""
        return TogetherReactor(self, connection)

    def command(self, event: RecordedEvent, connection: DatabaseConnection) -> Command | None:
        """Return what follows from the event, with what the read tables say as of all earlier events."""
        if isinstance(event.data, CompanyRegistered | CompanyDetailsChanged):
            self._companies.pop(event.data.company_id, None)
        missing = reactions.companies_needed(event) - self._companies.keys()
        self._companies.update(queries.companies(connection, missing))
        return reactions.react(event, self._companies)

    def plan(self) -> Plan[ReplyTasks, Command]:
        return Plan(self._reply_tasks, decider.decide)

    def expect_beginning(self, command: Command) -> None:
        """A thread that begins owes nothing yet: no need to look, for the append proves it."""
        thread_id, version = command.thread_id, command.cause.thread_version
        if version <= _FIRST_MESSAGE and self._reply_tasks.held(thread_id) is None:
            self._reply_tasks.advance(thread_id, Loaded(decider.initial_state(), 0), ())

    def handle(self, command: Command) -> Sequence[Appended]:
        """Carry out the command on the thread's reply tasks; return what was appended, now or earlier."""
        thread_id = command.thread_id
        self.expect_beginning(command)
        appended = append_decided(
            self._reply_tasks, thread_id, lambda loaded: decider.decide(command, loaded.state)
        )
        return self._appended_earlier(command) if appended is None else (appended,)

    def _appended_earlier(self, command: Command) -> Sequence[Appended]:
        """
        Return the last event that an earlier attempt appended for the command's cause, if there is one.

        It may not have been projected. What precedes it in its stream is projected with it, so the others
        need not be found, and the stream, which may be long, is not read.
        """
        cause = command.cause
        stream = self._reply_tasks.stream(command.thread_id)
        event_id = decider.last_event_id(command)
        if event_id is not None:
            last = self._log.find(stream, event_id)
        else:
            # Nobody writes to a closed thread any more: what its closing led to stands at the end.
            version = self._reply_tasks.load(command.thread_id).version
            end = self._log.read_stream(stream, after_version=max(version - 1, 0))
            last = next((event for event in end if event.causation_id == cause.event_id), None)
        logger.info(
            "Nothing left to do for an event of a thread",
            extra={
                "action": "thread_event_ignored",
                "reason": "handled_before" if last else "nothing_owed",
                "event_id": str(cause.event_id),
                "thread_id": str(command.thread_id),
                "correlation_id": str(cause.correlation_id),
            },
        )
        return (Appended((last,), duplicate=True),) if last else ()


class TogetherReactor:
    """Reacts to a batch of events, several appends at a time."""

    def __init__(self, reactor: Reactor, connection: DatabaseConnection) -> None:
        self._reactor = reactor
        self._connection = connection
        self._plan = reactor.plan()

    def plan(self, event: RecordedEvent) -> Sequence[Appended]:
        command = self._reactor.command(event, self._connection)
        if command is None:
            return ()
        self._reactor.expect_beginning(command)
        if self._plan.add(command.thread_id, command):
            return self.carry_out() if self._plan.size >= _EVENTS_AT_ONCE else ()
        # It was handled before, or owes nothing: rare enough to look closely, with all before it appended.
        return (*self.carry_out(), *self._reactor.handle(command))

    def carry_out(self) -> Sequence[Appended]:
        appended, left = self._plan.append()
        for command in left:
            appended += self._reactor.handle(command)
        return appended

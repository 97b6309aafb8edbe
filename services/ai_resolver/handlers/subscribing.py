"""What ai_resolver makes of the log: it follows companies and tasks, and hears objections."""

from collections.abc import Sequence
from uuid import UUID

from services.ai_resolver import projections, reactions
from services.ai_resolver.commands import Command, ConfigureCompany
from services.ai_resolver.decider import companies, verdicts
from services.ai_resolver.decider.companies import Wish
from services.ai_resolver.decider.verdicts import Verdicts
from shared.command_handling import StateStore, append_decided
from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import DatabaseConnection
from shared.errors import NotFound
from shared.eventlog.protocol import Appended, EventLog
from shared.subscription import SubscriptionDefinition

NAME = "ai_resolver"
VERDICTS = "ai-verdict"
COMPANIES = "ai-company"
COMPANY = "company"

_TASK_STREAMS = frozenset({"reply-tasks"})


class Desk:
    """Appends what is decided to the streams that ai_resolver owns."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self.verdicts: StateStore[Verdicts] = StateStore(
            log,
            VERDICTS,
            initial=verdicts.initial_state,
            evolve=lambda state, event: verdicts.evolve(state, event.data),
        )
        self._companies: StateStore[Wish] = StateStore(
            log,
            COMPANIES,
            initial=companies.initial_state,
            evolve=lambda state, event: companies.evolve(state, event.data),
        )

    def handle(self, command: Command) -> Appended | None:
        """Carry out the command on the thread's verdicts; None where it changes nothing."""
        return append_decided(
            self.verdicts, command.thread_id, lambda loaded: verdicts.decide(command, loaded.state)
        )

    def configure(self, command: ConfigureCompany) -> Appended | None:
        """
        Record how the company wants it; None where that is how it is already.

        Raises NotFound for a company that nobody registered: a switch with a slip in its id would turn off
        nothing.
        """
        if not self._log.read_stream(Stream(COMPANY, command.company_id)):
            raise NotFound("company_not_found", f"There is no company {command.company_id}.")
        return append_decided(
            self._companies, command.company_id, lambda loaded: companies.decide(command, loaded.state)
        )

    def wish(self, company_id: UUID) -> Wish:
        return self._companies.load(company_id).state


def subscription(log: EventLog) -> SubscriptionDefinition:
    """Return the definition that `parley run ai-resolver` follows the log by."""
    desk = Desk(log)

    def react(event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        del connection
        command = reactions.react(event)
        appended = None if command is None else desk.handle(command)
        return () if appended is None else (appended,)

    return SubscriptionDefinition(
        name=NAME,
        categories=frozenset({COMPANY, VERDICTS, COMPANIES}) | _TASK_STREAMS,
        own_categories=frozenset({VERDICTS, COMPANIES}),
        react=react,
        project=projections.project,
        sources=frozenset({"messaging", "tasks", NAME}),
    )

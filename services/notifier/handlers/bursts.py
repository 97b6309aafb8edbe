"""Bursts of messages: decided when they are over, turned into e-mails, explained."""

import logging
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import psycopg

from services.notifier import decider, projections, queries, reactions
from services.notifier.commands import DecideBurst, Member, Patience
from services.notifier.decider import BurstState
from services.notifier.handlers import notices, people
from services.notifier.handlers.rows import Pool, project_now
from services.notifier.handlers.scheduling import SchedulingTogether, schedule_mails
from shared.checkpoint import Checkpoint
from shared.clock import Clock
from shared.command_handling import Loaded, StateStore, append_decided
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.contracts.notifier import ChatMailDecided
from shared.db import DatabaseConnection
from shared.errors import Retryable
from shared.eventlog.protocol import Appended, EventLog
from shared.settings import Settings
from shared.subscription import NotYetHandled, SubscriptionDefinition

logger = logging.getLogger(__name__)

NAME = "notifier"

_IDLE_SECONDS = 1.0
# E-mails are long events: more at a time would be no quicker and take 10 MB more.
_BATCH = 100
_SHORTEST_WAIT_SECONDS = 0.05


def patience_of(settings: Settings) -> Patience:
    return Patience(
        quiet=timedelta(seconds=settings.mail_quiet_seconds),
        max_wait=timedelta(seconds=settings.mail_max_wait_seconds),
    )


def subscription_definition(settings: Settings, log: EventLog) -> SubscriptionDefinition:
    """Return what notifier makes of the log."""

    def react(event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        told = notices.tell(event, connection, log=log)
        return [*told, *schedule_mails(event, connection, log=log, domain=settings.mail_domain)]

    def together(connection: DatabaseConnection, batch: Sequence[RecordedEvent]) -> SchedulingTogether:
        return SchedulingTogether(connection, batch, log=log, domain=settings.mail_domain)

    return SubscriptionDefinition(
        name=NAME,
        categories=projections.CATEGORIES,
        own_categories=projections.OWN_CATEGORIES,
        react=react,
        react_together=together,
        project=projections.project,
        sources=frozenset({"messaging", "tasks", "surveys", NAME}),
        batch=_BATCH,
    )


def explain(message_id: UUID, *, log: EventLog, pool: Pool, patience: Patience) -> queries.ExplainedMessage:
    """Return who is told of the message (or notice) by e-mail, who is not, and why. Raises NotFound."""
    with pool.connection() as connection:
        notice = queries.explain_notice(connection, message_id)
        if notice is not None:
            return notice
        thread_id = queries.thread_of(connection, message_id)
        read_up_to = reactions.read_up_to(log.read_stream(Stream("thread", thread_id)))
        standings = people.standings(log, queries.possible_recipients(connection, message_id))
        reach = {user_id: standing.reach("chat") for user_id, standing in standings.items()}
        return queries.explain(connection, message_id, patience=patience, read_up_to=read_up_to, reach=reach)


class Flusher:
    """Decides bursts when they are over. Any number may run: each decision is appended once."""

    def __init__(self, *, log: EventLog, pool: Pool, clock: Clock, patience: Patience) -> None:
        self._log = log
        self._pool = pool
        self._clock = clock
        self._patience = patience
        self._bursts: StateStore[BurstState] = StateStore(
            log, decider.BURST_CATEGORY, initial=decider.initial_burst, evolve=decider.evolve_burst
        )

    def run(self, stop: threading.Event) -> None:
        """Decide bursts as they become due until `stop` is set. Outlives outages of database and log."""
        while not stop.is_set():
            wait = _IDLE_SECONDS
            try:
                pending = self._pending()
                now = self._clock.now()
                self._decide_all([burst for burst in pending if burst.due_at <= now], now, self._patience)
                later = [burst.due_at for burst in pending if burst.due_at > now]
                if later:
                    seconds = (min(later) - self._clock.now()).total_seconds()
                    wait = min(_IDLE_SECONDS, max(_SHORTEST_WAIT_SECONDS, seconds))
            except (Retryable, psycopg.OperationalError) as error:
                logger.warning(
                    "Bursts wait: log or database is away",
                    extra={"action": "flush_waits", "error": type(error).__name__},
                )
            stop.wait(wait)

    def flush(self, *, now: datetime, everything: bool = False) -> list[ChatMailDecided]:
        """
        Decide every burst that is over as of `now` (or `everything` that waits) and return the decisions.

        A burst that cannot be decided now is logged and left, the others go on. Raises Retryable.
        """
        pending = self._pending()
        if everything:
            return self._decide_all(pending, now, None)
        return self._decide_all([burst for burst in pending if burst.due_at <= now], now, self._patience)

    def _decide_all(
        self, due: Sequence[queries.PendingBurst], now: datetime, patience: Patience | None
    ) -> list[ChatMailDecided]:
        decisions: list[ChatMailDecided] = []
        waiting = 0
        for burst in due:
            try:
                decisions += self._decide(burst, now, patience)
            except NotYetHandled:
                waiting += 1
            except (Retryable, psycopg.OperationalError):
                raise
            except Exception:
                logger.exception(
                    "Burst could not be decided", extra=_about(burst) | {"action": "burst_undecidable"}
                )
        if waiting:
            logger.warning(
                "Bursts wait until notifier's tables have caught up with the log",
                extra={"action": "bursts_wait_for_tables", "bursts": waiting},
            )
        return decisions

    def _decide(
        self, burst: queries.PendingBurst, now: datetime, patience: Patience | None
    ) -> list[ChatMailDecided]:
        """
        Decide the burst and return the decision, none where it is not over.

        Raises NotYetHandled where the burst was written past what the tables know: somebody may have joined
        the company since then, and only the tables tell who its users are.
        """
        with self._pool.connection() as connection:
            known_up_to = Checkpoint(connection, NAME).read()
            users = queries.recipients_of(connection, burst.company_id)
        members = tuple(
            Member(user_id, standing.reach("chat"))
            for user_id, standing in people.standings(self._log, users).items()
        )

        def decide(loaded: Loaded[BurstState]) -> Sequence[NewEvent]:
            # What was written and read is asked of the log itself: a mark made a moment ago may not be in the
            # tables yet, and then the e-mail would come to somebody who has just read it.
            thread = self._log.read_stream(
                Stream("thread", burst.thread_id), after_version=loaded.state.through_version
            )
            command = DecideBurst(
                thread_id=burst.thread_id,
                company_id=burst.company_id,
                burst=reactions.burst_of(thread, burst.company_id),
                members=members,
                patience=patience,
                now=now,
            )
            decided = decider.decide_burst(command, loaded.state)
            if decided and command.burst.messages[-1].position > known_up_to:
                raise NotYetHandled(
                    f"notifier knows who is who up to {known_up_to}, the burst goes on past it"
                )
            return decided

        stream = decider.burst_stream(burst.thread_id, burst.company_id)
        appended = append_decided(self._bursts, stream.id, decide)
        if appended is None:
            return []
        project_now(appended.events, self._pool)
        decisions = [event.data for event in appended.events if isinstance(event.data, ChatMailDecided)]
        for decision in decisions:
            logger.info(
                "Burst decided",
                extra=_about(burst) | {"action": "burst_decided", "mails": len(decision.mails)},
            )
        return decisions

    def _pending(self) -> list[queries.PendingBurst]:
        with self._pool.connection() as connection:
            return queries.pending_bursts(connection, self._patience)


def _about(burst: queries.PendingBurst) -> dict[str, object]:
    return {"thread_id": str(burst.thread_id), "company_id": str(burst.company_id)}

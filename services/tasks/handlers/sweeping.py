"""That a deadline has passed is recorded when it does, or as soon as somebody looks again."""

import logging
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from services.tasks import decider, queries
from services.tasks.commands import Act, NoticeOverdue
from services.tasks.handlers.boards import NAME, load_boards, open_boards
from services.tasks.handlers.reacting import FOLLOWED
from shared.checkpoint import Checkpoint
from shared.clock import Clock
from shared.command_handling import Plan, append_decided
from shared.contracts.envelope import Stream
from shared.db import DatabaseConnection
from shared.eventlog.protocol import EventLog, LogUnavailable
from shared.handling import passes_by_itself

_ACTOR = "platform"
# Tasks that are looked at and appended in one go.
_PORTION = 200
_PAUSE_SECONDS = 15.0

logger = logging.getLogger(__name__)

Connect = Callable[[], AbstractContextManager[DatabaseConnection]]


@dataclass(frozen=True, slots=True)
class Swept:
    """What a sweep came to: how many tasks became overdue by it, and how many it looked at."""

    overdue: int
    seen: int


class Sweeper:
    """
    Appends TaskBecameOverdue for what is past its deadline.

    Any number may run, late and twice: the id of the event derives from task and deadline, and the board
    decides.
    """

    def __init__(
        self, log: EventLog, connect: Connect, clock: Clock, *, seconds_to_settle: float = 5.0
    ) -> None:
        """`seconds_to_settle` is how long it waits for appends that are under way."""
        self._log = log
        self._connect = connect
        self._clock = clock
        self._seconds_to_settle = seconds_to_settle
        self._boards = open_boards(log, many=True, in_memory=_PORTION)

    def run(self, stop: threading.Event) -> None:
        """Sweep every few seconds until `stop` is set. Outlives restarts of the database and the log."""
        while not stop.is_set():
            try:
                self.sweep(self._clock.now())
            except Exception as error:
                if not passes_by_itself(error):
                    raise
                logger.warning(
                    "Sweep is put off", extra={"action": "sweep_failed", "service": NAME, "error": str(error)}
                )
            stop.wait(_PAUSE_SECONDS)

    def sweep(self, now: datetime) -> Swept:
        """
        Record all deadlines that have passed by `now` and are not on record yet.

        What has happened since and is not handled yet may be the answers: deadlines after it have to wait.
        """
        now = min(now, self._handled_until(now))
        overdue = seen = 0
        after: tuple[datetime, UUID] | None = None
        correlation_id = uuid4()
        while True:
            with self._connect() as connection:
                due = queries.newly_due(connection, now=now, after=after, limit=_PORTION)
            if not due:
                break
            overdue += self._notice(due, now, correlation_id)
            seen += len(due)
            after = (due[-1].due_at, due[-1].id)
        if overdue:
            logger.info("Tasks became overdue", extra={"action": "tasks_overdue", "count": overdue})
        return Swept(overdue, seen)

    def _handled_until(self, now: datetime) -> datetime:
        """
        Return the time of the first event that tasks has not handled, or `now`.

        Raises LogUnavailable where that cannot be told yet: an answer may be in the log and not readable.
        """
        newest = self._log.newest()
        with self._connect() as connection:
            handled = Checkpoint(connection, NAME).read()
        until = time.monotonic() + self._seconds_to_settle
        while True:
            page = self._log.read_all(after=handled, limit=1, categories=FOLLOWED)
            if page.events or page.position >= newest:
                return page.events[0].time if page.events else now
            if time.monotonic() > until:
                raise LogUnavailable("an append that does not end hides what was appended after it")
            self._log.wait_for_news(after=page.position, timeout=self._seconds_to_settle)

    def _notice(self, due: list[queries.DueTask], now: datetime, correlation_id: UUID) -> int:
        by_board: dict[Stream, list[UUID]] = {}
        for task in due:
            by_board.setdefault(task.board, []).append(task.id)
        load_boards(self._boards, by_board)
        plans = {category: Plan(store, decider.decide) for category, store in self._boards.items()}
        count = 0
        for board, task_ids in by_board.items():
            act = Act(id=correlation_id, time=now, actor=_ACTOR, correlation_id=correlation_id)
            plans[board.category].add(board.id, NoticeOverdue(act=act, board=board, task_ids=tuple(task_ids)))
        for plan in plans.values():
            appended, left = plan.append()
            for command in left:
                outcome = append_decided(
                    self._boards[command.board.category],
                    command.board.id,
                    lambda loaded, command=command: decider.decide(command, loaded.state),  # type: ignore[misc]
                )
                appended += [outcome] if outcome is not None else []
            count += sum(len(each.events) for each in appended if not each.duplicate)
        return count

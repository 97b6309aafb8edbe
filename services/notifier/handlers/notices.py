"""Notices: what happened is told in the portal, and marked as read there."""

from uuid import UUID

from services.notifier import decider, queries, reactions
from services.notifier.commands import MarkRead
from services.notifier.decider import ReadState
from services.notifier.handlers import people
from services.notifier.handlers.rows import Pool, project_now
from shared.command_handling import StateStore, append_decided
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended, EventLog


def tell(event: RecordedEvent, connection: DatabaseConnection, *, log: EventLog) -> list[Appended]:
    """Append the notices that the event calls for; doing it again appends nothing new."""
    if not reactions.is_noticed(event):
        return []
    notices = reactions.notices_of(
        event,
        queries.sides_of(connection, sorted(event.audience)),
        doer=queries.doer_company(connection, event.actor),
        with_opening=_came_with_opening(event, log),
    )
    appended = []
    for told in notices:
        users = told.plan.user_ids or tuple(queries.recipients_of(connection, told.company_id))
        standings = people.standings(log, users) if told.plan.mail else {}
        reach = {user_id: standing.reach("notice") for user_id, standing in standings.items()}
        notice = reactions.notice_event(event, told, reach)
        appended.append(log.append(decider.notice_stream(notice.id), [notice], expected="no_stream"))
    return appended


def _came_with_opening(event: RecordedEvent, log: EventLog) -> bool:
    if not reactions.may_be_opening(event):
        return False
    opening, *_ = log.read_stream(event.stream)
    return opening.correlation_id == event.correlation_id


class Notices:
    """Notices of one user."""

    def __init__(self, log: EventLog, pool: Pool) -> None:
        self._pool = pool
        self._reads: StateStore[ReadState] = StateStore(
            log,
            decider.NOTICE_READS_CATEGORY,
            initial=decider.initial_reads,
            evolve=decider.evolve_reads,
            cache_size=1000,
        )

    def mark_read(self, command: MarkRead, *, up_to: UUID | None) -> int:
        """
        Mark them as read, or all up to the one named; return the position to wait for (0: nothing changed).

        Raises NotFound where one is not the user's.
        """
        wanted = [*command.notification_ids, *([up_to] if up_to is not None else [])]
        with self._pool.connection() as connection:
            positions = queries.notice_positions(
                connection, command.user_id, company_id=command.company_id, notification_ids=wanted
            )
        marked = MarkRead(
            user_id=command.user_id,
            company_id=command.company_id,
            notification_ids=command.notification_ids,
            up_to_position=positions[up_to] if up_to is not None else 0,
            correlation_id=command.correlation_id,
            now=command.now,
        )
        appended = append_decided(
            self._reads, command.user_id, lambda loaded: decider.decide_reads(marked, loaded.state)
        )
        if appended is None:
            return 0
        project_now(appended.events, self._pool)
        return appended.position

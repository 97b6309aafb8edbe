"""Summaries and reminders of tasks: which dates have one, and which tasks stand in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid5

from services.notifier.commands import PLATFORM, DecideDigest, OpenTask
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.contracts.notifier import DigestDecided, DigestKind
from shared.errors import Poison

DIGEST_CATEGORY = "digest"
DIGEST_TIME = time(7)
"""When summaries and reminders are due, on the clocks of the user."""

CREDITOR_PAUSE = timedelta(days=7)
MOST_TASK_LINES = 100
_NEVER = datetime.min.replace(tzinfo=UTC)


def digest_stream(user_id: UUID, kind: DigestKind) -> Stream:
    return Stream(DIGEST_CATEGORY, uuid5(user_id, kind))


def daily_date(today: date, is_business_day: Callable[[date], bool]) -> date | None:
    """Return the date that a summary which runs today is of; None on a day off."""
    return today if is_business_day(today) else None


def weekly_date(today: date, is_business_day: Callable[[date], bool]) -> date | None:
    """
    Return the date of this week's reminder, its first business day; None while the week has none yet, and on
    a day off.
    """
    if not is_business_day(today):
        return None
    monday = today - timedelta(days=today.weekday())
    week = (monday + timedelta(days=days) for days in range(today.weekday() + 1))
    return next(day for day in week if is_business_day(day))


@dataclass(frozen=True, slots=True)
class DigestState:
    """The last date with a summary, and what was considered for it; see DigestDecided."""

    last_date: date | None = None
    through_position: int = 0
    through_time: datetime = _NEVER


def initial_digest() -> DigestState:
    return DigestState()


def evolve_digest(state: DigestState, event: RecordedEvent) -> DigestState:
    match event.data:
        case DigestDecided(local_date=day, through_position=position, through_time=moment):
            return DigestState(day, max(state.through_position, position), max(state.through_time, moment))
        case _:
            raise Poison(f"{event.type} does not belong in {event.stream}")


def decide_digest(command: DecideDigest, state: DigestState) -> tuple[NewEvent, ...]:
    """
    Return the decision to send the summary; nothing where its date had one, or nothing is in it.

    However late it is decided, a daily summary has every task since the last one and none twice.
    """
    if not _is_its_turn(command, state):
        return ()
    tasks = [task for task in command.tasks if _belongs(task, command, state)]
    if not tasks:
        return ()
    tasks.sort(
        key=lambda task: (task.line.assignee_id != command.user_id, task.line.due_at, task.line.task_id)
    )
    stream = digest_stream(command.user_id, command.kind)
    event_id = uuid5(stream.id, command.local_date.isoformat())
    return (
        NewEvent(
            id=event_id,
            data=DigestDecided(
                digest_id=stream.id,
                kind=command.kind,
                user_id=command.user_id,
                company_id=command.company_id,
                local_date=command.local_date,
                through_position=max(state.through_position, command.known_up_to),
                through_time=max(state.through_time, command.moment),
                mail_id=uuid5(event_id, "mail"),
                tasks=tuple(task.line for task in tasks[:MOST_TASK_LINES]),
                task_count=len(tasks),
            ),
            time=command.now,
            actor=PLATFORM,
            audience=frozenset({command.company_id}),
            correlation_id=event_id,
        ),
    )


def _is_its_turn(command: DecideDigest, state: DigestState) -> bool:
    if state.last_date is None:
        return True
    if command.kind == "creditor_overdue":
        return command.local_date - state.last_date >= CREDITOR_PAUSE
    return command.local_date > state.last_date


def _belongs(task: OpenTask, command: DecideDigest, state: DigestState) -> bool:
    if command.kind != "daily_summary":
        return task.line.due_at <= command.moment
    considered = task.position <= state.through_position and task.created_at < state.through_time
    return command.since < task.position and task.created_at < command.moment and not considered

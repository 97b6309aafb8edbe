"""The first gate: which open tasks may be looked at, in which night, and in which mode. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.ai_resolver.decider.bursts import Burst
from shared.contracts.ai_resolver import GateResult, Mode
from shared.contracts.messaging import Side

NIGHTLY_AT = time(2)

_OBJECTIONS_THAT_COUNT = 3

_STRICTNESS: dict[Mode, int] = {"off": 0, "shadow": 1, "live": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """What must be known of a company that owes an answer."""

    id: UUID
    time_zone: str
    mode: Mode | None
    remote_model: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OwedThread:
    """A thread in which a side owes answers: its open reply tasks there."""

    thread_id: UUID
    side: Side
    task_ids: tuple[UUID, ...]
    company_ids: tuple[UUID, ...]
    message_ids: tuple[UUID | None, ...]
    first_version: int
    last_version: int
    reopened: bool


def night_before(now: datetime, time_zone: str) -> datetime:
    """
    Return the latest instant, not after `now`, at which the zone's clocks reached 02:00.

    In a night without that hour it is the first instant after the gap; where there are two, the first.
    Raises ValueError for a zone that is no IANA name.
    """
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{time_zone!r} is no IANA time zone such as Europe/Copenhagen") from error
    day = now.astimezone(zone).date()
    for _ in range(3):
        local = datetime.combine(day, NIGHTLY_AT, zone)
        # What does not exist is read with the offset from before the gap: that instant lies in it or after.
        instant = local.astimezone(UTC)
        if instant <= now:
            return instant
        day -= timedelta(days=1)
    raise AssertionError("a zone has a 02:00 within three days")


def effective_mode(companies: Sequence[Company], installation: Mode) -> Mode:
    """Return the most cautious mode among the companies; without any, nothing is done."""
    modes = [company.mode or installation for company in companies]
    return min(modes, key=_STRICTNESS.__getitem__, default="off")


def at_most(mode: Mode, limit: Mode) -> Mode:
    """Return the more cautious of the two."""
    return min(mode, limit, key=_STRICTNESS.__getitem__)


def brake(*, closed: int, brought_back: int, rate: float) -> Mode:
    """
    Return the boldest mode that experience allows: nothing is closed where people bring back too much.

    One or two that were brought back may be chance, whatever share they are.
    """
    too_many = brought_back >= _OBJECTIONS_THAT_COUNT and brought_back > rate * closed
    return "shadow" if too_many else "live"


def candidate_gate(
    owed: OwedThread, burst: Burst | None, *, closed: bool, ripe_before: datetime
) -> GateResult:
    """
    Say whether the burst may be judged: the last word is the other side's, it is old enough, and every open
    task of the side belongs to it.
    """
    if closed:
        reason = "thread_closed"
    elif burst is None or burst.side == owed.side:
        reason = "not_the_other_sides_word"
    elif burst.last.version != owed.last_version:
        reason = "tasks_behind_thread"
    elif owed.reopened:
        reason = "brought_back_by_a_person"
    elif not set(owed.message_ids) <= {message.id for message in burst.messages}:
        reason = "task_of_another_burst"
    elif burst.last.time > ripe_before:
        reason = "too_young"
    else:
        return GateResult(gate="candidate", passed=True, reason="ripe")
    return GateResult(gate="candidate", passed=False, reason=reason)

"""On which day of a month a case's survey is due to be requested, and how a partner's are spread. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from dateutil.relativedelta import relativedelta

from services.surveys.commands import SetCadence
from shared.contracts.surveys import SurveyCadenceSet
from shared.errors import Invalid

_LAST_DAY_THAT_EVERY_MONTH_HAS = 28
_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Cadence:
    """Mode 0: monthly from each case's activation. Mode 1: all on `day` of the month."""

    mode: Literal[0, 1] = 0
    day: int | None = None


def initial() -> Cadence:
    return Cadence()


def decide(command: SetCadence, state: Cadence) -> tuple[SurveyCadenceSet, ...]:
    """Return what sets the cadence; nothing where it is so already. Raises Invalid."""
    if command.mode == 1 and not 1 <= (command.day or 0) <= _LAST_DAY_THAT_EVERY_MONTH_HAS:
        raise Invalid("cadence_day", "Mode 1 needs a day of the month from 1 to 28.", "day")
    if command.mode == 0 and command.day is not None:
        raise Invalid("cadence_day", "Mode 0 counts from each case's activation: leave the day out.", "day")
    if Cadence(command.mode, command.day) == state:
        return ()
    return (SurveyCadenceSet(partner_id=command.partner_id, mode=command.mode, day=command.day),)


def evolve(state: Cadence, event: SurveyCadenceSet) -> Cadence:
    del state
    return Cadence(event.mode, event.day)


def month_of(day: date) -> str:
    return f"{day.year:04}-{day.month:02}"


def first_day(month: str) -> date:
    """Return the first day of a month such as 2026-11. Raises Invalid for what is no month."""
    try:
        return date.fromisoformat(f"{month}-01")
    except ValueError:
        raise Invalid("month_malformed", "Write the month as 2026-11.", "month") from None


def month_before(month: str) -> str:
    """Return the month before. Raises Invalid for what is no month."""
    return month_of(first_day(month) - relativedelta(months=1))


def due_on(month: str, activated_at: datetime, time_zone: str, cadence: Cadence) -> date | None:
    """
    Return the local date in that month on which a survey is to be requested; None for the month of the
    activation and those before.

    Monthly is counted from the anchor, so that a case activated on the 31st is due on the 28th of February
    and on the 31st of March.
    """
    begin = first_day(month)
    anchor = activated_at.astimezone(ZoneInfo(time_zone)).date()
    months = (begin.year - anchor.year) * _MONTHS + begin.month - anchor.month
    if cadence.mode == 1 and cadence.day is not None:
        due = begin.replace(day=cadence.day)
        return due if due > anchor else None
    return anchor + relativedelta(months=months) if months > 0 else None

"""
Business days and deadlines, by country and time zone.

A business day is a day from Monday to Friday, in every country alike, that is no public holiday.
Which days are public holidays the library `holidays` knows: its category "public" only, days observed
instead of a weekend included, loaded per country and year when first asked for.
"""

import re
import sys
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.util import find_spec, module_from_spec
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

from shared.contracts.tasks import Deadline

WITHOUT_HOLIDAYS = "none"
EVERY_DAY = "calendar days"
GIVEN = "given"


def _load_countries_one_by_one() -> None:
    """
    Let the library import the countries that are asked for, each from its own module.

    It means to, but its package of countries begins by importing all 250, which is 8 MB in every process: so
    the package stands in for itself, with its modules to be found and nothing in it.
    """
    name = "holidays.countries"
    spec = find_spec(name)
    if spec is not None and name not in sys.modules:
        sys.modules[name] = module_from_spec(spec)


_load_countries_one_by_one()

_NAMED = re.compile(r"(?P<country>[A-Z]{2})(-(?P<subdivision>[A-Z0-9]+))?( \(weekends only\))?")

_ONE_DAY = timedelta(days=1)
_SMALLEST_STEP = timedelta.resolution
_FRIDAY = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """
    The business days of one company.

    `country` is ISO 3166-1 alpha-2 and `subdivision` the part after the dash of ISO 3166-2.
    With `observes_holidays` false every day from Monday to Friday is a business day.

    Raises ValueError for a time zone that is no IANA name.
    """

    country: str
    subdivision: str | None = None
    time_zone: str
    observes_holidays: bool = True

    def __post_init__(self) -> None:
        _zone(self.time_zone)

    @classmethod
    def named(cls, name: str, time_zone: str) -> "Calendar":
        """
        Return the calendar that a deadline was recorded with.

        One that names no country (`none`, `given`, `calendar days`) has the business days Monday to Friday.
        """
        found = _NAMED.fullmatch(name)
        if found is None:
            return cls(country="", time_zone=time_zone, observes_holidays=False)
        return cls(country=found["country"], subdivision=found["subdivision"], time_zone=time_zone)

    def without_holidays(self) -> "Calendar":
        """Return the calendar in which public holidays count as business days."""
        return replace(self, observes_holidays=False)

    @property
    def name(self) -> str:
        """
        The name that is recorded with a deadline, and says which holidays were really subtracted.

        `DE-BY` or `DK`; `none` where holidays are switched off. A subdivision that the library does not know
        is left out (`DE`: the country's own holidays count), and a country that it does not know gets
        weekends only: `XX (weekends only)`.
        """
        if not self.observes_holidays:
            return WITHOUT_HOLIDAYS
        subdivision = _known_subdivision(self.country, self.subdivision)
        if subdivision:
            return f"{self.country}-{subdivision}"
        return self.country if _is_known(self.country, None) else f"{self.country} (weekends only)"

    def is_business_day(self, day: date) -> bool:
        """Say whether people work on that local date."""
        if day.weekday() > _FRIDAY:
            return False
        if not self.observes_holidays:
            return True
        return day not in _public_holidays(
            self.country, _known_subdivision(self.country, self.subdivision), day.year
        )

    def at(self, day: date, wall_clock: time) -> datetime:
        """
        Return the instant, in UTC, at which the company's clocks show that time of that day.

        A time that does not exist becomes the first instant after the gap, one that exists twice the first.
        """
        return _instant(datetime.combine(day, wall_clock), _zone(self.time_zone))

    def local_date(self, instant: datetime) -> date:
        """Return the date on the company's clocks at that instant."""
        return instant.astimezone(_zone(self.time_zone)).date()

    def deadline(self, arrived_at: datetime, business_days: int) -> Deadline:
        """
        Return when something that arrived at that instant is due, and why.

        Due is the same wall-clock time that many business days later. What arrives on a day off counts as
        arriving at 00:00 of the next business day. A local time that does not exist becomes the first instant
        after the gap, and one that exists twice the first of the two. `skipped_days` are the local dates from
        arrival to deadline that were no business days, the day of arrival included.

        Raises ValueError for a naive datetime or a negative number of days.
        """
        if arrived_at.tzinfo is None:
            raise ValueError("a deadline needs an aware datetime: add an offset such as +01:00")
        if business_days < 0:
            raise ValueError(f"a deadline lies ahead, not {-business_days} business days back")
        zone = _zone(self.time_zone)
        arrived = arrived_at.astimezone(zone)
        day, wall_clock = arrived.date(), arrived.time()
        skipped: list[date] = []

        if not self.is_business_day(day):
            day, wall_clock = self._first_business_day(day, skipped), time.min
        for _ in range(business_days):
            day = self._first_business_day(day + _ONE_DAY, skipped)

        return Deadline(
            due_at=_instant(datetime.combine(day, wall_clock), zone),
            calendar=self.name,
            time_zone=self.time_zone,
            skipped_days=tuple(skipped),
            rule=f"{business_days} business day{'' if business_days == 1 else 's'}",
        )

    def calendar_days(self, arrived_at: datetime, days: int) -> Deadline:
        """Return the same wall-clock time that many days later, days off included; ValueError as above."""
        if arrived_at.tzinfo is None:
            raise ValueError("a deadline needs an aware datetime: add an offset such as +01:00")
        zone = _zone(self.time_zone)
        wall_clock = arrived_at.astimezone(zone).replace(tzinfo=None) + timedelta(days=days)
        return Deadline(
            due_at=_instant(wall_clock, zone),
            calendar=EVERY_DAY,
            time_zone=self.time_zone,
            skipped_days=(),
            rule=f"{days} calendar day{'' if days == 1 else 's'}",
        )

    def given(self, due_at: datetime, rule: str = "set by hand") -> Deadline:
        """Return a deadline that was set rather than counted, `rule` saying in words by what."""
        return Deadline(due_at=due_at, calendar=GIVEN, time_zone=self.time_zone, skipped_days=(), rule=rule)

    def business_time(self, begun: datetime, ended: datetime) -> timedelta:
        """
        Return how much of the wall-clock time between two instants lies on business days, 24 hours each.

        What is due after two business days was answered in time if this is two days or less, whichever
        nights, days off and changes of the clocks lie between.
        """
        zone = _zone(self.time_zone)
        start = begun.astimezone(zone).replace(tzinfo=None)
        end = ended.astimezone(zone).replace(tzinfo=None)
        total = timedelta()
        day = start.date()
        while day <= end.date():
            if self.is_business_day(day):
                midnight = datetime.combine(day, time.min)
                total += max(min(end, midnight + _ONE_DAY) - max(start, midnight), timedelta())
            day += _ONE_DAY
        return total

    def _first_business_day(self, day: date, skipped: list[date]) -> date:
        """Return the first business day from `day` on, adding the days passed over to `skipped`."""
        while not self.is_business_day(day):
            skipped.append(day)
            day += _ONE_DAY
        return day


def _instant(wall_clock: datetime, zone: ZoneInfo) -> datetime:
    """Return the first instant, in UTC, at which the zone's clocks show `wall_clock` or have skipped it."""
    before = wall_clock.replace(tzinfo=zone, fold=0)
    instant = before.astimezone(UTC)
    if instant.astimezone(zone).replace(tzinfo=None) == wall_clock:
        return instant
    return _end_of_gap(wall_clock.replace(tzinfo=zone, fold=1).astimezone(UTC), instant, zone)


def _end_of_gap(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the zone's offset changes; it lies after `before` and not after `after`."""
    new_offset = after.astimezone(zone).utcoffset()
    while after - before > _SMALLEST_STEP:
        middle = before + (after - before) // 2
        if middle.astimezone(zone).utcoffset() == new_offset:
            after = middle
        else:
            before = middle
    return after


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError(f"{name!r} is no IANA time zone such as Europe/Copenhagen") from error


def _known_subdivision(country: str, subdivision: str | None) -> str | None:
    return subdivision if subdivision and _is_known(country, subdivision) else None


@lru_cache(maxsize=1024)
def _is_known(country: str, subdivision: str | None) -> bool:
    try:
        holidays.country_holidays(country, subdiv=subdivision)
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=1024)
def _public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    if not _is_known(country, subdivision):
        return frozenset()
    return frozenset(
        holidays.country_holidays(country, subdiv=subdivision, years=year, categories=(holidays.PUBLIC,))
    )

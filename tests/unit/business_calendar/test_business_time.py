"""How much business time lies between two instants, and the calendars that deadlines were recorded with."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.business_calendar import Calendar

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DENMARK = Calendar(country="DK", time_zone="Europe/Copenhagen")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=COPENHAGEN)


@pytest.mark.parametrize(
    ("begun", "ended", "hours"),
    [
        pytest.param("2026-11-18T09:00", "2026-11-18T11:30", 2.5, id="the same day"),
        pytest.param("2026-11-18T22:00", "2026-11-19T02:00", 4, id="over a night"),
        pytest.param("2026-11-20T15:00", "2026-11-23T10:00", 19, id="over a weekend"),
        pytest.param("2026-11-21T10:00", "2026-11-22T10:00", 0, id="within a weekend"),
        pytest.param("2026-11-21T10:00", "2026-11-23T10:00", 10, id="from a Saturday on"),
        pytest.param("2026-11-20T15:00", "2026-11-24T15:00", 48, id="a reply at the last moment"),
        pytest.param("2026-04-01T12:00", "2026-04-07T12:00", 24, id="over Easter"),
        pytest.param("2026-12-31T12:00", "2027-01-04T12:00", 24, id="over new year"),
        pytest.param("2026-03-27T12:00", "2026-03-30T12:00", 24, id="over the night that loses an hour"),
        pytest.param("2026-10-23T12:00", "2026-10-26T12:00", 24, id="over the night that gains one"),
        pytest.param("2026-11-18T09:00", "2026-11-18T09:00", 0, id="at once"),
        pytest.param("2026-11-18T09:00", "2026-11-17T09:00", 0, id="before it was asked"),
    ],
)
def test_counts_wall_clock_hours_of_business_days(begun: str, ended: str, hours: float) -> None:
    assert DENMARK.business_time(local(begun), local(ended)) == timedelta(hours=hours)


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2028, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(0, 15),
)
def test_what_is_due_after_so_many_business_days_has_so_many(arrived: datetime, days: int) -> None:
    # Clocks in Denmark change on Sundays at night, so no deadline falls into a gap.
    begun = arrived.replace(tzinfo=UTC)

    due = DENMARK.deadline(begun, days).due_at

    assert DENMARK.business_time(begun, due) == timedelta(days=days)


@pytest.mark.parametrize(
    "calendar",
    [
        DENMARK,
        Calendar(country="DE", subdivision="BY", time_zone="Europe/Berlin"),
        Calendar(country="XX", time_zone="UTC"),
    ],
)
def test_a_recorded_calendar_counts_as_the_one_it_was(calendar: Calendar) -> None:
    deadline = calendar.deadline(datetime(2026, 12, 22, 12, tzinfo=UTC), 5)

    again = Calendar.named(deadline.calendar, deadline.time_zone)

    assert again.deadline(datetime(2026, 12, 22, 12, tzinfo=UTC), 5) == deadline


@pytest.mark.parametrize("name", ["none", "given", "calendar days", "something else"])
def test_one_without_a_country_has_monday_to_friday(name: str) -> None:
    calendar = Calendar.named(name, "Europe/Copenhagen")

    assert calendar.business_time(local("2026-12-24T12:00"), local("2026-12-28T12:00")) == timedelta(days=2)

"""What holds for every deadline, whatever the country, the zone and the instant."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from shared.business_calendar import Calendar

ZONES = [
    "Europe/Copenhagen",
    "Europe/London",
    "America/New_York",
    "America/Santiago",
    "Africa/Cairo",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Kiritimati",
    "UTC",
]
COUNTRIES = [
    ("DK", None),
    ("DE", "BY"),
    ("GB", "SCT"),
    ("FR", None),
    ("US", None),
    ("AE", None),
    ("XX", None),
]

calendars = st.builds(
    lambda place, zone, observes: Calendar(
        country=place[0], subdivision=place[1], time_zone=zone, observes_holidays=observes
    ),
    st.sampled_from(COUNTRIES),
    st.sampled_from(ZONES),
    st.booleans(),
)
instants = st.datetimes(datetime(2020, 1, 1), datetime(2034, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
days = st.integers(0, 15)


@given(calendars, instants, days)
def test_a_deadline_is_a_business_day_and_never_before_the_arrival(
    calendar: Calendar, arrived: datetime, business_days: int
) -> None:
    due = calendar.deadline(arrived, business_days).due_at

    # With no days to go, the second of two equal hours is due at the first.
    assert due >= arrived or (business_days == 0 and arrived - due <= timedelta(hours=1))
    assert calendar.is_business_day(due.astimezone(ZoneInfo(calendar.time_zone)).date())


@given(calendars, instants, st.integers(1, 15))
def test_exactly_that_many_business_days_lie_between(
    calendar: Calendar, arrived: datetime, business_days: int
) -> None:
    zone = ZoneInfo(calendar.time_zone)
    first = arrived.astimezone(zone).date()

    deadline = calendar.deadline(arrived, business_days)

    last = deadline.due_at.astimezone(zone).date()
    between = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    worked = [day for day in between if calendar.is_business_day(day)]
    assert len(worked) == business_days + 1
    assert set(deadline.skipped_days) == set(between) - set(worked)
    assert all(earlier < later for earlier, later in pairwise(deadline.skipped_days))


@given(calendars, instants, st.integers(1, 15))
def test_the_wall_clock_shows_what_it_showed_on_arrival_unless_clocks_skip_that_time(
    calendar: Calendar, arrived: datetime, business_days: int
) -> None:
    zone = ZoneInfo(calendar.time_zone)
    then = arrived.astimezone(zone)

    due = calendar.deadline(arrived, business_days).due_at.astimezone(zone)

    wanted = then.time() if calendar.is_business_day(then.date()) else datetime.min.time()
    moments_before = (due.astimezone(UTC) - timedelta.resolution).astimezone(zone)
    clocks_jumped = due.utcoffset() != moments_before.utcoffset()
    # In full, since clocks may skip midnight too.
    skipped = moments_before.replace(tzinfo=None) < datetime.combine(due, wanted) < due.replace(tzinfo=None)
    assert due.time() == wanted or (clocks_jumped and skipped)


@given(calendars, instants, st.integers(0, 14))
def test_one_more_business_day_is_due_later(
    calendar: Calendar, arrived: datetime, business_days: int
) -> None:
    assert (
        calendar.deadline(arrived, business_days).due_at
        < calendar.deadline(arrived, business_days + 1).due_at
    )


@given(instants, st.timedeltas(timedelta(0), timedelta(days=10)), days)
def test_what_arrives_later_is_never_due_earlier_where_clocks_do_not_change(
    arrived: datetime, delay: timedelta, business_days: int
) -> None:
    calendar = Calendar(country="IN", time_zone="Asia/Kolkata")

    assert (
        calendar.deadline(arrived, business_days).due_at
        <= calendar.deadline(arrived + delay, business_days).due_at
    )


@given(calendars, instants, days)
def test_the_same_instant_in_another_zone_is_due_at_the_same_time(
    calendar: Calendar, arrived: datetime, business_days: int
) -> None:
    elsewhere = arrived.astimezone(ZoneInfo("Asia/Tokyo"))

    assert calendar.deadline(elsewhere, business_days) == calendar.deadline(arrived, business_days)

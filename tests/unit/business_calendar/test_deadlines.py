"""The deadline rule, example by example, on the real calendars of countries and zones."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from shared.business_calendar import Calendar

COPENHAGEN = "Europe/Copenhagen"
BERLIN = "Europe/Berlin"
NEW_YORK = "America/New_York"
CAIRO = "Africa/Cairo"


def calendar(
    country: str, time_zone: str, *, subdivision: str | None = None, observes_holidays: bool = True
) -> Calendar:
    return Calendar(
        country=country, subdivision=subdivision, time_zone=time_zone, observes_holidays=observes_holidays
    )


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


DENMARK = calendar("DK", COPENHAGEN)
GERMANY = calendar("DE", BERLIN)
BAVARIA = calendar("DE", BERLIN, subdivision="BY")
ENGLAND = calendar("GB", "Europe/London", subdivision="ENG")
SCOTLAND = calendar("GB", "Europe/London", subdivision="SCT")
FRANCE = calendar("FR", "Europe/Paris")
POLAND = calendar("PL", "Europe/Warsaw")
SWEDEN = calendar("SE", "Europe/Stockholm")
USA = calendar("US", NEW_YORK)
EMIRATES = calendar("AE", "Asia/Dubai")
INDIA = calendar("IN", "Asia/Kolkata")


@pytest.mark.parametrize(
    ("company", "arrived", "due"),
    [
        pytest.param(DENMARK, "2026-11-16T09:30", "2026-11-18T09:30", id="within a week"),
        pytest.param(DENMARK, "2026-11-20T15:00", "2026-11-24T15:00", id="Friday 15:00 to Tuesday 15:00"),
        pytest.param(DENMARK, "2026-11-19T15:00", "2026-11-23T15:00", id="Thursday to Monday"),
        pytest.param(DENMARK, "2026-11-21T10:00", "2026-11-25T00:00", id="Saturday 10:00 to Wednesday 00:00"),
        pytest.param(DENMARK, "2026-11-22T23:59:59.999999", "2026-11-25T00:00", id="the end of Sunday"),
        pytest.param(DENMARK, "2026-11-23T00:00", "2026-11-25T00:00", id="Monday midnight is no day off"),
        # Easter 2026: Thursday 2 April (Denmark only), Friday 3 April, Monday 6 April.
        pytest.param(DENMARK, "2026-04-01T12:00", "2026-04-08T12:00", id="Easter in Denmark"),
        pytest.param(DENMARK, "2026-04-03T12:00", "2026-04-09T00:00", id="arrives on Good Friday"),
        pytest.param(GERMANY, "2026-04-01T12:00", "2026-04-07T12:00", id="Easter in Germany"),
        pytest.param(SWEDEN, "2026-04-01T12:00", "2026-04-07T12:00", id="Good Friday in Sweden"),
        pytest.param(FRANCE, "2026-04-01T12:00", "2026-04-03T12:00", id="France works on Good Friday"),
        pytest.param(FRANCE, "2026-04-02T12:00", "2026-04-07T12:00", id="but not on Easter Monday"),
        pytest.param(USA, "2026-04-02T12:00", "2026-04-06T12:00", id="the United States work at Easter"),
        # Epiphany, Tuesday 6 January 2026: Bavaria, Poland and Sweden, not all of Germany.
        pytest.param(GERMANY, "2026-01-05T10:00", "2026-01-07T10:00", id="Germany works on Epiphany"),
        pytest.param(BAVARIA, "2026-01-05T10:00", "2026-01-08T10:00", id="Bavaria does not"),
        pytest.param(POLAND, "2026-01-05T10:00", "2026-01-08T10:00", id="nor does Poland"),
        pytest.param(SWEDEN, "2026-01-05T10:00", "2026-01-08T10:00", id="nor does Sweden"),
        # Christmas 2026 is a Friday; new year 2027 is a Friday too.
        pytest.param(DENMARK, "2026-12-24T12:00", "2026-12-29T12:00", id="over Christmas in Denmark"),
        pytest.param(POLAND, "2026-12-23T12:00", "2026-12-29T12:00", id="Christmas Eve is off in Poland"),
        pytest.param(ENGLAND, "2026-12-24T12:00", "2026-12-30T12:00", id="Boxing Day moves to Monday"),
        pytest.param(DENMARK, "2026-12-31T12:00", "2027-01-05T12:00", id="over the end of the year"),
        pytest.param(GERMANY, "2025-12-31T18:00", "2026-01-05T18:00", id="new year on a Thursday"),
        pytest.param(ENGLAND, "2025-12-31T12:00", "2026-01-05T12:00", id="England works on 2 January"),
        pytest.param(SCOTLAND, "2025-12-31T12:00", "2026-01-06T12:00", id="Scotland does not"),
        pytest.param(USA, "2021-12-30T12:00", "2022-01-04T12:00", id="new year observed in the old year"),
        pytest.param(USA, "2026-07-02T12:00", "2026-07-07T12:00", id="4 July observed on Friday the third"),
        pytest.param(USA, "2026-11-25T12:00", "2026-11-30T12:00", id="Thanksgiving, not the day after"),
        pytest.param(ENGLAND, "2026-05-01T12:00", "2026-05-06T12:00", id="a holiday on Monday"),
        pytest.param(GERMANY, "2026-04-30T12:00", "2026-05-05T12:00", id="a holiday on Friday"),
        # Friday and Saturday were the Emirates' weekend until 2021; here all work Monday to Friday.
        pytest.param(EMIRATES, "2021-02-11T12:00", "2021-02-15T12:00", id="Friday is business everywhere"),
        pytest.param(EMIRATES, "2026-12-01T12:00", "2026-12-07T12:00", id="National Day, two days"),
        pytest.param(INDIA, "2026-01-23T12:00", "2026-01-28T12:00", id="Republic Day, half-hour offset"),
    ],
)
def test_is_due_at_the_same_wall_clock_time_two_business_days_later(
    company: Calendar, arrived: str, due: str
) -> None:
    deadline = company.deadline(local(arrived, company.time_zone), 2)

    assert deadline.due_at.astimezone(ZoneInfo(company.time_zone)) == local(due, company.time_zone)
    assert deadline.due_at.tzinfo == UTC


@pytest.mark.parametrize(
    ("company", "arrived_utc", "due_utc"),
    [
        # Europe changes on 29 March and 25 October 2026, America on 8 March and 1 November.
        pytest.param(DENMARK, "2026-03-27T14:00Z", "2026-03-31T13:00Z", id="Europe loses an hour"),
        pytest.param(DENMARK, "2026-10-23T13:00Z", "2026-10-27T14:00Z", id="Europe gains an hour"),
        pytest.param(USA, "2026-03-06T20:00Z", "2026-03-10T19:00Z", id="America loses an hour"),
        pytest.param(USA, "2026-10-30T19:00Z", "2026-11-03T20:00Z", id="America gains an hour"),
        pytest.param(INDIA, "2026-10-23T09:30Z", "2026-10-27T09:30Z", id="no daylight saving"),
        pytest.param(DENMARK, "2026-03-29T00:30Z", "2026-03-31T22:00Z", id="arrives on the short Sunday"),
        pytest.param(DENMARK, "2026-10-25T00:30Z", "2026-10-27T23:00Z", id="arrives in the doubled hour"),
        pytest.param(DENMARK, "2026-11-20T22:59:59Z", "2026-11-24T22:59:59Z", id="still Friday there"),
        pytest.param(DENMARK, "2026-11-20T23:00Z", "2026-11-24T23:00Z", id="already Saturday there"),
        pytest.param(USA, "2026-11-21T04:00Z", "2026-11-25T04:00Z", id="Friday in New York"),
    ],
)
def test_counts_in_the_time_zone_of_the_company(company: Calendar, arrived_utc: str, due_utc: str) -> None:
    deadline = company.deadline(datetime.fromisoformat(arrived_utc), 2)

    assert deadline.due_at == datetime.fromisoformat(due_utc)


class TestLocalTimesThatClocksSkipOrRepeat:
    """Egypt changes its clocks in the night to Friday, so that business days are hit."""

    EGYPT = calendar("EG", CAIRO, observes_holidays=False)

    def test_a_time_that_does_not_exist_becomes_the_first_instant_after(self) -> None:
        arrived = local("2023-04-26T00:30", CAIRO)

        deadline = self.EGYPT.deadline(arrived, 2)

        # Friday 28 April began at 01:00 (UTC+3): 00:30 was never shown.
        assert deadline.due_at == datetime(2023, 4, 27, 22, 0, tzinfo=UTC)

    def test_a_midnight_that_does_not_exist_becomes_the_first_instant_of_the_day(self) -> None:
        arrived = local("2023-04-26T00:00", CAIRO)

        deadline = self.EGYPT.deadline(arrived, 2)

        assert deadline.due_at.astimezone(ZoneInfo(CAIRO)) == local("2023-04-28T01:00", CAIRO)

    def test_a_time_that_exists_twice_is_the_first_of_the_two(self) -> None:
        arrived = local("2023-10-24T23:30", CAIRO)

        deadline = self.EGYPT.deadline(arrived, 2)

        # Thursday 26 October showed 23:30 at UTC+3 and, an hour later, at UTC+2.
        assert deadline.due_at == datetime(2023, 10, 26, 20, 30, tzinfo=UTC)

    def test_an_arrival_in_the_second_of_two_equal_hours_keeps_its_wall_clock_time(self) -> None:
        arrived = datetime(2023, 10, 26, 21, 30, tzinfo=UTC)

        deadline = self.EGYPT.deadline(arrived, 2)

        assert deadline.due_at.astimezone(ZoneInfo(CAIRO)) == local("2023-10-30T23:30", CAIRO)

    def test_half_an_hour_is_found_exactly_too(self) -> None:
        """Pyongyang went from 23:30 on Friday 4 May 2018 straight to Saturday."""
        pyongyang = calendar("KP", "Asia/Pyongyang", observes_holidays=False)

        deadline = pyongyang.deadline(local("2018-05-02T23:45", "Asia/Pyongyang"), 2)

        assert deadline.due_at == datetime(2018, 5, 4, 15, 0, tzinfo=UTC)


class TestWhatIsRecorded:
    def test_the_weekend_between_is_named(self) -> None:
        deadline = DENMARK.deadline(local("2026-11-20T15:00", COPENHAGEN), 2)

        assert deadline.calendar == "DK"
        assert deadline.time_zone == COPENHAGEN
        assert deadline.skipped_days == (date(2026, 11, 21), date(2026, 11, 22))

    def test_the_day_off_on_which_it_arrived_is_named_too(self) -> None:
        deadline = BAVARIA.deadline(local("2026-01-06T10:00", BERLIN), 2)

        assert deadline.calendar == "DE-BY"
        assert deadline.skipped_days == (date(2026, 1, 6),)

    def test_no_day_is_named_where_none_was_skipped(self) -> None:
        deadline = DENMARK.deadline(local("2026-11-16T09:30", COPENHAGEN), 2)

        assert deadline.skipped_days == ()

    def test_holidays_that_are_switched_off_are_business_days(self) -> None:
        stubborn = calendar("DK", COPENHAGEN, observes_holidays=False)

        deadline = stubborn.deadline(local("2026-12-24T12:00", COPENHAGEN), 2)

        assert deadline.calendar == "none"
        assert deadline.skipped_days == (date(2026, 12, 26), date(2026, 12, 27))
        assert deadline.due_at == datetime(2026, 12, 28, 11, 0, tzinfo=UTC)

    def test_an_unknown_subdivision_leaves_the_holidays_of_the_country(self) -> None:
        somewhere = calendar("DE", BERLIN, subdivision="XX")

        deadline = somewhere.deadline(local("2026-12-24T12:00", BERLIN), 2)

        assert deadline.calendar == "DE"
        assert date(2026, 12, 25) in deadline.skipped_days

    def test_an_unknown_country_has_weekends_only_and_says_so(self) -> None:
        nowhere = calendar("XX", "UTC")

        deadline = nowhere.deadline(datetime(2026, 12, 24, 12, tzinfo=UTC), 2)

        assert deadline.calendar == "XX (weekends only)"
        assert deadline.skipped_days == (date(2026, 12, 26), date(2026, 12, 27))


class TestRefuses:
    def test_a_naive_time(self) -> None:
        with pytest.raises(ValueError, match="aware"):
            DENMARK.deadline(datetime(2026, 11, 20, 15), 2)  # noqa: DTZ001 - the mistake under test

    def test_a_negative_number_of_days(self) -> None:
        with pytest.raises(ValueError, match="ahead"):
            DENMARK.deadline(local("2026-11-20T15:00", COPENHAGEN), -1)

    @pytest.mark.parametrize("name", ["Europe/Atlantis", "", "../etc/passwd", "Europe", "CET+1\0"])
    def test_what_is_no_time_zone(self, name: str) -> None:
        with pytest.raises(ValueError, match="no IANA time zone"):
            calendar("DK", name)

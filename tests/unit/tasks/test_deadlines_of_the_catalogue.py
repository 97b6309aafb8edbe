"""When each type of task is due, example by example: countries, weekends, holidays and clock changes."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from services.tasks.catalogue import KINDS, types_of
from shared.business_calendar import Calendar
from shared.contracts.tasks import TYPE_LABELS, Tab, TaskType

DENMARK = Calendar(country="DK", time_zone="Europe/Copenhagen")
GERMANY = Calendar(country="DE", time_zone="Europe/Berlin")
BAVARIA = Calendar(country="DE", subdivision="BY", time_zone="Europe/Berlin")
ENGLAND = Calendar(country="GB", subdivision="ENG", time_zone="Europe/London")
POLAND = Calendar(country="PL", time_zone="Europe/Warsaw")
USA = Calendar(country="US", time_zone="America/New_York")

eg = pytest.param


def local(text: str, calendar: Calendar) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(calendar.time_zone))


@pytest.mark.parametrize(
    ("type_", "company", "asked", "due"),
    [
        # A reply: two business days.
        eg("ReplyToChat", DENMARK, "2026-11-20T15:00", "2026-11-24T15:00", id="Friday's question"),
        eg("ReplyToChat", DENMARK, "2026-12-30T10:00", "2027-01-04T10:00", id="over new year"),
        # More information: five business days.
        eg("MoreInfoNeeded", GERMANY, "2026-11-16T09:00", "2026-11-23T09:00", id="a whole week"),
        eg("MoreInfoNeeded", DENMARK, "2026-03-30T09:00", "2026-04-09T09:00", id="a week of Easter"),
        eg("MoreInfoNeeded", POLAND, "2026-12-22T09:00", "2026-12-31T09:00", id="Christmas Eve off"),
        eg("MoreInfoNeeded", USA, "2026-11-23T09:00", "2026-12-01T09:00", id="Thanksgiving"),
        # A paused case: fourteen business days, for either side by its own calendar.
        eg("ClientInputRequired", DENMARK, "2026-11-20T15:00", "2026-12-10T15:00", id="client"),
        eg("FollowUpPausedCase", DENMARK, "2026-12-14T12:00", "2027-01-05T12:00", id="two years"),
        eg("FollowUpPausedCase", BAVARIA, "2026-12-15T12:00", "2027-01-07T12:00", id="Epiphany too"),
        eg("FollowUpPausedCase", ENGLAND, "2026-12-14T12:00", "2027-01-06T12:00", id="28 December"),
        eg("ClientInputRequired", USA, "2026-10-26T09:00", "2026-11-16T09:00", id="Veterans Day"),
        # A new case: 24 hours without the weekend; holidays do not stop the clock.
        eg("VerifyNewCase", DENMARK, "2026-11-18T10:00", "2026-11-19T10:00", id="within a week"),
        eg("VerifyNewCase", DENMARK, "2026-11-20T15:00", "2026-11-23T15:00", id="over a weekend"),
        eg("VerifyNewCase", DENMARK, "2026-11-21T15:00", "2026-11-24T00:00", id="on a Saturday"),
        eg("VerifyNewCase", DENMARK, "2026-04-02T12:00", "2026-04-03T12:00", id="Good Friday"),
        eg("VerifyNewCase", DENMARK, "2026-04-03T12:00", "2026-04-06T12:00", id="Easter Monday"),
        # A complaint: ten calendar days.
        eg("RespondToComplaint", DENMARK, "2026-12-20T08:00", "2026-12-30T08:00", id="Christmas"),
        eg("RespondToComplaint", DENMARK, "2026-12-28T08:00", "2027-01-07T08:00", id="year's end"),
        eg("RespondToComplaint", USA, "2026-02-25T08:00", "2026-03-07T08:00", id="February's end"),
        # A choice: fourteen calendar days.
        eg("SelectQuoteWinner", DENMARK, "2026-11-20T15:00", "2026-12-04T15:00", id="a fortnight"),
    ],
)
def test_is_due(type_: TaskType, company: Calendar, asked: str, due: str) -> None:
    deadline = KINDS[type_].rule(local(asked, company), company)

    assert deadline.due_at.astimezone(ZoneInfo(company.time_zone)) == local(due, company)
    assert deadline.due_at.tzinfo == UTC


@pytest.mark.parametrize(
    ("type_", "company", "asked_utc", "due_utc"),
    [
        # Europe changes on 29 March and 25 October 2026, America on 8 March and 1 November.
        eg("VerifyNewCase", DENMARK, "2026-03-27T14:00Z", "2026-03-30T13:00Z", id="an hour less"),
        eg("VerifyNewCase", DENMARK, "2026-10-23T13:00Z", "2026-10-26T14:00Z", id="an hour more"),
        eg("RespondToComplaint", DENMARK, "2026-03-19T01:30Z", "2026-03-29T01:00Z", id="no 02:30"),
        eg("RespondToComplaint", DENMARK, "2026-10-15T00:30Z", "2026-10-25T00:30Z", id="02:30 twice"),
        eg("RespondToComplaint", USA, "2026-10-28T14:00Z", "2026-11-07T15:00Z", id="in America"),
        eg("MoreInfoNeeded", USA, "2026-03-06T20:00Z", "2026-03-13T19:00Z", id="a week in March"),
    ],
)
def test_keeps_its_wall_clock_time_when_clocks_change(
    type_: TaskType, company: Calendar, asked_utc: str, due_utc: str
) -> None:
    deadline = KINDS[type_].rule(datetime.fromisoformat(asked_utc), company)

    assert deadline.due_at == datetime.fromisoformat(due_utc)


@pytest.mark.parametrize(
    ("type_", "rule", "calendar"),
    [
        ("ReplyToChat", "2 business days", "DE-BY"),
        ("ClientInputRequired", "14 business days", "DE-BY"),
        ("VerifyNewCase", "1 business day", "none"),
        ("RespondToComplaint", "10 calendar days", "calendar days"),
    ],
)
def test_tells_how_it_was_counted(type_: TaskType, rule: str, calendar: str) -> None:
    deadline = KINDS[type_].rule(local("2026-11-20T15:00", BAVARIA), BAVARIA)

    assert (deadline.rule, deadline.calendar, deadline.time_zone) == (rule, calendar, "Europe/Berlin")


def test_every_type_stands_in_the_catalogue_once() -> None:
    assert set(KINDS) == set(TYPE_LABELS)


@pytest.mark.parametrize(
    ("tab", "type_"),
    [("messages", "ReplyToChat"), ("new_cases", "ProvideQuote"), ("case_updates", "ReplyToCaseSurvey")],
)
def test_every_type_stands_in_one_tab(tab: Tab, type_: TaskType) -> None:
    tabs: tuple[Tab, ...] = ("messages", "new_cases", "case_updates")

    assert type_ in types_of(tab)
    assert sorted(name for each in tabs for name in types_of(each)) == sorted(KINDS)


def test_only_partners_duties_and_replies_are_measured() -> None:
    measured = {kind.type for kind in KINDS.values() if kind.sla}

    assert measured == {"ReplyToChat", "VerifyNewCase", "ReplyToCaseSurvey", "RespondToComplaint"}


def test_a_title_needs_no_case() -> None:
    assert KINDS["SignContract"].title(None) == "Sign Contract"
    assert KINDS["VerifyNewCase"].title("NV-1001") == "Review New Case: case NV-1001"

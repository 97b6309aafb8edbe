"""On which day of a month a survey is due to be requested."""

from datetime import UTC, date, datetime
from uuid import uuid4

import pytest

from services.surveys.commands import SetCadence
from services.surveys.decider.cadence import Cadence, decide, due_on, evolve, first_day
from shared.errors import Invalid

BERLIN = "Europe/Berlin"


def activated(year: int, month: int, day: int, hour: int = 12) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("month", "due"),
    [
        ("2026-12", None),
        ("2027-01", None),
        ("2027-02", date(2027, 2, 28)),
        ("2027-03", date(2027, 3, 31)),
        ("2027-04", date(2027, 4, 30)),
        ("2028-02", date(2028, 2, 29)),
        ("2028-03", date(2028, 3, 31)),
    ],
)
def test_the_thirty_first_comes_back_after_a_short_month(month: str, due: date | None) -> None:
    assert due_on(month, activated(2027, 1, 31), BERLIN, Cadence()) == due


def test_the_day_is_that_of_the_partners_zone() -> None:
    late_in_the_evening = activated(2026, 10, 31, 23)

    assert due_on("2026-11", late_in_the_evening, BERLIN, Cadence()) is None
    assert due_on("2026-12", late_in_the_evening, BERLIN, Cadence()) == date(2026, 12, 1)
    assert due_on("2026-11", late_in_the_evening, "America/New_York", Cadence()) == date(2026, 11, 30)


def test_with_mode_one_all_are_due_on_one_day() -> None:
    cadence = Cadence(1, 15)

    assert due_on("2026-11", activated(2026, 10, 31), BERLIN, cadence) == date(2026, 11, 15)
    assert due_on("2026-11", activated(2026, 11, 2), BERLIN, cadence) == date(2026, 11, 15)
    assert due_on("2026-11", activated(2026, 11, 15), BERLIN, cadence) is None


def test_what_is_no_month_is_refused() -> None:
    with pytest.raises(Invalid, match="2026-11"):
        first_day("2026-13")


@pytest.mark.parametrize(("mode", "day"), [(1, None), (1, 0), (1, 29), (0, 3)])
def test_a_cadence_that_is_none_is_refused(mode: int, day: int | None) -> None:
    with pytest.raises(Invalid):
        decide(SetCadence(partner_id=uuid4(), mode=mode, day=day), Cadence())  # type: ignore[arg-type]


def test_the_same_cadence_again_changes_nothing() -> None:
    command = SetCadence(partner_id=uuid4(), mode=1, day=15)
    (event,) = decide(command, Cadence())

    assert decide(command, evolve(Cadence(), event)) == ()

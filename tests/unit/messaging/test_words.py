"""Words of a text in no particular language, and what a search for them finds."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.messaging.places import PAST_EVERYTHING, company_term, month, place
from services.messaging.words import WORD_MAX_CHARACTERS, matches, snippet, words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Do you accept? Do you?", ["do", "you", "accept"]),
        ("NV-1001, anna@nordvik.example", ["nv", "1001", "anna", "nordvik", "example"]),
        ("Möbel MÖBEL mobel", ["mobel"]),
        ("Straße", ["strasse"]),
        ("ﬁnal snake_case ½", ["final", "snake", "case", "12"]),
        ("请付款", ["请付款"]),
        (" … !", []),
        ("x" * 200, ["x" * WORD_MAX_CHARACTERS]),
    ],
)
def test_words(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text())
def test_words_are_of_letters_and_digits_and_stay_what_they_are(text: str) -> None:
    found = words(text)

    assert all(word.isalnum() for word in found)
    assert words(" ".join(found)) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("pay half", True),
        ("half pay", True),
        ("pay hal", True),
        ("ha", False),
        ("hal pay", False),
        ("", False),
        ("pay twice", False),
    ],
)
def test_whole_words_are_found_and_the_beginning_of_the_last(wanted: str, found: bool) -> None:  # noqa: FBT001
    assert matches(words(wanted), words("They pay one half now")) is found


def test_a_snippet_is_one_line_around_the_first_word_found() -> None:
    text = "a " * 300 + "the\n half  is paid " + "b " * 300

    cut = snippet(text, ["half"])

    assert "the half is paid" in cut
    assert cut.startswith("… ")
    assert cut.endswith(" …")
    assert snippet("Half is paid", ["half"]) == "Half is paid"


def test_places_are_in_order_of_months_then_positions() -> None:
    november = datetime(2026, 11, 30, 23, 59, tzinfo=UTC)
    # In Auckland it is December already; all months are counted in one zone.
    same_moment = november.astimezone(timezone(timedelta(hours=13)))
    december = datetime(2026, 12, 1, tzinfo=UTC)

    assert place(november, 9) == place(same_moment, 9) < place(november, 10) < place(december, 1)
    assert month(place(november, 10)) + 1 == month(place(december, 1))
    assert place(december, 10**12 - 1) < PAST_EVERYTHING


def test_the_term_of_a_company_is_no_word() -> None:
    assert words(company_term(uuid4(), 24323)) != [company_term(uuid4(), 24323)]
    assert company_term(uuid4(), 1).startswith("#")

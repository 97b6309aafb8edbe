"""Cursors are opaque to clients and read strictly."""

import base64
from uuid import UUID

import pytest

from services.messaging import cursors
from shared.errors import Invalid

SCOPE = cursors.scope("cases", "Active")


def encoded(content: str) -> str:
    return base64.urlsafe_b64encode(content.encode()).rstrip(b"=").decode()


def test_a_cursor_gives_back_the_key_it_was_made_of() -> None:
    assert cursors.parse(SCOPE, cursors.text(SCOPE, 4711), default=1) == 4711


def test_no_cursor_is_the_first_page() -> None:
    assert cursors.parse(SCOPE, None, default=99) == 99


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "x",
        "nonsense!",
        "æøå",
        "\x00",
        "\ud800",
        cursors.text(SCOPE, 7) + "=",
        cursors.text(SCOPE, 7) + "\n",
        " " + cursors.text(SCOPE, 7),
        cursors.text(SCOPE, 7)[:-1],
        cursors.text(cursors.scope("cases", None), 7),
        cursors.text(cursors.scope("messages", UUID(int=7), None), 7),
        encoded(f"{SCOPE}|0"),
        encoded(f"{SCOPE}|-1"),
        encoded(f"{SCOPE}|007"),
        encoded(f"{SCOPE}|\N{ARABIC-INDIC DIGIT SEVEN}"),
        encoded(f"{SCOPE}|" + "9" * 40),
        encoded(f"{SCOPE}|7|7"),
        "A" * 100_000,
    ],
)
def test_nonsense_and_cursors_of_other_lists_are_refused(nonsense: str) -> None:
    with pytest.raises(Invalid) as refusal:
        cursors.parse(SCOPE, nonsense, default=1)

    assert (refusal.value.code, refusal.value.field) == ("bad_cursor", "cursor")

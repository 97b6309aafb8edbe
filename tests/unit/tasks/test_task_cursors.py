"""Cursors of task lists come back exactly or are refused."""

import base64
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.tasks.cursors import Cursor, ListName
from shared.errors import Invalid

SOME = Cursor("open", datetime(2026, 11, 24, 14, 0, 0, 123456, tzinfo=UTC), UUID(int=7))


def encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@given(
    st.sampled_from(["open", "solved"]),
    st.datetimes(datetime(1970, 1, 1), datetime(5000, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - hypothesis adds the zone
    st.uuids(),
)
def test_a_cursor_comes_back_as_it_was(name: ListName, time: datetime, id_: UUID) -> None:
    cursor = Cursor(name, time, id_)

    assert Cursor.parse(cursor.text) == cursor


@pytest.mark.parametrize(
    "nonsense",
    [
        pytest.param("", id="empty"),
        pytest.param("nonsense", id="no cursor at all"),
        pytest.param("%00", id="not base64url"),
        pytest.param("ü", id="not ASCII"),
        pytest.param("\udc80", id="a lone surrogate"),
        pytest.param(SOME.text + "=", id="padded"),
        pytest.param(SOME.text + "\n", id="with a line feed"),
        pytest.param(SOME.text[:-1], id="cut off"),
        pytest.param(SOME.text * 20, id="too long"),
        pytest.param(encoded(b"closed:1:" + b"0" * 32), id="another list"),
        pytest.param(encoded(b"open:-1:" + b"0" * 32), id="before 1970"),
        pytest.param(encoded(b"open:01:" + b"0" * 32), id="a second spelling of a number"),
        pytest.param(encoded(b"open:1:" + b"A" * 32), id="a second spelling of an id"),
        pytest.param(encoded(b"open:99999999999999999999:" + b"0" * 32), id="beyond time"),
        pytest.param(encoded("open:\u0661:".encode() + b"0" * 32), id="foreign digits"),
        pytest.param(encoded(b"\xff\xfe"), id="no text"),
    ],
)
def test_anything_else_is_refused(nonsense: str) -> None:
    with pytest.raises(Invalid) as refusal:
        Cursor.parse(nonsense)

    assert (refusal.value.code, refusal.value.field) == ("bad_cursor", "cursor")


@given(st.text(max_size=200))
def test_no_text_does_more_than_be_refused(text: str) -> None:
    try:
        cursor = Cursor.parse(text)
    except Invalid:
        return
    assert cursor.text == text

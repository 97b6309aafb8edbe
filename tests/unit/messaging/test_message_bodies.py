"""What may be said: something that can be seen, not too long, and storable."""

import pytest

from services.messaging.decider import shapes
from shared.contracts.messaging import MESSAGE_MAX_CHARACTERS
from shared.errors import Invalid


@pytest.mark.parametrize("body", ["Yes.", "\n  indented\n", "👍", "x" * MESSAGE_MAX_CHARACTERS, "a\u200bb"])
def test_a_body_is_kept_as_it_was_written(body: str) -> None:
    assert shapes.message_body(body) == body


@pytest.mark.parametrize("body", ["", " \n\t", "\u200b\u200d", " \u00a0\ufeff "])
def test_a_body_in_which_nothing_can_be_seen_is_refused(body: str) -> None:
    with pytest.raises(Invalid) as refusal:
        shapes.message_body(body)

    assert refusal.value.code == "body_blank"


def test_a_body_that_is_too_long_is_refused() -> None:
    with pytest.raises(Invalid) as refusal:
        shapes.message_body("x" * (MESSAGE_MAX_CHARACTERS + 1))

    assert refusal.value.code == "body_too_long"


@pytest.mark.parametrize("body", ["a\x00b", "a\ud800b"])
def test_a_body_that_cannot_be_stored_is_refused(body: str) -> None:
    with pytest.raises(Invalid):
        shapes.message_body(body)

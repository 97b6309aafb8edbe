"""The outside of cursors: where a page ended, as text that is opaque to clients and read strictly."""

import base64

from shared.errors import Invalid

_LONGEST = 500


def encode(content: str) -> str:
    """Return the text that stands for ASCII `content`: base64url without padding."""
    return base64.urlsafe_b64encode(content.encode("ascii")).decode().rstrip("=")


def decode(cursor: str) -> str:
    """
    Return the content that `encode` made this text from. Raises Invalid where it made none like it.

    What the content means is for the list that made it; it raises `bad_cursor()` for what it does not know.
    """
    if len(cursor) > _LONGEST:
        raise bad_cursor()
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        raise bad_cursor() from None
    if encode(content) != cursor:
        raise bad_cursor()
    return content


def bad_cursor() -> Invalid:
    """Return the refusal of a cursor that was cut, changed, made up or taken from another list."""
    return Invalid(
        "bad_cursor", "This is no cursor of this list: give `next_cursor` of an earlier page.", "cursor"
    )

"""
Cursors of pages: opaque to clients, and read strictly.

A cursor holds the list it belongs to (its scope: which things, how filtered) and the key of the last row of
a page. One that was cut, changed, made up or taken from another list is refused.
"""

import base64
import binascii
import re

from shared.errors import Invalid

_CONTENT = re.compile(r"(?P<scope>[^|]*)\|(?P<key>[1-9][0-9]{0,17})", re.ASCII)


def scope(*parts: object) -> str:
    """Return the name of a list: what is in it and by what it is narrowed."""
    return ":".join("" if part is None else str(part) for part in parts)


def text(scope: str, key: int) -> str:
    """Return the cursor of the page that begins past `key` in the list `scope`."""
    return base64.urlsafe_b64encode(f"{scope}|{key}".encode()).rstrip(b"=").decode()


def parse(scope: str, cursor: str | None, *, default: int) -> int:
    """Return the key in the cursor, `default` without one. Raises Invalid where it is none of this list."""
    if cursor is None:
        return default
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        content = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except (UnicodeError, binascii.Error):
        raise _bad_cursor() from None
    match = _CONTENT.fullmatch(content)
    if match is None or match["scope"] != scope or text(scope, int(match["key"])) != cursor:
        raise _bad_cursor()
    return int(match["key"])


def _bad_cursor() -> Invalid:
    return Invalid(
        "bad_cursor", "This is no cursor of this list: give `next_cursor` of an earlier page.", "cursor"
    )

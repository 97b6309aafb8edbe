"""
Cursors of pages that are found by one number, such as a position or a version.

A cursor holds the list it belongs to (its scope: which things, how filtered) and the key of a page's end.
"""

import re

from shared.cursors import bad_cursor, decode, encode

_CONTENT = re.compile(r"(?P<scope>[^|]*)\|(?P<key>[1-9][0-9]{0,17})", re.ASCII)


def scope(*parts: object) -> str:
    """Return the name of a list: what is in it and by what it is narrowed."""
    return ":".join("" if part is None else str(part) for part in parts)


def text(scope: str, key: int) -> str:
    """Return the cursor of the page that begins past `key` in the list `scope`."""
    return encode(f"{scope}|{key}")


def parse(scope: str, cursor: str | None, *, default: int) -> int:
    """Return the key in the cursor, `default` without one. Raises Invalid where it is none of this list."""
    if cursor is None:
        return default
    match = _CONTENT.fullmatch(decode(cursor))
    if match is None or match["scope"] != scope:
        raise bad_cursor()
    return int(match["key"])

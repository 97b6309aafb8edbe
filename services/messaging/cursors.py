"""
Cursors of pages of messaging.

A cursor holds the list it belongs to (its scope: which things, how filtered) and the key of a page's end.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shared.cursors import bad_cursor, decode, encode

_CONTENT = re.compile(r"(?P<scope>[^|]*)\|(?P<key>[1-9][0-9]{0,17})", re.ASCII)
_PLACE = re.compile(
    r"(?P<scope>[^|]*)\|(?P<place>[0-9]{1,18})\.(?P<at>-?[0-9]{1,18})\.(?P<key>[1-9][0-9]{0,17})\.(?P<part>[0-9]{1,9})",
    re.ASCII,
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PAST_EVERYTHING = 2**63 - 1


class Place(NamedTuple):
    """Where an item stands in a list that is not in the order of its keys alone."""

    place: int
    at: datetime
    key: int
    part: int


_END = Place(_PAST_EVERYTHING, _EPOCH, _PAST_EVERYTHING, 0)


def scope(*parts: object) -> str:
    """Return the name of a list: what is in it and by what it is narrowed."""
    return ":".join("" if part is None else str(part) for part in parts)


def text(scope: str, key: int) -> str:
    """Return the cursor of the page that begins past `key` in the list `scope`."""
    return encode(f"{scope}|{key}")


def place_text(scope: str, end: Place) -> str:
    """Return the cursor of the page that begins past `end` in the list `scope`."""
    return encode(f"{scope}|{end.place}.{(end.at - _EPOCH) // _MICROSECOND}.{end.key}.{end.part}")


def parse_place(scope: str, cursor: str | None) -> Place:
    """Return the place in the cursor, past everything without one. Raises Invalid as `parse`."""
    if cursor is None:
        return _END
    match = _PLACE.fullmatch(decode(cursor))
    if match is None or match["scope"] != scope:
        raise bad_cursor()
    try:
        at = _EPOCH + int(match["at"]) * _MICROSECOND
    except OverflowError:
        raise bad_cursor() from None
    return Place(int(match["place"]), at, int(match["key"]), int(match["part"]))


def parse(scope: str, cursor: str | None, *, default: int) -> int:
    """Return the key in the cursor, `default` without one. Raises Invalid where it is none of this list."""
    if cursor is None:
        return default
    match = _CONTENT.fullmatch(decode(cursor))
    if match is None or match["scope"] != scope:
        raise bad_cursor()
    return int(match["key"])

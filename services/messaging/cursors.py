"""Cursors of pages of messaging: by one key, or by the place that an item has among others."""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shared.cursors import bad_cursor, decode, encode
from shared.page_cursors import parse, scope, text

__all__ = ["Place", "parse", "parse_place", "place_text", "scope", "text"]

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

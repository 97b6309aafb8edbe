"""Cursors of task lists: where a page ended, opaque to clients and read strictly."""

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from shared.errors import Invalid

ListName = Literal["open", "solved"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST = 120
# Seventeen digits reach beyond the year 5000 and are within what a datetime can hold.
_CONTENT = re.compile(r"(?P<list>open|solved):(?P<microseconds>[0-9]{1,17}):(?P<id>[0-9a-f]{32})")


@dataclass(frozen=True, slots=True)
class Cursor:
    """
    The last task of a page: the list it was in, the time which that list is ordered by, its id.

    `text` and `parse` are each other's inverse.
    """

    list: ListName
    time: datetime
    id: UUID

    @property
    def text(self) -> str:
        microseconds = (self.time - _EPOCH) // _MICROSECOND
        content = f"{self.list}:{microseconds}:{self.id.hex}"
        return base64.urlsafe_b64encode(content.encode()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that has this text. Raises Invalid where none has."""
        match = _CONTENT.fullmatch(_decoded(text))
        if match is None:
            raise bad_cursor()
        time = _EPOCH + int(match["microseconds"]) * _MICROSECOND
        cursor = cls(cast("ListName", match["list"]), time, UUID(match["id"]))
        if cursor.text != text:
            raise bad_cursor()
        return cursor


def bad_cursor() -> Invalid:
    return Invalid(
        "bad_cursor", "This is no cursor of this list: give `next_cursor` of an earlier page.", "cursor"
    )


def _decoded(text: str) -> str:
    """Return what the base64url text stands for, nothing where it is none."""
    if len(text) > _LONGEST:
        return ""
    try:
        padded = text.encode("ascii") + b"=" * (-len(text) % 4)
        return base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
    except ValueError:
        return ""

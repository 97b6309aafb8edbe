"""Cursors of task lists: where a page ended, opaque to clients and read strictly."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, cast
from uuid import UUID

from shared.cursors import bad_cursor, decode, encode

ListName = Literal["open", "solved"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
# Seventeen digits reach beyond the year 5000 and are within what a datetime can hold.
_CONTENT = re.compile(r"(?P<list>open|solved):(?P<microseconds>0|[1-9][0-9]{0,16}):(?P<id>[0-9a-f]{32})")


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
        return encode(f"{self.list}:{microseconds}:{self.id.hex}")

    @classmethod
    def parse(cls, text: str) -> "Cursor":
        """Return the cursor that has this text. Raises Invalid where none has."""
        match = _CONTENT.fullmatch(decode(text))
        if match is None:
            raise bad_cursor()
        time = _EPOCH + int(match["microseconds"]) * _MICROSECOND
        return cls(cast("ListName", match["list"]), time, UUID(match["id"]))

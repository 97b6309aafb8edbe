"""How far the parts have come, read from their checkpoints in the database."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import Connection, sql

from shared.settings import Settings

_HEAD = "select coalesce(max(position), 0) from eventlog.events"
_POLL_SECONDS = 0.005


class NotCaughtUp(Exception):
    """A part did not reach the head of the log in time."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """What lay between the first sign of life and the head of the log, and how long it took."""

    after: int
    until: int
    seconds: float


class Progress:
    """Reads positions, as the superuser, on one connection."""

    def __init__(self, connection: Connection[tuple[Any, ...]]) -> None:
        self._connection = connection

    def head(self) -> int:
        return self._number(_HEAD)

    def position(self, part: str) -> int:
        """Return the checkpoint of a service, or of `relay`."""
        if part == "relay":
            return self._number("select position from eventlog.relay_checkpoint")
        table = sql.Identifier(part, "checkpoints")
        return self._number(sql.SQL("select coalesce(max(position), 0) from {}").format(table))

    def count(self, stretch: Stretch, types: Collection[str] | None = None) -> int:
        """Return how many events (of these types) the stretch holds."""
        return self._number(
            "select count(*) from eventlog.events where position > %s and position <= %s"
            " and (%s::text[] is null or type = any (%s))",
            (stretch.after, stretch.until, types and list(types), types and list(types)),
        )

    def count_of(self, categories: Collection[str], *, until: int) -> int:
        """Return how many events of these stream categories there are up to a position."""
        return self._number(
            "select count(*) from eventlog.events where position <= %s and category = any (%s)",
            (until, list(categories)),
        )

    def until_caught_up(self, parts: Collection[str], *, within: float) -> float:
        """Wait until all parts are at the head of the log; return the seconds it took. Raises NotCaughtUp."""
        begun = time.monotonic()
        while True:
            head = self.head()
            if all(self.position(part) >= head for part in parts):
                return time.monotonic() - begun
            if time.monotonic() - begun > within:
                where = {part: self.position(part) for part in parts}
                raise NotCaughtUp(f"after {within} s the log is at {head}, but {where}")
            time.sleep(_POLL_SECONDS)

    def drain(self, part: str, *, within: float) -> Stretch:
        """
        Watch the part work its way to the head of the log, which it may itself move on.

        The watch starts at its first progress, so that the start of its process does not count.
        """
        initial = self.position(part)
        deadline = time.monotonic() + within
        while (after := self.position(part)) == initial:
            self._give_up_after(deadline, part)
            time.sleep(_POLL_SECONDS)
        begun = time.monotonic()
        while self.position(part) < self.head():
            self._give_up_after(deadline, part)
            time.sleep(_POLL_SECONDS)
        return Stretch(after, self.position(part), time.monotonic() - begun)

    def _give_up_after(self, deadline: float, part: str) -> None:
        if time.monotonic() > deadline:
            raise NotCaughtUp(f"{part} is at {self.position(part)} of {self.head()}")

    def _number(self, query: Any, parameters: tuple[Any, ...] = ()) -> int:
        row = self._connection.execute(query, parameters).fetchone()
        return int(row[0]) if row else 0


@contextmanager
def watching(settings: Settings) -> Iterator[Progress]:
    """Watch the database of these settings for the time of the block."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        yield Progress(connection)

"""The clock: business time comes from here, at the edges only, and is handed inwards."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the present instant of business time, aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """
    The machine's clock moved by a fixed offset, ticking.

    The offset is for development and test stacks (`PARLEY_CLOCK`); leases, tokens and timeouts never use
    this.
    """

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self._offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset


class FixedClock:
    """A clock that stands still until it is told to move; for tests and for `--now`."""

    def __init__(self, instant: datetime) -> None:
        if instant.tzinfo is None:
            raise ValueError("a clock needs an aware datetime: add an offset such as +01:00")
        self._instant = instant.astimezone(UTC)

    def now(self) -> datetime:
        return self._instant

    def advance(self, by: timedelta) -> None:
        self._instant += by

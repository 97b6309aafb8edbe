"""How many e-mails go out at the same time, how many per second, and how long to wait after failures."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

_MOST_DOUBLINGS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryPolicy:
    """How long to wait after failures, doubling each time up to a bound; all in real time."""

    first: timedelta = timedelta(seconds=2)
    longest: timedelta = timedelta(minutes=15)
    give_up_after: timedelta = timedelta(days=5)
    longest_pause: timedelta = timedelta(seconds=30)

    def delay(self, failures: int, chance: float) -> timedelta:
        """Return how long one e-mail is left alone; `chance` in 0..1 spreads those that failed together."""
        return _backoff(self.first, self.longest, failures, chance)

    def pause(self, failures: int, chance: float) -> timedelta:
        """Return how long a sender leaves a mail server alone that nobody can use."""
        return _backoff(self.first / 4, self.longest_pause, failures, chance)


def _backoff(first: timedelta, longest: timedelta, failures: int, chance: float) -> timedelta:
    doublings = min(failures, _MOST_DOUBLINGS)
    bounded: timedelta = min(longest, first * (1 << doublings))
    return bounded * (0.5 + chance / 2)


class Pace:
    """A bound on how often something may begin, shared by those who do it; in real time."""

    def __init__(self, per_second: float, *, now: Callable[[], float] = time.monotonic) -> None:
        """Let so many begin per second; 0 is no limit."""
        self._interval = 1 / per_second if per_second else 0.0
        self._now = now
        self._next = 0.0
        self._lock = threading.Lock()

    def take(self) -> float:
        """Take the next place, and return in how many seconds it comes."""
        if not self._interval:
            return 0.0
        with self._lock:
            now = self._now()
            place = max(self._next, now)
            self._next = place + self._interval
            return place - now


class Runner(Protocol):
    """Something that runs until it is told to stop."""

    def run(self, stop: threading.Event) -> None: ...


class Senders:
    """Several senders, each in a thread of its own."""

    def __init__(self, senders: Sequence[Runner]) -> None:
        self._senders = senders

    def run(self, stop: threading.Event) -> None:
        """
        Run them all until `stop` is set. Raises what one of them raised, once the others have stopped too.
        """
        failures: list[BaseException] = []

        def run(sender: Runner) -> None:
            try:
                sender.run(stop)
            except BaseException as error:  # noqa: BLE001 - raised again by whoever waits
                failures.append(error)
                stop.set()

        threads = [threading.Thread(target=run, args=(sender,), daemon=True) for sender in self._senders]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

"""How many e-mails go out at the same time, and how many per second."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol


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

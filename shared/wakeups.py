"""What tells a subscription that there is news: a hint, never the truth, so any of it may be lost or late."""

import threading
from typing import Protocol


class Wakeups(Protocol):
    """Wakes one subscription. Used by one thread."""

    def wait(self, timeout: float) -> bool:
        """
        Return True as soon as there is news, False after about `timeout` seconds. Never raises for a broken
        broker.

        News that came while the subscription was busy is told at the next call.
        """
        ...

    def handled(self) -> None:
        """Say that the log was read after the last news; what comes from now on is news again."""
        ...

    def close(self) -> None: ...


class IdlePolling:
    """No broker: the subscription looks at the log every `seconds`. For tests and tools."""

    def __init__(self, seconds: float = 0.05) -> None:
        self._seconds = seconds
        self._closed = threading.Event()

    def wait(self, timeout: float) -> bool:
        self._closed.wait(min(self._seconds, timeout))
        return False

    def handled(self) -> None:
        return None

    def close(self) -> None:
        self._closed.set()

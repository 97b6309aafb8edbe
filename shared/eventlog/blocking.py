"""
Calls that block a thread of the operating system, as those of gRPC do, from whatever runs this process.

Under eventlet such a call would stop every green thread; it is made in a real thread instead, with locks that
eventlet has not replaced.
"""

import sys
import threading
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


class Blocking:
    """
    Makes calls that block: as they are, or in eventlet's pool of real threads where it has patched this one.

    What is called must not use anything that eventlet patched: no logging, no database.
    """

    def __init__(self) -> None:
        self._pool: Any = None
        self.threading: Any = threading
        patcher = sys.modules.get("eventlet.patcher")
        if patcher is not None and patcher.is_monkey_patched("thread"):
            from eventlet import tpool  # noqa: PLC0415 - only a process that runs under eventlet has it

            self._pool = tpool
            self.threading = patcher.original("threading")

    def call(self, work: Callable[[], T]) -> T:
        """Return what `work` returns, or raise what it raises."""
        if self._pool is None:
            return work()
        outcome: T = self._pool.execute(work)
        return outcome

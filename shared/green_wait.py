"""
How psycopg waits for PostgreSQL where eventlet runs the process: in the hub, so that others go on.

psycopg's own `wait_select` does so too, by eventlet's imitation of `select`, which takes several times as
long as the hub itself; nearly every command of a service waits for several answers.
"""

import time
from collections.abc import Generator
from typing import Any, TypeVar

from eventlet import patcher
from eventlet.green import select as green_select
from eventlet.hubs import trampoline
from psycopg import errors
from psycopg.waiting import READY_NONE, READY_R, READY_RW, READY_W, WAIT_R, WAIT_W, Ready, Wait

R = TypeVar("R")

_blocking_select: Any = patcher.original("select")


class _Elapsed(Exception):
    """The interval is over and nothing has come."""


def wait(
    gen: Generator[Wait, Ready | int, R], fileno: int, interval: float = 0.0, timeout: float | None = None
) -> R:
    """
    As `psycopg.waiting.wait`: run the generator to its end, waiting for the socket as often as it asks to.

    `interval` and `timeout` are in seconds; the generator is told of nothing new after each interval. Raises
    what the generator raises, and OperationalError where the socket was closed under it.
    """
    deadline = None if timeout is None else time.monotonic() + timeout
    try:
        wanted = next(gen)
        while True:
            seconds = interval if deadline is None else min(interval, max(0.0, deadline - time.monotonic()))
            wanted = gen.send(_ready(fileno, wanted, seconds))
            if deadline is not None and time.monotonic() >= deadline:
                raise errors._WaitTimeout("wait timeout expired")  # noqa: SLF001 - what its callers expect
    except OSError as error:
        raise errors.OperationalError("connection socket closed") from error
    except StopIteration as end:
        answer: R = end.value
        return answer


def _ready(fileno: int, wanted: Wait, seconds: float) -> Ready:
    if wanted == WAIT_R:
        try:
            trampoline(fileno, read=True, timeout=seconds, timeout_exc=_Elapsed)
        except _Elapsed:
            return READY_NONE
        return READY_R
    # A socket can nearly always be written to, which is quicker asked than waited for.
    return _either(_blocking_select, fileno, wanted, 0.0) or _either(green_select, fileno, wanted, seconds)


def _either(select_of: Any, fileno: int, wanted: Wait, seconds: float) -> Ready:
    readable, writable, _ = select_of.select(
        [fileno] if wanted & WAIT_R else [], [fileno] if wanted & WAIT_W else [], [], seconds
    )
    if readable:
        return READY_RW if writable else READY_R
    return READY_W if writable else READY_NONE

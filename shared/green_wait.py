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

_POLL: Any = patcher.original("select")
# A long pipeline finds its socket ready each time; the others must get their turns all the same.
_LONGEST_WITHOUT_OTHERS = 0.005

_others_ran = 0.0


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
    global _others_ran  # noqa: PLW0603 - there is one hub, and this is when it last ran others
    if wanted == WAIT_R:
        ready = _ready_to_read(fileno, seconds)
    else:
        if time.monotonic() - _others_ran < _LONGEST_WITHOUT_OTHERS:
            # A socket can nearly always be written to, which is quicker asked than waited for.
            ready = _ready_now(fileno, wanted)
            if ready:
                return ready
        ready = _ready_to_either(fileno, wanted, seconds)
    _others_ran = time.monotonic()
    return ready


def _ready_to_read(fileno: int, seconds: float) -> Ready:
    try:
        trampoline(fileno, read=True, timeout=seconds, timeout_exc=_Elapsed)
    except _Elapsed:
        return READY_NONE
    return READY_R


def _ready_to_either(fileno: int, wanted: Wait, seconds: float) -> Ready:
    readable, writable, _ = green_select.select(
        [fileno] if wanted & WAIT_R else [], [fileno] if wanted & WAIT_W else [], [], seconds
    )
    return _combined(readable=bool(readable), writable=bool(writable))


def _ready_now(fileno: int, wanted: Wait) -> Ready:
    poll = _POLL.poll()
    poll.register(
        fileno, (_POLL.POLLIN if wanted & WAIT_R else 0) | (_POLL.POLLOUT if wanted & WAIT_W else 0)
    )
    happened = dict(poll.poll(0)).get(fileno, 0)
    return _combined(readable=bool(happened & ~_POLL.POLLOUT), writable=bool(happened & _POLL.POLLOUT))


def _combined(*, readable: bool, writable: bool) -> Ready:
    if readable:
        return READY_RW if writable else READY_R
    return READY_W if writable else READY_NONE

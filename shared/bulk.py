"""Bulk gives way: a verb that appends much holds back while those who follow the log lag behind."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

from shared.checkpoint import Checkpoint
from shared.db import connect
from shared.settings import Settings

FOLLOWERS = ("messaging", "tasks", "notifier")
MOST_BEHIND = 1_000
"""A live message waits behind so many events of a bulk verb at the most: well under a second's work."""

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5


@contextmanager
def holding_back(
    settings: Settings,
    followers: Sequence[str] = FOLLOWERS,
    *,
    most_behind: int = MOST_BEHIND,
    tell: Callable[[str, int], None] = lambda _name, _behind: None,
) -> Iterator[Callable[[int], None]]:
    """
    Give a function to be called after each portion with the position that it reached.

    It returns once no follower is more than `most_behind` events behind that position, and calls
    `tell(name, behind)` now and then while it waits. A follower that has never run is not waited for. It
    waits as long as it takes: a follower that stands still keeps bulk waiting, and nothing is lost by that.
    """
    with ExitStack() as stack:
        checkpoints = {
            name: Checkpoint(
                stack.enter_context(closing(connect(settings, schema=name, autocommit=True))), name
            )
            for name in followers
        }

        def hold_back(position: int) -> None:
            for name, checkpoint in checkpoints.items():
                pause = _FIRST_PAUSE
                while 0 < (reached := checkpoint.read()) < position - most_behind:
                    tell(name, position - reached)
                    time.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)

        yield hold_back

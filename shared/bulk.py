"""Bulk gives way: a verb that appends much holds back while those who follow the log lag behind."""

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager

from shared.checkpoint import Checkpoint
from shared.db import connect
from shared.settings import Settings

FOLLOWERS = ("messaging", "tasks", "notifier")
MOST_BEHIND = 10
"""
A live message waits behind so many portions of a bulk verb at the most, about a hundred events each: well
under a second's work. Counted in portions because positions may have gaps.
"""

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

    It returns once no follower is more than `most_behind` portions behind that position, and calls
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
        # The last one, and before it those that a follower may still have before it.
        portions: deque[int] = deque(maxlen=most_behind + 1)

        def hold_back(position: int) -> None:
            portions.append(position)
            must_have = portions[0] if len(portions) == portions.maxlen else 0
            for name, checkpoint in checkpoints.items():
                pause = _FIRST_PAUSE
                while 0 < (reached := checkpoint.read()) < must_have:
                    tell(name, sum(each > reached for each in portions))
                    time.sleep(pause)
                    pause = min(pause * 2, _LONGEST_PAUSE)

        yield hold_back

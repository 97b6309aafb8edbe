"""
Uses the log as a service does, under eventlet, in a process of its own; prints what it saw as JSON.

Nothing may be imported before the patch.
"""

import sys

from shared.runner import go_green

go_green()

import json  # noqa: E402
import time  # noqa: E402
from contextlib import closing  # noqa: E402

import eventlet  # noqa: E402

from shared.eventlog.postgres import PostgresEventLog  # noqa: E402
from shared.settings import Settings  # noqa: E402
from tests.contract.event_examples import a_stream, an_event  # noqa: E402

WRITERS = 8
APPENDS_EACH = 10


def main(database_url: str) -> None:
    """Write, wait for news and let time pass, all in green threads of one real one."""
    with closing(PostgresEventLog(Settings(database_url=database_url), pool_size=4)) as log:
        longest_pause = 0.0
        done = False

        def watch() -> None:
            nonlocal longest_pause
            while not done:
                before = time.monotonic()
                eventlet.sleep(0.01)
                longest_pause = max(longest_pause, time.monotonic() - before)

        def write() -> None:
            for _ in range(APPENDS_EACH):
                log.append(a_stream(), [an_event()], expected="no_stream")

        watching = eventlet.spawn(watch)
        far = eventlet.spawn(log.wait_for_news, after=WRITERS * APPENDS_EACH - 1, timeout=60)
        never = eventlet.spawn(log.wait_for_news, after=WRITERS * APPENDS_EACH, timeout=2)
        for writer in [eventlet.spawn(write) for _ in range(WRITERS)]:
            writer.wait()
        heard = far.wait()
        not_heard = never.wait()
        done = True
        watching.wait()
        print(
            json.dumps(
                {
                    "head": log.head(),
                    "heard": heard,
                    "heard_what_never_came": not_heard,
                    "longest_pause": longest_pause,
                }
            )
        )


if __name__ == "__main__":
    main(sys.argv[1])

"""
Uses the log in an EventStoreDB/KurrentDB as a service does, under eventlet, in a process of its own; prints
what it saw as JSON.

Nothing may be imported before the patch. PARLEY_EVENTLOG_URL and PARLEY_DATABASE_URL say where.
"""

from shared.runner import go_green

go_green()

import json  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from contextlib import closing  # noqa: E402

import eventlet  # noqa: E402
import eventlet.patcher  # noqa: E402

from shared.eventlog.factory import open_log  # noqa: E402
from shared.settings import load  # noqa: E402
from tests.contract.event_examples import a_personal_event, a_stream, an_event  # noqa: E402

WRITERS = 8
APPENDS_EACH = 10


def main() -> None:
    """Write, wait for news and let time pass, all in green threads of one real one."""
    with closing(open_log(load())) as log:
        turns = 0
        done = False

        def take_turns() -> None:
            nonlocal turns
            while not done:
                eventlet.sleep(0.01)
                turns += 1

        eventlet.spawn(take_turns)
        # The stand-in was told to take a second over its first append.
        log.append(a_stream(), [an_event()], expected="no_stream")
        turns_meanwhile = turns
        position = log.head()

        def write() -> None:
            for _ in range(APPENDS_EACH):
                log.append(a_stream(), [a_personal_event()], expected="any")

        heard = eventlet.spawn(log.wait_for_news, after=position, timeout=60)
        for writer in [eventlet.spawn(write) for _ in range(WRITERS)]:
            writer.wait()
        events = log.read_all(after=position).events
        before = turns
        heard_what_never_came = log.wait_for_news(after=log.head(), timeout=1)
        told = {
            "events": len(events),
            "heard": heard.wait(),
            "heard_what_never_came": heard_what_never_came,
            "turns_during_an_append": turns_meanwhile,
            "turns_during_a_wait": turns - before,
            "threading_is_patched": eventlet.patcher.is_monkey_patched("thread"),
            "grpcs_threading_is_not": sys.modules["grpc"]._channel.threading is not threading,
        }
        done = True
    print(json.dumps(told))


if __name__ == "__main__":
    main()

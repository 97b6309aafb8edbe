"""
Both engines of the event log beside each other: appends and ordered reads.

EventStoreDB/KurrentDB is stood in for by the in-test server, which is Python and keeps everything in memory:
its figures bound what the engine costs on our side and say nothing of the vendor's server.
"""

import time
from collections.abc import Iterator
from contextlib import closing
from uuid import uuid4

from shared.contracts.envelope import Stream
from shared.eventlog.factory import open_log
from shared.settings import Settings
from tests.bench import appending, stack
from tests.bench.report import Figure
from tests.bench.setting import Setting
from tests.kurrentdb_stand_in.fixtures import stand_in

CLIENTS = (1, 8)
_EVENTS_READ = 20_000
_EVENTS_AN_APPEND = 100
_PAGE = 1000
_WHERE = "KurrentDB engine against the in-test server"
_FLOOR = "PostgreSQL engine"


def measure(setting: Setting) -> None:
    """Measure both engines with the same clients, one after the other."""
    seconds = setting.seconds(5, 2)
    in_postgres = stack.with_database(setting.settings, "bench_engines")
    with stand_in() as server:
        in_kurrentdb = in_postgres.model_copy(update={"eventlog_url": server.url})
        for clients in CLIENTS:
            named = "1 client" if clients == 1 else f"{clients} clients"
            setting.tell(f"appending in both engines, {named}")
            one, other = (
                appending._race(_append, settings, clients, seconds)
                for settings in (in_kurrentdb, in_postgres)
            )
            _add(setting, f"append, {named}, {_WHERE}", "appends/s", one, other)
        server.tell("reset")
        setting.tell("reading from both engines")
        events = int(setting.seconds(_EVENTS_READ, _EVENTS_READ / 10))
        one, other = (_events_read_per_second(settings, events) for settings in (in_kurrentdb, in_postgres))
        _add(setting, f"read in order, {_WHERE}", "events/s", one, other)


def _add(setting: Setting, name: str, unit: str, value: float, floor: float) -> None:
    setting.report.add(Figure(bench="log", name=name, value=value, unit=unit, floor=floor, floor_name=_FLOOR))


def _append(settings: Settings) -> Iterator[None]:
    with closing(open_log(settings)) as log:
        streams = [Stream("thread", uuid4()) for _ in range(appending.STREAMS_PER_CLIENT)]
        version = 0
        while True:
            for stream in streams:
                log.append(stream, [appending.message(stream.id)], expected=version)
                yield
            version += 1


def _events_read_per_second(settings: Settings, number: int) -> float:
    with closing(open_log(settings)) as log:
        start = log.head()
        for _ in range(number // _EVENTS_AN_APPEND):
            stream = Stream("thread", uuid4())
            messages = [appending.message(stream.id) for _ in range(_EVENTS_AN_APPEND)]
            log.append(stream, messages, expected="no_stream")
        head, position, found = log.head(), start, 0
        begun = time.perf_counter()
        while position < head:
            page = log.read_all(after=position, limit=_PAGE)
            found += len(page.events)
            position = page.position
        return found / (time.perf_counter() - begun)

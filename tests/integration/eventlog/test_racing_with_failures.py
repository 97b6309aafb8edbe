"""Nobody is skipped and nothing acknowledged is lost, however writers dawdle, fail and are killed."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest

from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import Append, Appended, ExpectedVersion, LogUnavailable, VersionConflict
from shared.settings import Settings
from tests.contract.event_examples import a_stream, an_event

SECONDS = 3.0
WRITERS = 8

# Once their position is taken some appends take long, and some fail.
STUMBLING = """
create function eventlog.stumble() returns trigger language plpgsql as $$
begin
    if random() < 0.2 then
        perform pg_sleep(random() * 0.03);
    end if;
    if random() < 0.03 then
        raise exception 'stumbled' using errcode = 'query_canceled';
    end if;
    return new;
end
$$;
create trigger stumble before insert on eventlog.events for each row execute function eventlog.stumble();
"""

# The pauses that matter are between the looks, so that they are taken apart here.
DAWDLING = """
alter function eventlog.mark_positions_v1() rename to mark_at_once;
create function eventlog.mark_positions_v1() returns void language plpgsql volatile as $$
begin
    if random() < 0.2 then
        perform pg_sleep(random() * 0.02);
    end if;
    perform eventlog.mark_at_once();
    if random() < 0.2 then
        perform pg_sleep(random() * 0.02);
    end if;
end
$$;
grant execute on function eventlog.mark_positions_v1 to public;
"""

# What the experiment must find, or it proves nothing: readers that go up to the newest event they see.
HEEDLESS = """
create or replace function eventlog.head_v1() returns bigint language sql volatile as $$
    select coalesce(max(e.position), 0) from eventlog.events e
$$
"""

KILL_ONE = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and state = 'active' and query like '%eventlog.append_%'
    and pid <> pg_backend_pid()
order by random() limit 1
"""


def write(settings: Settings, shared: list[Stream], until: float, seed: int) -> list[RecordedEvent]:
    """Append in every way, repeating what failed; return what was acknowledged."""
    chance = random.Random(seed)
    versions: dict[Stream, int] = {}
    acknowledged: list[RecordedEvent] = []

    def append(log: PostgresEventLog, appends: list[Append]) -> Iterable[Appended | VersionConflict]:
        if len(appends) > 1:
            return log.append_several(appends)
        try:
            return [log.append(appends[0].stream, appends[0].events, expected=appends[0].expected)]
        except VersionConflict as conflict:
            return [conflict]

    with closing(PostgresEventLog(settings, pool_size=1)) as log:
        while time.monotonic() < until:
            streams = chance.sample(shared, chance.randint(0, 3))
            streams.append(a_stream(chance.choice(["thread", "case"])))
            chance.shuffle(streams)
            appends = [
                Append(
                    stream,
                    [an_event() for _ in range(chance.choice([1, 1, 2]))],
                    "any" if chance.random() < 0.7 else versions.get(stream, 0),
                )
                for stream in streams
            ]
            for _ in range(3):
                try:
                    outcomes = append(log, appends)
                except LogUnavailable:
                    continue
                break
            else:
                continue
            for outcome in outcomes:
                if isinstance(outcome, VersionConflict):
                    assert outcome.actual != outcome.expected
                    versions[outcome.stream] = outcome.actual
                else:
                    versions[outcome.events[-1].stream] = outcome.events[-1].version
                    acknowledged += outcome.events
    return acknowledged


def follow(
    settings: Settings, done: threading.Event, limit: int, categories: list[str] | None
) -> list[RecordedEvent]:
    """Read by "position greater than the last one" until the writers are done and nothing is left."""
    found: list[RecordedEvent] = []
    position = 0
    with closing(PostgresEventLog(settings)) as log:
        while True:
            finished = done.is_set()
            page = log.read_all(after=position, limit=limit, categories=categories)
            found += page.events
            if finished and page.position == position:
                return found
            position = page.position


def kill_writers(settings: Settings, done: threading.Event) -> None:
    with psycopg.connect(settings.database_url, autocommit=True) as owner:
        while not done.wait(0.2):
            owner.execute(KILL_ONE)


def race(
    settings: Settings, *preparations: LiteralString
) -> tuple[list[RecordedEvent], list[list[RecordedEvent]]]:
    """Have all of them at it for a while; return what was acknowledged and what each reader saw."""
    with psycopg.connect(settings.database_url) as owner:
        for preparation in preparations:
            owner.execute(preparation)
    shared = [a_stream(category) for category in ("thread", "case", "thread", "case")]
    done = threading.Event()
    until = time.monotonic() + SECONDS
    with ThreadPoolExecutor(WRITERS + 4) as pool:
        killing = pool.submit(kill_writers, settings, done)
        reading = [
            pool.submit(follow, settings, done, limit, categories)
            for limit, categories in [(3, None), (1000, None), (2, ["case"])]
        ]
        writing = [pool.submit(write, settings, shared, until, seed) for seed in range(WRITERS)]
        try:
            acknowledged = [event for each in writing for event in each.result(timeout=60)]
        finally:
            done.set()
        killing.result(timeout=60)
        return acknowledged, [each.result(timeout=60) for each in reading]


def everything_in(settings: Settings) -> list[tuple[int, str, UUID, int, UUID]]:
    with psycopg.connect(settings.database_url) as owner:
        return owner.execute(
            "select position, category, stream_id, version, id from eventlog.events order by position"
        ).fetchall()


def rows_of(events: Iterable[RecordedEvent]) -> list[tuple[int, str, UUID, int, UUID]]:
    return [(e.position, e.stream.category, e.stream.id, e.version, e.id) for e in events]


def test_no_reader_skips_anything_while_appends_dawdle_fail_and_are_killed(
    database_settings: Settings,
) -> None:
    acknowledged, (slowly, quickly, cases) = race(database_settings, STUMBLING, DAWDLING)

    everything = everything_in(database_settings)
    assert rows_of(slowly) == rows_of(quickly) == everything
    assert rows_of(cases) == [row for row in everything if row[1] == "case"]
    assert set(rows_of(acknowledged)) <= set(everything)
    assert len({row[4] for row in everything}) == len(everything)
    versions: defaultdict[tuple[str, UUID], int] = defaultdict(int)
    for _, category, stream_id, version, _ in everything:
        versions[category, stream_id] += 1
        assert version == versions[category, stream_id]


def test_readers_that_heed_no_marks_skip_some_of_it(database_settings: Settings) -> None:
    _, (slowly, *_) = race(database_settings, STUMBLING, HEEDLESS)

    assert set(rows_of(slowly)) < set(everything_in(database_settings))


@pytest.mark.parametrize("expected", ["any", 0])
def test_the_same_id_from_several_at_once_is_written_once(
    database_settings: Settings, expected: ExpectedVersion
) -> None:
    """Alone, and in a group with others that has another order."""
    logs = [PostgresEventLog(database_settings) for _ in range(4)]
    try:
        with ThreadPoolExecutor(4) as pool:
            for _ in range(25):
                streams, event = [a_stream(), a_stream()], an_event()
                at_once = threading.Barrier(4)

                def ask(
                    number: int,
                    streams: list[Stream] = streams,
                    event: NewEvent = event,
                    at_once: threading.Barrier = at_once,
                ) -> Appended:
                    wanted = Append(streams[0], [event], expected)
                    at_once.wait()
                    if number < 2:
                        return logs[number].append(wanted.stream, wanted.events, expected=wanted.expected)
                    group = [wanted, Append(streams[1], [an_event()], "any")][:: (1, -1)[number % 2]]
                    outcome = logs[number].append_several(group)[group.index(wanted)]
                    assert isinstance(outcome, Appended)
                    return outcome

                outcomes = list(pool.map(ask, range(4)))

                assert sorted(outcome.duplicate for outcome in outcomes) == [False, True, True, True]
                assert len({outcome.events for outcome in outcomes}) == 1
                assert len(logs[0].read_stream(streams[0])) == 1
    finally:
        for log in logs:
            log.close()

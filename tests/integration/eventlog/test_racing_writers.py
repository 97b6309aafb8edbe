"""No reader by position ever skips a late committer, however writers race."""

import multiprocessing
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from typing import LiteralString
from uuid import uuid4

import psycopg
import pytest

from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import Append, EventLog, LogUnavailable, Page, VersionConflict
from shared.migrate import migrate
from shared.settings import Settings
from shared.testing import eventually, fresh_database
from tests.contract.event_examples import a_stream, an_event
from tests.integration.eventlog import racing

PROCESSES = 4
THREADS = 4
APPENDS_EACH = 120


@contextmanager
def racing_writers(settings: Settings) -> Iterator[threading.Event]:
    """Have threads here and processes elsewhere append at once; the event is set when all are done."""
    done = threading.Event()
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=racing.write, args=(settings, APPENDS_EACH)) for _ in range(PROCESSES)]
    threads = [threading.Thread(target=racing.write, args=(settings, APPENDS_EACH)) for _ in range(THREADS)]

    def wait_for_all() -> None:
        for process in processes:
            process.join()
        for thread in threads:
            thread.join()
        done.set()

    for process in processes:
        process.start()
    for thread in threads:
        thread.start()
    waiter = threading.Thread(target=wait_for_all)
    waiter.start()
    try:
        yield done
    finally:
        waiter.join()
    assert [process.exitcode for process in processes] == [0] * PROCESSES


def follow(log: EventLog, done: threading.Event, categories: list[str] | None) -> list[RecordedEvent]:
    """Read by "position greater than the last one" until the writers are done and nothing is left."""
    found: list[RecordedEvent] = []
    position = 0
    while True:
        finished = done.is_set()
        page = log.read_all(after=position, limit=7, categories=categories)
        found.extend(page.events)
        if finished and position == page.position:
            return found
        position = page.position
        log.wait_for_news(after=position, timeout=0.05)


def test_readers_that_page_while_writers_race_see_every_event_once_and_in_order(
    database_settings: Settings,
) -> None:
    with (
        closing(PostgresEventLog(database_settings)) as log,
        ThreadPoolExecutor(3) as readers,
        racing_writers(database_settings) as done,
    ):
        filters = [None, None, ["case"]]
        following = [readers.submit(follow, log, done, categories) for categories in filters]
        everything, again, cases = (future.result(timeout=150) for future in following)

    with closing(PostgresEventLog(database_settings)) as log:
        head = log.head()
        assert head == (PROCESSES + THREADS) * APPENDS_EACH * 2
        assert [event.position for event in everything] == list(range(1, head + 1))
        assert again == everything
        assert cases == [event for event in everything if event.stream.category == "case"]


APPEND_ONE = """
    select added_position from eventlog.append_one_v3(
        'thread', %(stream)s, null, gen_random_uuid(), 'messaging', 'ThreadClosed', 1, now(), 'platform',
        '{}', null, gen_random_uuid(), null,
        '{"thread_id": "7f2c1c53-3d4c-4d5b-9d43-9a7a1b3a5a6e", "case_id": null, "reason": "merged"}'
    )
"""


APPEND_SEVERAL = """
    select positions[1] from eventlog.append_several_v3(
        '{thread}', array[%(stream)s::uuid], array[null]::integer[], '{1}', '{1}', array[gen_random_uuid()],
        '{messaging}', '{ThreadClosed}', '{1}', array[now()], '{platform}', array['{}'], array[null],
        array[gen_random_uuid()], array[null]::uuid[],
        array[
            '{"thread_id": "7f2c1c53-3d4c-4d5b-9d43-9a7a1b3a5a6e", "case_id": null, "reason": "merged"}'
        ]::json[]
    )
"""

BOTH = pytest.mark.parametrize("append", [APPEND_ONE, APPEND_SEVERAL], ids=["one", "several"])


def is_waiting_for_a_lock(settings: Settings) -> bool:
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute(
            """
            select count(*) from pg_stat_activity
            where datname = current_database() and wait_event_type = 'Lock' and wait_event = 'advisory'
            """
        ).fetchone()
    return row is not None and row[0] > 0


@BOTH
def test_readers_stop_before_an_append_that_is_under_way_and_others_do_not_wait_for_it(
    database_settings: Settings, append: LiteralString
) -> None:
    with (
        closing(PostgresEventLog(database_settings)) as log,
        connect(database_settings, schema="eventlog") as slow_writer,
    ):
        slow = slow_writer.execute(append, {"stream": uuid4()}).fetchone()
        quick = log.append(a_stream(), [an_event()], expected="no_stream")

        assert (slow, quick.position) == ((1,), 2)
        assert log.read_all(after=0) == Page((), 0)
        assert log.read_all(after=0, categories=["case"]) == Page((), 0)
        assert (log.head(), log.newest()) == (0, 2)
        assert not log.wait_for_news(after=0, timeout=0)

        slow_writer.commit()

        assert [event.position for event in log.read_all(after=0).events] == [1, 2]
        assert log.head() == 2


@BOTH
def test_of_a_writer_that_gives_up_nobody_waits_for_the_number(
    database_settings: Settings, append: LiteralString
) -> None:
    with (
        closing(PostgresEventLog(database_settings)) as log,
        connect(database_settings, schema="eventlog") as slow_writer,
    ):
        slow_writer.execute(append, {"stream": uuid4()})
        log.append(a_stream(), [an_event()], expected="no_stream")

        slow_writer.rollback()

        assert [event.position for event in log.read_all(after=0).events] == [2]


def test_an_append_of_which_nothing_came_holds_up_no_reader(database_settings: Settings) -> None:
    with closing(PostgresEventLog(database_settings)) as log:
        taken = a_stream()
        log.append(taken, [an_event()], expected="no_stream")
        with pytest.raises(VersionConflict):
            log.append(taken, [an_event()], expected="no_stream")
        log.append(a_stream(), [an_event()], expected="no_stream")

        assert [event.position for event in log.read_all(after=0).events] == [1, 2]


@BOTH
def test_appends_to_one_stream_take_turns(database_settings: Settings, append: LiteralString) -> None:
    stream = a_stream()
    with (
        closing(PostgresEventLog(database_settings)) as log,
        connect(database_settings, schema="eventlog") as slow_writer,
        ThreadPoolExecutor(1) as pool,
    ):
        slow_writer.execute(append, {"stream": stream.id})
        waiting = pool.submit(log.append, stream, [an_event()], expected=1)
        eventually(lambda: is_waiting_for_a_lock(database_settings))
        slow_writer.commit()

        assert waiting.result(timeout=30).position == 2
        assert [event.version for event in log.read_stream(stream)] == [1, 2]


def test_one_that_waits_for_its_stream_holds_up_no_reader(database_settings: Settings) -> None:
    stream = a_stream()
    with (
        closing(PostgresEventLog(database_settings)) as log,
        connect(database_settings, schema="eventlog") as holder,
        ThreadPoolExecutor(1) as pool,
    ):
        holder.execute("select eventlog.lock_stream_v1(%s, %s)", [stream.category, stream.id])
        waiting = pool.submit(log.append, stream, [an_event()], expected="any")
        eventually(lambda: is_waiting_for_a_lock(database_settings))
        with closing(PostgresEventLog(database_settings)) as other:
            other.append(a_stream(), [an_event()], expected="any")

            assert [event.position for event in other.read_all(after=0).events] == [1]

        holder.commit()
        assert waiting.result(timeout=30).position == 2


def test_groups_that_name_the_same_streams_in_another_order_end_both(database_settings: Settings) -> None:
    streams = [a_stream() for _ in range(8)]

    def write(ordered: list[Stream]) -> None:
        with closing(PostgresEventLog(database_settings)) as log:
            for _ in range(40):
                log.append_several([Append(stream, [an_event()], "any") for stream in ordered])

    with ThreadPoolExecutor(4) as pool:
        orders = [streams, streams[::-1], streams[4:] + streams[:4], streams[::2] + streams[1::2]]
        list(pool.map(write, orders))

    with closing(PostgresEventLog(database_settings)) as log:
        for stream in streams:
            events = log.read_stream(stream)
            assert [event.version for event in events] == list(range(1, 161))
            positions = [event.position for event in events]
            assert positions == sorted(set(positions))


@pytest.mark.parametrize("look", [APPEND_ONE, APPEND_SEVERAL, "select eventlog.head_v1()"])
def test_what_could_not_see_who_went_before_is_refused(
    database_settings: Settings, look: LiteralString
) -> None:
    """Under a stricter isolation level the snapshot would be older than the locks."""
    with connect(database_settings, schema="eventlog") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        with pytest.raises(psycopg.Error) as refused:
            connection.execute(look, {"stream": uuid4()})

    assert refused.value.sqlstate == "PLV03"


def test_a_sequence_left_out_of_a_copy_is_told_with_its_remedy(
    database_settings: Settings,
) -> None:
    with closing(PostgresEventLog(database_settings)) as log:
        log.append(a_stream(), [an_event(), an_event()], expected="any")
        with psycopg.connect(database_settings.database_url) as owner:
            owner.execute("select setval('eventlog.positions', 0)")

        with pytest.raises(LogUnavailable) as refused:
            log.append(a_stream(), [an_event()], expected="any")
        remedy = str(refused.value).partition("as the owner: ")[2]
        with psycopg.connect(database_settings.database_url) as owner:
            owner.execute(remedy.encode())

        assert log.append(a_stream(), [an_event()], expected="any").position == 3


APPEND_AS_THE_VERSION_BEFORE = """
    select first_position from eventlog.append_one_v2(
        'thread', gen_random_uuid(), 0, gen_random_uuid(), 'messaging', 'ThreadClosed', 1, now(), 'platform',
        '{}', null, gen_random_uuid(), null,
        '{"thread_id": "7f2c1c53-3d4c-4d5b-9d43-9a7a1b3a5a6e", "case_id": null, "reason": "merged"}'
    )
"""


def test_while_the_version_before_still_runs_all_take_turns(postgres_url: str) -> None:
    """It reads by position without heeding marks, and takes the number after the newest."""
    with fresh_database(postgres_url) as url:
        settings = Settings(environment="test", database_url=url)
        migrate(settings, stages=["pre"])
        with (
            closing(PostgresEventLog(settings)) as log,
            connect(settings, schema="eventlog") as before,
            ThreadPoolExecutor(1) as pool,
        ):
            positions = [before.execute(APPEND_AS_THE_VERSION_BEFORE).fetchone()]
            waiting = pool.submit(log.append, a_stream(), [an_event()], expected="any")
            eventually(lambda: is_waiting_for_a_lock(settings))
            before.commit()
            assert waiting.result(timeout=30).position == 2
            positions.append(before.execute(APPEND_AS_THE_VERSION_BEFORE).fetchone())
            before.commit()
            assert positions == [(1,), (3,)]

            migrate(settings)

            assert log.append(a_stream(), [an_event()], expected="any").position == 4
            assert [event.position for event in log.read_all(after=0).events] == [1, 2, 3, 4]

"""Connections break and servers restart; the log says so or carries on, and never appends twice."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import psycopg
import pytest

from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import LogUnavailable
from shared.settings import Settings
from shared.testing import eventually, free_port
from tests.contract.event_examples import a_stream, an_event

ENDED = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where {which} and pid <> pg_backend_pid()
"""
OF_THIS_DATABASE = "datname = current_database()"
LISTENING = f"{OF_THIS_DATABASE} and query like 'listen%'"
WAITING_FOR_THEIR_TURN = f"{OF_THIS_DATABASE} and wait_event_type = 'Lock' and wait_event = 'advisory'"


def end_connections(settings: Settings, which: str = OF_THIS_DATABASE) -> int:
    """Have the server end connections, as a restart does; return how many."""
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute(ENDED.format(which=which).encode()).fetchone()
    assert row is not None
    ended: int = row[0]
    return ended


@pytest.fixture
def log(database_settings: Settings) -> Iterator[PostgresEventLog]:
    with closing(PostgresEventLog(database_settings)) as log:
        yield log


def test_every_call_works_after_the_server_ended_all_connections(
    log: PostgresEventLog, database_settings: Settings
) -> None:
    stream = a_stream()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: log.append(a_stream(), [an_event()], expected="any"), range(20)))
    log.wait_for_news(after=20, timeout=0.01)

    for call in (
        lambda: log.append(stream, [an_event()], expected="any"),
        lambda: log.read_stream(stream),
        log.head,
        lambda: log.wait_for_news(after=log.head(), timeout=0.01),
        lambda: log.load_snapshot(stream),
    ):
        assert end_connections(database_settings) > 0
        call()

    assert log.head() == 21


def test_an_append_whose_connection_is_lost_under_way_is_made_once(
    log: PostgresEventLog, database_settings: Settings
) -> None:
    log.head()
    stream, event = a_stream(), an_event()
    with connect(database_settings, schema="eventlog") as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("select pg_advisory_xact_lock(7209000)")
        appending = pool.submit(log.append, stream, [event], expected="no_stream")
        eventually(lambda: end_connections(database_settings, WAITING_FOR_THEIR_TURN) == 1)

        holder.commit()

        assert appending.result(timeout=30).events[0].version == 1
    assert [each.id for each in log.read_stream(stream)] == [event.id]


def test_news_are_heard_although_the_listening_connection_was_lost(
    log: PostgresEventLog, database_settings: Settings
) -> None:
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(log.wait_for_news, after=0, timeout=30)
        eventually(lambda: end_connections(database_settings, LISTENING) == 1)

        log.append(a_stream(), [an_event()], expected="any")

        assert waiting.result(timeout=30)


def test_a_server_that_is_not_there_makes_every_method_say_so() -> None:
    log = PostgresEventLog(Settings(database_url=f"postgresql://postgres@127.0.0.1:{free_port()}/parley"))
    stream = a_stream()

    for call in (
        lambda: log.append(stream, [an_event()], expected="any"),
        lambda: log.read_stream(stream),
        lambda: log.read_streams({stream: 0}),
        lambda: log.find(stream, an_event().id),
        lambda: log.read_all(after=0),
        log.head,
        lambda: log.wait_for_news(after=0, timeout=1),
        lambda: log.load_snapshot(stream),
        lambda: log.erase_subject("user:1"),
    ):
        with pytest.raises(LogUnavailable):
            call()
    log.close()


def test_a_closed_log_cannot_be_used(log: PostgresEventLog) -> None:
    log.head()
    log.close()

    with pytest.raises(LogUnavailable, match="closed"):
        log.head()


def test_more_threads_than_connections_wait_for_each_other(database_settings: Settings) -> None:
    with closing(PostgresEventLog(database_settings, pool_size=2)) as log, ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: log.append(a_stream(), [an_event()], expected="any"), range(40)))

        with psycopg.connect(database_settings.database_url) as connection:
            row = connection.execute(
                """
                select count(*) from pg_stat_activity
                where datname = current_database() and query like '%append_%_v3%' and pid <> pg_backend_pid()
                """
            ).fetchone()

        assert log.head() == 40
        assert row is not None
        assert row[0] <= 2


def test_a_server_that_does_not_answer_in_time_is_unavailable(database_settings: Settings) -> None:
    with (
        closing(PostgresEventLog(database_settings)) as log,
        connect(database_settings, schema="eventlog") as holder,
    ):
        log._connections.run(lambda connection: connection.execute("set statement_timeout = 200"))
        holder.execute("select pg_advisory_xact_lock(7209000)")
        started = time.monotonic()

        with pytest.raises(LogUnavailable):
            log.append(a_stream(), [an_event()], expected="any")

        assert time.monotonic() - started < 30


def test_an_append_whose_client_fell_silent_does_not_hold_up_readers_for_ever(
    database_settings: Settings,
) -> None:
    """Between its messages a session neither runs a statement nor is idle: only one limit ends it."""
    with closing(PostgresEventLog(database_settings, transaction_milliseconds=1000)) as log:
        log.head()
        with log._connections._turn():
            silent = log._connections._take_idle()
        assert silent is not None
        if silent.info.server_version < 17_00_00:
            pytest.skip("PostgreSQL has no such limit before version 17")
        silent.pgconn.enter_pipeline_mode()
        silent.pgconn.send_query_params(b"select eventlog.mark_positions_v1()", [])
        silent.pgconn.send_flush_request()
        silent.pgconn.flush()
        eventually(lambda: is_marked(database_settings))
        position = log.append(a_stream(), [an_event()], expected="any").position
        assert log.head() < position

        eventually(lambda: log.head() == position, within=10)
        silent.close()


def is_marked(settings: Settings) -> bool:
    with psycopg.connect(settings.database_url) as connection:
        row = connection.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and classid::bigint >> 16 = 7209"
        ).fetchone()
    return row is not None and row[0] > 0

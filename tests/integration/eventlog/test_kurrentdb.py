"""
The engine on EventStoreDB/KurrentDB when things go wrong: nothing lost, nothing doubled, one clear sentence.

Over a real socket against the stand-in; what the engine promises when all is well is in `tests/contract`.
"""

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from threading import Barrier, Event
from uuid import UUID, uuid4

import pytest
from kurrentdbclient import KurrentDBClient, StreamState
from kurrentdbclient import NewEvent as DatabaseEvent

from services.gateway.live import Hub
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.errors import Invalid
from shared.eventlog import inspection, kurrentdb
from shared.eventlog.codec import UnreadableEvent
from shared.eventlog.kurrentdb import KurrentEventLog
from shared.eventlog.kurrentdb_errors import TooLarge
from shared.eventlog.kurrentdb_known import KnownIds
from shared.eventlog.protocol import EventLog, LogUnavailable, Page, UnknownPosition, VersionConflict
from shared.settings import Settings, to_environment
from shared.testing import eventually, free_port, fresh_database
from tests import certificates
from tests.contract.event_examples import a_personal_event, a_stream, an_event
from tests.kurrentdb_stand_in.fixtures import StandIn, stand_in

Open = Callable[[str], KurrentEventLog]


@pytest.fixture(scope="module")
def _cluster() -> Iterator[StandIn]:
    with stand_in("--nodes", "3", "--cuttable") as running:
        yield running


@pytest.fixture
def cluster(_cluster: StandIn) -> StandIn:
    """Give an empty database of three nodes, the first of which leads, whose connections can be cut."""
    _cluster.tell("reset")
    return _cluster


@pytest.fixture(scope="module")
def beside(postgres_url: str, migrated_template: str) -> Iterator[Settings]:
    """Name the database of keys and snapshots, which these tests have no quarrel with."""
    with fresh_database(postgres_url, template=migrated_template) as url:
        yield Settings(environment="test", database_url=url)


@pytest.fixture
def open_log(beside: Settings) -> Iterator[Open]:
    """Give a function that opens the log at a URL, as a process of its own would."""
    with ExitStack() as opened:

        def open_at(url: str) -> KurrentEventLog:
            log = KurrentEventLog(beside.model_copy(update={"eventlog_url": url}))
            opened.callback(log.close)
            return log

        yield open_at


def all_nodes(cluster: StandIn, parameters: str = "") -> str:
    hosts = ",".join(f"127.0.0.1:{port}" for port in cluster.ports)
    return f"kurrentdb://{hosts}?tls=false&discoveryInterval=20{parameters}"


@pytest.fixture
def log(open_log: Open, cluster: StandIn) -> KurrentEventLog:
    return open_log(all_nodes(cluster))


def ids_in(log: EventLog) -> list[UUID]:
    return [event.id for event in log.read_all(after=0).events]


def put_foreign(cluster: StandIn, stream: str, *, number: int = 1, kind: str = "OrderPlaced") -> int:
    """Have somebody else write to the database; return the position of the last event."""
    client = KurrentDBClient(f"kurrentdb://127.0.0.1:{cluster.ports[0]}?tls=false")
    try:
        for _ in range(number):
            event = DatabaseEvent(type=kind, data=b"{}", metadata=b'{"mine": 1}')
            position = client.append_event(stream, current_version=StreamState.ANY, event=event)
        return position
    finally:
        client.close()


# --- a connection that breaks in mid-append ---


@pytest.mark.parametrize("expected", ["no_stream", "any"])
@pytest.mark.parametrize("after", [True, False], ids=["after it was kept", "before the answer was due"])
def test_an_append_whose_connection_is_cut_is_neither_lost_nor_doubled(
    log: KurrentEventLog, cluster: StandIn, expected: str, *, after: bool
) -> None:
    stream, events = a_stream(), [an_event(), an_event()]
    cluster.goes_wrong("Append", "cut", after=after)

    appended = log.append(stream, events, expected=expected)  # type: ignore[arg-type]

    assert not appended.duplicate
    assert ids_in(log) == [event.id for event in events]
    assert appended.events == log.read_stream(stream)


def test_whoever_repeats_an_append_that_was_not_answered_gets_its_first_outcome(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    stream, event = a_stream(), an_event()
    log.append(stream, [an_event()], expected="any")
    cluster.goes_wrong("Append", "cut", after=True)
    # The engine looks by itself whether the append was kept: so that fails too.
    cluster.goes_wrong("Read", "UNAVAILABLE", times=2)
    with pytest.raises(LogUnavailable):
        log.append(stream, [event], expected=1)

    repeated = log.append(stream, [event], expected=1)

    assert repeated.duplicate
    assert ids_in(log)[1:] == [event.id]


def test_an_append_that_arrives_late_does_not_double_its_repeat(open_log: Open, cluster: StandIn) -> None:
    log = open_log(all_nodes(cluster, "&defaultDeadline=1"))
    stream, event = a_stream(), an_event()
    cluster.goes_wrong("Append", "delay", seconds=1.5)

    appended = log.append(stream, [event], expected="no_stream")

    assert not appended.duplicate
    eventually(lambda: cluster.calls("AppendKept") == 2)
    assert ids_in(log) == [event.id]


def test_a_server_that_never_answers_in_time_is_told_with_the_parameter_to_change(
    open_log: Open, cluster: StandIn
) -> None:
    log = open_log(all_nodes(cluster, "&defaultDeadline=1"))
    cluster.goes_wrong("Read", "delay", seconds=2, times=4)

    with pytest.raises(LogUnavailable, match=r"within 1 seconds \(defaultDeadline in PARLEY_EVENTLOG_URL\)"):
        log.read_stream(a_stream())


def test_a_leader_lost_in_mid_append_loses_and_doubles_nothing(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    stream, first, second = a_stream(), an_event(), an_event()
    log.append(stream, [first], expected="no_stream")
    cluster.goes_wrong("Append", "UNAVAILABLE", after=True, details="leader is shutting down")
    cluster.tell("lead", node=1)

    appended = log.append(stream, [second], expected=1)

    assert [event.version for event in appended.events] == [2]
    assert ids_in(log) == [first.id, second.id]


def test_readers_and_waiters_follow_the_leader(log: KurrentEventLog, cluster: StandIn) -> None:
    position = log.append(a_stream(), [an_event()], expected="any").position
    assert not log.wait_for_news(after=position, timeout=0.01)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(log.wait_for_news, after=position, timeout=30)
        cluster.tell("lead", node=2)
        cluster.tell("cut")
        appended = log.append(a_stream(), [an_event()], expected="any")

        assert waiting.result()
    assert log.read_all(after=position).events == appended.events


def test_racing_writers_in_two_processes_write_once(open_log: Open, cluster: StandIn) -> None:
    logs = [open_log(all_nodes(cluster)) for _ in range(2)]
    stream = a_stream()
    for _ in range(10):
        events = [an_event()]
        with ThreadPoolExecutor(2) as pool:
            outcomes = list(pool.map(lambda log, e=events: log.append(stream, e, expected="any"), logs))
        assert sorted(each.duplicate for each in outcomes) == [False, True]
        assert outcomes[0].events == outcomes[1].events
    assert len(ids_in(logs[0])) == 10


def test_whatever_breaks_while_many_write_every_event_is_there_once_and_every_reader_sees_it_once(
    open_log: Open, cluster: StandIn
) -> None:
    url = all_nodes(cluster)
    shared_stream, number, writers = a_stream(), 25, 4
    stop = Event()

    def write(writer: int) -> list[NewEvent]:
        log = open_log(url)
        events = [an_event() for _ in range(number)]
        for event in events:
            stream = shared_stream if writer % 2 else a_stream()
            eventually(partial(appended, log, stream, event), within=60)
        return events

    def appended(log: EventLog, stream: Stream, event: NewEvent) -> bool:
        try:
            return bool(log.append(stream, [event], expected="any").events)
        except LogUnavailable:
            return False

    def read() -> list[UUID]:
        log, position, seen = open_log(url), 0, list[UUID]()
        while True:
            last_look = stop.is_set()
            with suppress(LogUnavailable):
                page = log.read_all(after=position, limit=7)
                seen += [event.id for event in page.events]
                if last_look and not page.events:
                    return seen
                position = page.position

    def break_things() -> None:
        for turn in range(12):
            cluster.goes_wrong("Append", "cut", after=turn % 2 == 0)
            stop.wait(0.1)
            cluster.tell("lead", node=turn % 3)
            cluster.tell("cut")

    with ThreadPoolExecutor(writers + 2) as pool:
        reading = pool.submit(read)
        breaking = pool.submit(break_things)
        written = [event.id for events in pool.map(write, range(writers)) for event in events]
        breaking.result()
        stop.set()
        seen = reading.result(timeout=60)

    assert sorted(seen) == sorted(written)
    assert len(set(seen)) == writers * number
    history = open_log(url).read_stream(shared_stream)
    assert [event.version for event in history] == list(range(1, 2 * number + 1))


# --- idempotence where the database's own ends ---


@pytest.mark.parametrize("expected", ["any", "no_stream", 6, 3])
def test_a_repeat_is_found_however_much_came_after_it(
    open_log: Open, cluster: StandIn, expected: str | int
) -> None:
    stream, event = a_stream(), an_event()
    url = all_nodes(cluster)
    first = open_log(url).append(stream, [event], expected="no_stream")
    open_log(url).append(stream, [an_event() for _ in range(5)], expected=1)

    again = open_log(url).append(stream, [event], expected=expected)  # type: ignore[arg-type]

    assert again.duplicate
    assert again.events == first.events
    assert len(ids_in(open_log(url))) == 6


def test_an_id_that_is_there_is_not_written_again_at_the_right_version(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    stream, event = a_stream(), an_event()
    log.append(stream, [event], expected="no_stream")

    with pytest.raises(VersionConflict):
        log.append(stream, [an_event(), event], expected=1)
    assert log.append(stream, [event], expected=1).duplicate


def test_a_stream_shorter_than_this_process_knew_is_a_conflict_with_the_version_it_has(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    """As after a backup was restored under a running process: the writer drops its state and loads again."""
    stream = a_stream()
    log.append(stream, [an_event(), an_event()], expected="no_stream")
    cluster.tell("reset")

    with pytest.raises(VersionConflict) as refused:
        log.append(stream, [an_event()], expected=2)

    assert refused.value.actual == 0
    assert log.append(stream, [an_event()], expected="no_stream").events[0].version == 1


def test_an_append_that_others_did_in_parts_is_found_whole(open_log: Open, cluster: StandIn) -> None:
    stream, mine, theirs = a_stream(), an_event(), an_event()
    log = open_log(all_nodes(cluster))
    log.append(stream, [mine], expected="any")
    open_log(all_nodes(cluster)).append(stream, [theirs], expected="any")

    again = log.append(stream, [mine, theirs], expected="any")

    assert again.duplicate
    assert [event.version for event in again.events] == [1, 2]


def test_a_conflict_shows_the_version_that_the_stream_has_now(open_log: Open, cluster: StandIn) -> None:
    stream, known = a_stream(), an_event()
    log = open_log(all_nodes(cluster))
    log.append(stream, [known], expected="any")
    open_log(all_nodes(cluster)).append(stream, [an_event(), an_event()], expected="any")

    with pytest.raises(VersionConflict) as refused:
        log.append(stream, [known, an_event()], expected="any")

    assert refused.value.actual == 3


@pytest.mark.parametrize("expected", ["any", 3])
def test_what_is_forgotten_to_save_memory_is_no_conflict(
    open_log: Open, cluster: StandIn, monkeypatch: pytest.MonkeyPatch, expected: int | str
) -> None:
    """Other threads may look at long streams while this one looks at its own."""

    class Forgetful(KnownIds):
        def note(self, stream: Stream, after_version: int, ids: Sequence[UUID]) -> None:
            super().note(stream, after_version, ids)
            self.forget(stream)

    stream, event = a_stream(), an_event()
    open_log(all_nodes(cluster)).append(stream, [an_event(), an_event(), event], expected="any")
    monkeypatch.setattr(kurrentdb, "KnownIds", Forgetful)
    log = open_log(all_nodes(cluster))

    assert log.append(stream, [event], expected=expected).duplicate  # type: ignore[arg-type]
    appended = log.append(stream, [an_event()], expected=expected)  # type: ignore[arg-type]
    assert [each.version for each in appended.events] == [4]
    assert log.find(stream, event.id) is not None


def test_ids_of_a_database_that_was_replaced_under_a_running_process_are_not_found(
    open_log: Open, cluster: StandIn
) -> None:
    stream, event = a_stream(), an_event()
    log = open_log(all_nodes(cluster))
    log.append(stream, [event], expected="no_stream")
    cluster.tell("reset")
    open_log(all_nodes(cluster)).append(stream, [an_event(), an_event()], expected="no_stream")

    with suppress(LogUnavailable):
        log.append(stream, [event], expected="any")
    appended = log.append(stream, [event], expected="any")

    assert [each.version for each in appended.events] == [3]


def test_an_event_of_a_database_that_was_replaced_is_not_taken_for_another(
    open_log: Open, cluster: StandIn
) -> None:
    stream, event = a_stream(), an_event()
    log = open_log(all_nodes(cluster))
    log.append(stream, [event], expected="no_stream")
    cluster.tell("reset")
    open_log(all_nodes(cluster)).append(stream, [an_event(), an_event()], expected="no_stream")

    assert log.find(stream, event.id) is None


def test_who_waits_is_not_told_of_what_a_restored_database_no_longer_has(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    log.append(a_stream(), [an_event() for _ in range(5)], expected="any")
    assert log.wait_for_news(after=0, timeout=10)
    cluster.tell("reset")
    cluster.tell("cut")
    position = log.append(a_stream(), [an_event()], expected="any").position
    # One that hears of it follows the log again.
    assert log.wait_for_news(after=position - 1, timeout=10)

    eventually(lambda: not log.wait_for_news(after=position, timeout=0.05))


def test_a_long_stream_is_read_whole(log: KurrentEventLog) -> None:
    stream = a_stream()
    events: list[NewEvent] = [an_event() for _ in range(2300)]
    for first in range(0, len(events), 460):
        log.append(stream, events[first : first + 460], expected=first)

    assert [event.id for event in log.read_stream(stream)] == [event.id for event in events]
    assert [event.version for event in log.read_stream(stream, after_version=999)[:2]] == [1000, 1001]


# --- who else is in the database ---


def test_what_others_write_into_the_database_breaks_no_reader(log: KurrentEventLog, cluster: StandIn) -> None:
    put_foreign(cluster, "orders")
    ours = log.append(a_stream(), [an_event()], expected="any")
    for stream in (f"order-{uuid4()}", "$settings", "thread-7"):
        put_foreign(cluster, stream)
    put_foreign(cluster, f"cart-{uuid4()}", kind="$cart")
    more = log.append(a_stream("case"), [an_event()], expected="any")
    last = put_foreign(cluster, "orders", number=3)

    assert log.head() == last
    everything = log.read_all(after=0)
    cases = log.read_all(after=0, categories=["case"])
    none = log.read_all(after=more.position)

    assert everything.events == (*ours.events, *more.events)
    assert cases.events == more.events
    assert everything.position == cases.position == none.position == last
    assert none.events == ()
    assert inspection.verify(log) == []
    assert inspection.count(log).events == 2


def test_many_foreign_events_of_the_right_form_are_paged_over(log: KurrentEventLog, cluster: StandIn) -> None:
    put_foreign(cluster, f"order-{uuid4()}", number=7)
    ours = log.append(a_stream(), [an_event()], expected="any")

    positions = [0]
    found: list[RecordedEvent] = []
    while positions[-1] < log.head():
        page = log.read_all(after=positions[-1], limit=2)
        positions.append(page.position)
        found += page.events

    assert tuple(found) == ours.events
    assert positions == sorted(set(positions))


def test_a_database_in_which_only_others_wrote_is_an_empty_log(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    put_foreign(cluster, "orders", number=3)

    assert (log.head(), log.read_all(after=0).position) == (0, 0)


def test_a_foreign_event_in_a_stream_of_ours_is_told_and_can_be_stepped_over(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    stream = a_stream()
    first = log.append(stream, [an_event()], expected="any")
    put_foreign(cluster, str(stream))
    third = log.append(stream, [an_event()], expected=2)

    assert log.read_all(after=0).events == (*first.events, *third.events)
    with pytest.raises(UnreadableEvent, match="Parley did not write it"):
        log.read_stream(stream)


def test_a_stretch_too_long_to_search_in_time_is_gone_through_piece_by_piece(
    open_log: Open, cluster: StandIn
) -> None:
    log = open_log(all_nodes(cluster, "&defaultDeadline=1"))
    log.append(a_stream("thread"), [an_event() for _ in range(3)], expected="any")
    wanted = log.append(a_stream("case"), [an_event()], expected="any")
    log.head()
    cluster.goes_wrong("Read", "delay", seconds=1.5)

    page = log.read_all(after=0, categories=["case"])

    assert page.events == wanted.events
    assert page.position == wanted.position


def test_a_reader_gets_past_a_stretch_too_long_to_search_in_time(open_log: Open, cluster: StandIn) -> None:
    """The first event that is sent is the one at the position itself, which the reader has already."""
    log = open_log(all_nodes(cluster, "&defaultDeadline=1"))
    first = log.append(a_stream("case"), [an_event()], expected="any")
    log.append(a_stream("thread"), [an_event() for _ in range(3)], expected="any")
    wanted = log.append(a_stream("case"), [an_event()], expected="any")
    log.head()
    cluster.goes_wrong("ReadAll", "delay", after=True, seconds=1.5)

    page = log.read_all(after=first.position, categories=["case"])

    assert page.events == wanted.events
    assert page.position == wanted.position


def test_the_last_events_are_not_taken_for_all_where_the_search_takes_too_long(
    open_log: Open, cluster: StandIn
) -> None:
    log = open_log(all_nodes(cluster, "&defaultDeadline=1"))
    log.append(a_stream(), [an_event() for _ in range(9)], expected="any")
    cluster.goes_wrong("ReadAll", "delay", after=True, seconds=1.5)

    with pytest.raises(LogUnavailable, match="defaultDeadline"):
        log.before_last(3)


def test_where_others_wrote_very_much_the_log_is_taken_to_have_events(
    open_log: Open, cluster: StandIn
) -> None:
    log = open_log(all_nodes(cluster, "&defaultDeadline=1"))
    last = put_foreign(cluster, "orders")
    cluster.goes_wrong("Read", "delay", seconds=1.5)

    assert log.head() == last
    assert log.read_all(after=0) == Page((), last)


# --- streams that somebody truncated, deleted or replaced ---


@pytest.mark.parametrize("how", [{"before": 2}, {"for_ever": True}], ids=["truncated", "deleted for ever"])
def test_a_stream_that_somebody_shortened_is_told_and_not_written_to(
    open_log: Open, cluster: StandIn, how: dict[str, object]
) -> None:
    stream, event = a_stream(), an_event()
    open_log(all_nodes(cluster)).append(stream, [an_event() for _ in range(4)], expected="no_stream")
    cluster.tell("delete", stream=str(stream), **how)
    log = open_log(all_nodes(cluster))

    for expected in ("no_stream", 3):
        with pytest.raises(LogUnavailable, match=r"somebody (truncated|deleted)"):
            log.append(stream, [event], expected=expected)
    with pytest.raises(LogUnavailable, match=r"somebody (truncated|deleted)"):
        log.read_stream(stream)
    assert event.id not in ids_in(log)


def test_an_append_to_a_stream_that_somebody_deleted_is_told_and_not_repeated(
    open_log: Open, cluster: StandIn
) -> None:
    """The database takes it, and goes on counting where the deleted stream ended."""
    stream, event = a_stream(), an_event()
    open_log(all_nodes(cluster)).append(stream, [an_event(), an_event()], expected="no_stream")
    cluster.tell("delete", stream=str(stream))
    log = open_log(all_nodes(cluster))

    for complaint in ("lost events that were there", "somebody truncated it"):
        with pytest.raises(LogUnavailable, match=complaint):
            log.append(stream, [event], expected="no_stream")

    assert ids_in(log).count(event.id) == 1


def test_a_writer_that_loads_its_stream_again_gets_on_after_a_restore(
    open_log: Open, cluster: StandIn
) -> None:
    stream = a_stream()
    log = open_log(all_nodes(cluster))
    log.append(stream, [an_event() for _ in range(5)], expected="no_stream")
    cluster.tell("reset")
    open_log(all_nodes(cluster)).append(stream, [an_event(), an_event()], expected="no_stream")

    loaded = log.read_stream(stream)

    assert log.append(stream, [an_event()], expected=len(loaded)).events[0].version == 3


def test_a_log_that_was_opened_before_a_fork_says_so(
    log: KurrentEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    log.head()
    monkeypatch.setattr(os, "getpid", lambda: -1)

    with pytest.raises(LogUnavailable, match="open it in each process"):
        log.head()


# --- positions of another log ---


@pytest.mark.parametrize("position", [1, 5, 5000])
def test_a_position_of_another_log_is_refused_with_the_setting_to_look_at(
    log: KurrentEventLog, position: int
) -> None:
    log.append(a_stream(), [an_event() for _ in range(20)], expected="any")
    assert position < log.head()

    with pytest.raises(UnknownPosition, match=f"Position {position} is none .* PARLEY_EVENTLOG_URL"):
        log.read_all(after=position)


class QuietFeed:
    """A broker that never brings anything."""

    connected = True

    def __init__(self) -> None:
        self.asked = asyncio.Event()

    async def next(self, within: float) -> None:
        self.asked.set()
        await asyncio.sleep(within)


def test_a_live_stream_from_a_made_up_position_is_refused_before_it_begins(log: KurrentEventLog) -> None:
    first, second, _ = log.append(a_stream("case"), [an_event() for _ in range(3)], expected="any").events

    async def story() -> None:
        feed = QuietFeed()
        hub = Hub(log, feed)
        running = asyncio.ensure_future(hub.run())
        try:
            async with asyncio.timeout(30):
                await feed.asked.wait()
            for made_up in (1, first.position + 1, second.position - 1):
                with pytest.raises(Invalid, match="No event has this id") as refused:
                    await hub.attach(user_id=None, company_id=None, after=made_up)
                assert refused.value.code == "bad_last_event_id"
            listener, start = await hub.attach(user_id=None, company_id=None, after=first.position)
            assert start == first.position
            assert listener.missed is not None
            assert listener.missed.events[0].id == second.id
        finally:
            running.cancel()
            await asyncio.wait([running])
            hub.close()

    asyncio.run(story())


@pytest.mark.parametrize(
    "answer",
    [
        ("UNKNOWN", "Unexpected {result}: Error"),
        ("INVALID_ARGUMENT", "Trying to read from an invalid position."),
    ],
    ids=["23.10", "what subscriptions are told"],
)
def test_every_servers_way_to_say_so_is_known(
    log: KurrentEventLog, cluster: StandIn, answer: tuple[str, str]
) -> None:
    cluster.tell("behave", invalid_position=answer)
    log.append(a_stream(), [an_event() for _ in range(20)], expected="any")

    with pytest.raises(UnknownPosition):
        log.read_all(after=5)
    with pytest.raises(UnknownPosition):
        log.read_all(after=log.head() - 1, categories=["case"])


def test_an_error_that_passes_is_not_taken_for_an_unknown_position(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    first, *rest = log.append(a_stream(), [an_event() for _ in range(3)], expected="any").events
    cluster.goes_wrong("Read", "UNKNOWN", details="Unexpected FilteredReadAllResult: Error")

    with suppress(LogUnavailable):
        log.read_all(after=first.position)
    assert list(log.read_all(after=first.position).events) == rest


# --- servers that refuse ---


def test_a_server_that_is_not_there_is_told_with_its_setting(open_log: Open) -> None:
    log = open_log(f"kurrentdb://127.0.0.1:{free_port()}?tls=false")

    with pytest.raises(LogUnavailable, match=r"\(PARLEY_EVENTLOG_URL\) cannot be reached") as refused:
        log.append(a_stream(), [an_event()], expected="any")
    assert "\n" not in str(refused.value)
    for call in (log.head, lambda: log.read_all(after=0), lambda: log.wait_for_news(after=0, timeout=5)):
        with pytest.raises(LogUnavailable):
            call()


def test_a_cluster_without_any_node_is_told_with_its_setting(open_log: Open) -> None:
    hosts = ",".join(f"127.0.0.1:{free_port()}" for _ in range(2))
    log = open_log(f"kurrentdb://{hosts}?tls=false&maxDiscoverAttempts=1")

    with pytest.raises(LogUnavailable, match=r"\(PARLEY_EVENTLOG_URL\) has no leader now"):
        log.head()


def test_those_who_wait_for_a_silent_server_do_not_wait_for_each_other(open_log: Open) -> None:
    """Ten calls at once take as long as one: who waited while another tried in vain is told so too."""
    calls = 10
    with socket.create_server(("127.0.0.1", 0), backlog=100) as silent:
        port = silent.getsockname()[1]
        log = open_log(
            f"kurrentdb+discover://127.0.0.1:{port}?tls=false&maxDiscoverAttempts=1&gossipTimeout=2"
        )
        together = Barrier(calls)

        def ask() -> str:
            together.wait()
            with pytest.raises(LogUnavailable) as told:
                log.head()
            return str(told.value)

        with ThreadPoolExecutor(calls) as pool:
            sentences = set(pool.map(lambda _: ask(), range(calls)))
        silent.setblocking(False)
        connections = 0
        with suppress(BlockingIOError):
            while True:
                silent.accept()[0].close()
                connections += 1

    assert len(sentences) == 1
    assert "(PARLEY_EVENTLOG_URL) has no leader now" in sentences.pop()
    assert connections == 1


def test_a_node_that_does_not_lead_is_told_how_to_name_the_others(open_log: Open, cluster: StandIn) -> None:
    log = open_log(f"kurrentdb://127.0.0.1:{cluster.ports[1]}?tls=false")

    with pytest.raises(LogUnavailable, match=r"name all nodes in PARLEY_EVENTLOG_URL, or use \+discover"):
        log.append(a_stream(), [an_event()], expected="any")


def test_the_leader_is_found_though_the_node_asked_first_lost_the_others(
    open_log: Open, cluster: StandIn
) -> None:
    cluster.tell("behave", cut_off=[0])
    cluster.tell("lead", node=1)

    assert not open_log(all_nodes(cluster)).append(a_stream(), [an_event()], expected="any").duplicate


def test_the_leader_is_discovered_behind_one_name(open_log: Open, cluster: StandIn) -> None:
    cluster.tell("lead", node=2)
    log = open_log(f"esdb+discover://127.0.0.1:{cluster.ports[0]}?tls=false")

    assert not log.append(a_stream(), [an_event()], expected="any").duplicate


@pytest.mark.parametrize("kind", ["UNIMPLEMENTED", "tells no positions"])
def test_an_older_server_is_told_with_the_version_needed(
    log: KurrentEventLog, cluster: StandIn, kind: str
) -> None:
    stream = a_stream()
    log.append(stream, [an_event()], expected="any")
    if kind == "UNIMPLEMENTED":
        cluster.goes_wrong("Read", kind, details="Service is unimplemented.")
    else:
        cluster.tell("behave", tells_no_positions=True)

    with pytest.raises(LogUnavailable, match=r"too old: Parley needs .* 23\.10 .* PARLEY_EVENTLOG_URL"):
        log.read_stream(stream)


@pytest.mark.parametrize("version", ["22.10.5", "23.6.0", "5.0.11"])
def test_a_server_that_tells_an_older_version_is_refused_before_anything_is_written(
    log: KurrentEventLog, cluster: StandIn, version: str
) -> None:
    cluster.tell("behave", version=version)

    with pytest.raises(
        LogUnavailable, match=rf"too old \(version {version}\).* 23\.10 .* PARLEY_EVENTLOG_URL"
    ):
        log.append(a_stream(), [an_event()], expected="any")

    assert cluster.calls("Append") == 0


@pytest.mark.parametrize("version", ["23.10.0", "24.10.4", "26.0.0", "0.0.0", "", None])
def test_a_server_of_another_version_is_used(
    log: KurrentEventLog, cluster: StandIn, version: str | None
) -> None:
    cluster.tell("behave", version=version)

    assert not log.append(a_stream(), [an_event()], expected="any").duplicate
    assert cluster.calls("ServerFeatures") == 1


def test_an_append_larger_than_the_server_takes_is_not_tried_for_ever(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    stream, large = a_stream("user"), a_personal_event("n" * 600_000)

    with pytest.raises(TooLarge, match="MaxAppendSize"):
        log.append(stream, [large, a_personal_event("n" * 600_000)], expected="any")

    assert log.read_stream(stream) == ()
    assert log.append(stream, [large], expected="no_stream").events == log.read_stream(stream)


def test_an_event_larger_than_the_server_takes_is_not_tried_for_ever(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    told = 'Event with Id: { "string": "1" }, Size: 2000000, exceeds Maximum Append Event Size of 1048576.'
    cluster.goes_wrong("Append", "INVALID_ARGUMENT", details=told)

    with pytest.raises(TooLarge, match="MaxAppendEventSize"):
        log.append(a_stream(), [an_event()], expected="any")


def test_an_event_larger_than_any_message_may_be_is_not_tried_for_ever(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    cluster.goes_wrong(
        "Append",
        "RESOURCE_EXHAUSTED",
        details="Received message exceeds the maximum configured message size.",
    )

    with pytest.raises(TooLarge, match="whatever it is told to take"):
        log.append(a_stream(), [an_event()], expected="any")


def test_an_event_as_large_as_a_server_can_be_told_to_take_is_read_too(
    log: KurrentEventLog, cluster: StandIn
) -> None:
    cluster.tell("behave", largest_append=16 * 1024 * 1024)
    large = log.append(a_stream("user"), [a_personal_event("n" * 8_000_000)], expected="any")

    assert log.read_all(after=0).events == large.events


@pytest.mark.parametrize(
    ("kind", "times"), [("INTERNAL", 2), ("ABORTED", 2), ("UNKNOWN", 1), ("RESOURCE_EXHAUSTED", 1)]
)
def test_whatever_else_a_server_says_may_pass(
    log: KurrentEventLog, cluster: StandIn, kind: str, times: int
) -> None:
    cluster.goes_wrong("Read", kind, times=times)

    with pytest.raises(LogUnavailable, match=r"PARLEY_EVENTLOG_URL\) failed: \w+ .*told to$"):
        log.read_stream(a_stream())
    assert log.read_stream(a_stream()) == ()


# --- TLS, user and password ---


@pytest.fixture(scope="module")
def pem(tmp_path_factory: pytest.TempPathFactory) -> certificates.Certificates:
    return certificates.make(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def guarded(pem: certificates.Certificates) -> Iterator[StandIn]:
    """Give a server that wants TLS, and `parley` with the password `p@ss:w/rd`."""
    with stand_in(
        *("--user", "parley", "--password", "p@ss:w/rd"),
        *("--key", str(pem.key), "--certificate", str(pem.certificate)),
    ) as running:
        yield running


def test_user_and_password_are_sent_over_tls(
    open_log: Open, guarded: StandIn, pem: certificates.Certificates
) -> None:
    quoted = "parley:p%40ss%3Aw%2Frd"
    stream = a_stream()
    log = open_log(f"kurrentdb://{quoted}@127.0.0.1:{guarded.ports[0]}?tlsCaFile={pem.authority}")

    appended = log.append(stream, [an_event()], expected="any")

    assert log.read_stream(stream) == appended.events
    assert log.wait_for_news(after=0, timeout=10)
    discovered = open_log(
        f"kurrentdb+discover://{quoted}@127.0.0.1:{guarded.ports[0]}?tlsCaFile={pem.authority}"
    )
    assert discovered.head() == appended.position


def test_a_file_that_is_being_replaced_is_told_with_its_setting(
    open_log: Open, guarded: StandIn, pem: certificates.Certificates, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_bytes(pem.authority.read_bytes())
    quoted = "parley:p%40ss%3Aw%2Frd"
    log = open_log(f"kurrentdb://{quoted}@127.0.0.1:{guarded.ports[0]}?tlsCaFile={authority}")
    authority.rename(tmp_path / "old.pem")

    with pytest.raises(LogUnavailable, match=r"PARLEY_EVENTLOG_URL names cannot be read now: .*ca\.pem"):
        log.head()
    (tmp_path / "old.pem").rename(authority)

    assert log.append(a_stream(), [an_event()], expected="any").position == log.head()


def test_a_wrong_password_is_told_with_its_setting(
    open_log: Open, guarded: StandIn, pem: certificates.Certificates
) -> None:
    log = open_log(f"kurrentdb://parley:wrong@127.0.0.1:{guarded.ports[0]}?tlsCaFile={pem.authority}")

    with pytest.raises(
        LogUnavailable, match="user and password: correct them in PARLEY_EVENTLOG_URL"
    ) as told:
        log.append(a_stream(), [an_event()], expected="any")
    assert "wrong" not in str(told.value)


@pytest.mark.parametrize(
    "parameters", ["", "?tls=false"], ids=["an unknown authority", "no TLS where it is wanted"]
)
def test_tls_that_does_not_fit_is_told_with_its_setting(
    open_log: Open, guarded: StandIn, parameters: str
) -> None:
    log = open_log(f"kurrentdb://parley:secret@127.0.0.1:{guarded.ports[0]}{parameters}")

    with pytest.raises(LogUnavailable, match="PARLEY_EVENTLOG_URL"):
        log.head()


def test_tls_where_the_server_speaks_none_is_told_with_its_setting(
    open_log: Open, cluster: StandIn, pem: certificates.Certificates
) -> None:
    log = open_log(f"kurrentdb://parley:secret@127.0.0.1:{cluster.ports[0]}?tlsCaFile={pem.authority}")

    with pytest.raises(LogUnavailable, match="look at tls and tlsCaFile in PARLEY_EVENTLOG_URL"):
        log.head()


# --- what stays in PostgreSQL ---


def test_streams_of_one_category_do_not_match_a_longer_one(log: KurrentEventLog) -> None:
    log.append(Stream("reply-tasks", uuid4()), [an_event()], expected="any")
    mine = log.append(Stream("tasks", uuid4()), [an_event()], expected="any")
    log.append(Stream("tasks-old", uuid4()), [an_event()], expected="any")

    assert log.read_all(after=0, categories=["tasks"]).events == mine.events


# --- inside the services, under eventlet ---


@pytest.mark.parametrize("secured", [False, True], ids=["in the clear", "over TLS, discovered"])
def test_under_eventlet_appends_and_waits_let_everybody_else_take_their_turns(
    beside: Settings, cluster: StandIn, guarded: StandIn, pem: certificates.Certificates, *, secured: bool
) -> None:
    server = guarded if secured else cluster
    server.tell("reset")
    server.goes_wrong("Append", "delay", seconds=1.0)
    user = "parley:p%40ss%3Aw%2Frd"
    secure_url = f"kurrentdb+discover://{user}@127.0.0.1:{guarded.ports[0]}?tlsCaFile={pem.authority}"
    url = secure_url if secured else all_nodes(cluster)
    settings = beside.model_copy(update={"eventlog_url": url})

    finished = subprocess.run(
        [sys.executable, "-m", "tests.integration.eventlog.green_kurrentdb"],
        env={**os.environ, **to_environment(settings)},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert finished.returncode == 0, finished.stderr
    seen = json.loads(finished.stdout)
    assert (seen["events"], seen["heard"], seen["heard_what_never_came"]) == (80, True, False)
    assert seen["threading_is_patched"]
    assert seen["grpcs_threading_is_not"]
    # A call that blocks would let nobody take a turn; otherwise there are about a hundred.
    assert min(seen["turns_during_an_append"], seen["turns_during_a_wait"]) > 5


@pytest.mark.parametrize("url", ["", "postgresql://127.0.0.1/log"])
def test_a_process_whose_log_is_in_postgresql_does_not_carry_grpc(url: str) -> None:
    program = (
        "import sys; from shared.runner import go_green; go_green();"
        "from shared.eventlog.factory import open_log; import shared.nameko_host;"
        "print('grpc' in sys.modules)"
    )

    finished = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PARLEY_EVENTLOG_URL": url},
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert finished.stdout.strip() == "False"

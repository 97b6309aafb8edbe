"""Load, decide, append: on the newest state, once, and again only where somebody else was quicker."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.command_handling import (
    ContendedStream,
    Loaded,
    StateStore,
    append_decided,
    load_together,
)
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.errors import Conflict
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.protocol import Appended, ExpectedVersion, LogUnavailable, Snapshot
from tests.contract.event_examples import an_event

CATEGORY = "thread"


class WatchedLog(MemoryEventLog):
    """Counts what is asked of it, and lets a test act just before an append."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.before_append: Callable[[], None] = lambda: None
        self.snapshots_fail = False

    def append(self, stream: Stream, events: Sequence[NewEvent], *, expected: ExpectedVersion) -> Appended:
        self.calls.append("append")
        self.before_append()
        return super().append(stream, events, expected=expected)

    def read_stream(self, stream: Stream, *, after_version: int = 0) -> tuple[RecordedEvent, ...]:
        self.calls.append(f"read_stream after {after_version}")
        return super().read_stream(stream, after_version=after_version)

    def read_streams(self, after_versions: Mapping[Stream, int]) -> tuple[RecordedEvent, ...]:
        self.calls.append(f"read_streams after {sorted(after_versions.values())}")
        return super().read_streams(after_versions)

    def save_snapshot(self, stream: Stream, snapshot: Snapshot) -> None:
        if self.snapshots_fail:
            raise LogUnavailable("not now")
        super().save_snapshot(stream, snapshot)


@dataclass(frozen=True)
class CountSnapshots:
    schema: int = 1
    every: int = 3

    def to_json(self, state: int) -> Mapping[str, Any]:
        return {"count": state}

    def from_json(self, json: Mapping[str, Any]) -> int:
        count: int = json["count"]
        return count


def count_store(log: MemoryEventLog, **options: Any) -> StateStore[int]:
    """Return a store whose states count the events of their streams."""
    return StateStore(log, CATEGORY, initial=lambda: 0, evolve=lambda state, _: state + 1, **options)


def add_one(loaded: Loaded[int]) -> Sequence[NewEvent]:
    del loaded
    return [an_event()]


@pytest.fixture
def log() -> WatchedLog:
    return WatchedLog()


@pytest.fixture
def store(log: WatchedLog) -> StateStore[int]:
    return count_store(log)


def grow(log: MemoryEventLog, stream_id: UUID, events: int = 1) -> None:
    """Append behind the store's back, as another process does."""
    MemoryEventLog.append(
        log, Stream(CATEGORY, stream_id), [an_event() for _ in range(events)], expected="any"
    )


# --- loading ---


def test_a_stream_without_events_has_the_initial_state(store: StateStore[int]) -> None:
    assert store.load(uuid4()) == Loaded(0, 0)


def test_a_state_is_folded_once_and_then_brought_up_to_date(log: WatchedLog, store: StateStore[int]) -> None:
    stream_id = uuid4()
    grow(log, stream_id, 3)

    first = store.load(stream_id)
    grow(log, stream_id, 2)
    second = store.load(stream_id)

    assert (first, second) == (Loaded(3, 3), Loaded(5, 5))
    assert log.calls == ["read_stream after 0", "read_stream after 3"]


def test_the_store_holds_no_more_states_than_it_may(log: WatchedLog) -> None:
    store = count_store(log, cache_size=2)
    one, two, three = uuid4(), uuid4(), uuid4()

    for stream_id in (one, two, one, three):
        store.load(stream_id)

    assert store.held(two) is None
    assert store.held(one) is not None
    assert store.held(three) is not None


def test_states_load_together_in_one_round_trip(log: WatchedLog, store: StateStore[int]) -> None:
    cases: StateStore[int] = StateStore(log, "case", initial=lambda: 100, evolve=lambda state, _: state + 1)
    thread_id, case_id = uuid4(), uuid4()
    grow(log, thread_id, 2)
    store.load(thread_id)
    grow(log, thread_id)
    log.append(Stream("case", case_id), [an_event()], expected="any")
    log.calls.clear()

    loaded = load_together(log, [(store, thread_id), (cases, case_id), (store, uuid4())])

    assert loaded == [Loaded(3, 3), Loaded(101, 1), Loaded(0, 0)]
    assert log.calls == ["read_streams after [0, 0, 2]"]
    assert store.held(thread_id) == Loaded(3, 3)


def test_one_stream_may_be_wanted_by_two_stores(log: WatchedLog, store: StateStore[int]) -> None:
    other = count_store(log)
    stream_id = uuid4()
    grow(log, stream_id, 2)
    store.load(stream_id)
    grow(log, stream_id)

    assert load_together(log, [(store, stream_id), (other, stream_id)]) == [Loaded(3, 3), Loaded(3, 3)]


# --- deciding ---


def test_what_is_decided_is_appended_at_the_version_it_was_decided_on(
    log: WatchedLog, store: StateStore[int]
) -> None:
    stream_id = uuid4()
    grow(log, stream_id, 2)

    appended = append_decided(store, stream_id, add_one)

    assert appended is not None
    assert [event.version for event in appended.events] == [3]
    assert store.held(stream_id) == Loaded(3, 3)


def test_nothing_is_appended_where_nothing_was_decided(log: WatchedLog, store: StateStore[int]) -> None:
    assert append_decided(store, uuid4(), lambda _: ()) is None
    assert log.head() == 0


def test_a_refusal_reaches_the_caller(store: StateStore[int]) -> None:
    def refuse(loaded: Loaded[int]) -> Sequence[NewEvent]:
        raise Conflict("full", f"{loaded.state} is enough")

    with pytest.raises(Conflict, match="0 is enough"):
        append_decided(store, uuid4(), refuse)


def test_a_state_in_memory_saves_the_read(log: WatchedLog, store: StateStore[int]) -> None:
    stream_id = uuid4()
    append_decided(store, stream_id, add_one)
    log.calls.clear()

    append_decided(store, stream_id, add_one)

    assert log.calls == ["append"]
    assert store.held(stream_id) == Loaded(2, 2)


def test_a_state_in_memory_that_is_behind_leads_to_no_refusal(
    log: WatchedLog, store: StateStore[int]
) -> None:
    stream_id = uuid4()
    store.load(stream_id)
    grow(log, stream_id)

    def only_after_the_first(loaded: Loaded[int]) -> Sequence[NewEvent]:
        if loaded.state == 0:
            raise Conflict("too_early", "wait for the first")
        return [an_event()]

    appended = append_decided(store, stream_id, only_after_the_first)

    assert appended is not None
    assert appended.events[0].version == 2


def test_a_state_in_memory_that_is_behind_leads_to_no_silence(
    log: WatchedLog, store: StateStore[int]
) -> None:
    stream_id = uuid4()
    store.load(stream_id)
    grow(log, stream_id)

    appended = append_decided(store, stream_id, lambda loaded: [an_event()] if loaded.state else [])

    assert appended is not None


def test_a_state_in_memory_that_is_behind_leads_to_no_wrong_decision(
    log: WatchedLog, store: StateStore[int]
) -> None:
    stream_id = uuid4()
    store.load(stream_id)
    grow(log, stream_id)

    def only_one(loaded: Loaded[int]) -> Sequence[NewEvent]:
        return [an_event()] if loaded.state == 0 else []

    assert append_decided(store, stream_id, only_one) is None
    assert log.head() == 1


def test_a_conflict_is_decided_again_on_the_newer_state(log: WatchedLog, store: StateStore[int]) -> None:
    stream_id = uuid4()
    seen: list[int] = []
    log.before_append = lambda: grow(log, stream_id) if len(seen) == 1 else None

    def decide(loaded: Loaded[int]) -> Sequence[NewEvent]:
        seen.append(loaded.state)
        return [an_event()]

    appended = append_decided(store, stream_id, decide)

    assert seen == [0, 1]
    assert appended is not None
    assert appended.events[0].version == 2


def test_conflict_after_conflict_is_for_later(log: WatchedLog, store: StateStore[int]) -> None:
    stream_id = uuid4()
    log.before_append = lambda: grow(log, stream_id)

    with pytest.raises(ContendedStream, match="3 times"):
        append_decided(store, stream_id, add_one, attempts=3)


def test_a_repeated_command_gets_its_first_outcome(log: WatchedLog, store: StateStore[int]) -> None:
    stream_id = uuid4()
    event = an_event()
    first = append_decided(store, stream_id, lambda _: [event])
    append_decided(store, stream_id, add_one)

    again = append_decided(store, stream_id, lambda _: [event])

    assert first is not None
    assert again == Appended(first.events, duplicate=True)
    assert store.load(stream_id) == Loaded(2, 2)


def test_a_log_restored_from_an_older_backup_is_believed(log: WatchedLog, store: StateStore[int]) -> None:
    stream_id = uuid4()
    grow(log, stream_id, 5)
    store.load(stream_id)
    restored = WatchedLog()
    grow(restored, stream_id, 2)
    store.log = restored

    appended = append_decided(store, stream_id, add_one)

    assert appended is not None
    assert appended.events[0].version == 3
    assert store.held(stream_id) == Loaded(3, 3)


def test_writers_of_one_process_take_turns_and_never_conflict(
    log: WatchedLog, store: StateStore[int]
) -> None:
    stream_id = uuid4()

    def write() -> None:
        for _ in range(20):
            assert append_decided(store, stream_id, add_one, attempts=1) is not None

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(write) for _ in range(8)]:
            future.result()

    assert log.calls.count("append") == log.head() == 160
    assert store.held(stream_id) == Loaded(160, 160)


def test_writers_of_different_streams_do_not_wait_for_each_other(store: StateStore[int]) -> None:
    both = threading.Barrier(2, timeout=30)

    def meet(loaded: Loaded[int]) -> Sequence[NewEvent]:
        both.wait()
        return add_one(loaded)

    with ThreadPoolExecutor(2) as pool:
        futures = [pool.submit(append_decided, store, uuid4(), meet) for _ in range(2)]

        assert all(future.result() is not None for future in futures)


# --- snapshots ---


def test_a_snapshot_is_taken_whenever_the_stream_has_grown_enough(log: WatchedLog) -> None:
    store = count_store(log, snapshots=CountSnapshots(every=3))
    stream_id = uuid4()
    versions = []

    for _ in range(7):
        append_decided(store, stream_id, add_one)
        snapshot = log.load_snapshot(store.stream(stream_id))
        versions.append(snapshot.version if snapshot else 0)

    assert versions == [0, 0, 3, 3, 3, 6, 6]


def test_a_state_starts_from_its_snapshot(log: WatchedLog) -> None:
    stream_id = uuid4()
    grow(log, stream_id, 4)
    count_store(log, snapshots=CountSnapshots()).load(stream_id)
    grow(log, stream_id)
    log.calls.clear()

    loaded = count_store(log, snapshots=CountSnapshots()).load(stream_id)

    assert loaded == Loaded(5, 5)
    assert log.calls == ["read_stream after 4"]


def test_a_snapshot_of_other_code_is_passed_over(log: WatchedLog) -> None:
    stream_id = uuid4()
    grow(log, stream_id, 4)
    count_store(log, snapshots=CountSnapshots(schema=1)).load(stream_id)
    log.calls.clear()

    count_store(log, snapshots=CountSnapshots(schema=2)).load(stream_id)

    assert log.calls == ["read_stream after 0"]


def test_a_snapshot_that_cannot_be_taken_stops_nothing(log: WatchedLog) -> None:
    store = count_store(log, snapshots=CountSnapshots(every=1))
    log.snapshots_fail = True

    assert append_decided(store, uuid4(), add_one) is not None

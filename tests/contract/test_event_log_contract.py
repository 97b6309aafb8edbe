"""What every event log keeps, whichever engine is behind it."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from shared.contracts.envelope import ERASED, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import UserAdded
from shared.eventlog.protocol import (
    Append,
    Appended,
    EventLog,
    ExpectedVersion,
    Snapshot,
    VersionConflict,
)
from tests.contract.event_examples import NOON, a_personal_event, a_stream, an_event


def ids(events: Sequence[RecordedEvent] | Sequence[NewEvent]) -> list[UUID]:
    return [event.id for event in events]


def positions(*appended: Appended) -> list[int]:
    return [event.position for each in appended for event in each.events]


def everything(log: EventLog) -> tuple[RecordedEvent, ...]:
    return log.read_all(after=0).events


# --- append ---


def test_an_appended_event_reads_back_as_it_was_decided(log: EventLog) -> None:
    stream = a_stream("user")
    event = a_personal_event()

    appended = log.append(stream, [event], expected="no_stream")

    (recorded,) = log.read_stream(stream)
    assert recorded == RecordedEvent(
        id=event.id,
        source="messaging",
        type="UserAdded",
        schema_version=1,
        stream=stream,
        version=1,
        position=appended.position,
        time=NOON,
        actor=event.actor,
        audience=event.audience,
        subject=event.subject,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        data=event.data,
    )
    assert appended == Appended((recorded,), duplicate=False)
    assert appended.position == log.head() == log.newest() > 0


def test_versions_count_in_the_stream_and_positions_in_the_log(log: EventLog) -> None:
    one, other = a_stream(), a_stream()

    first = log.append(one, [an_event(), an_event()], expected="no_stream")
    second = log.append(other, [an_event()], expected="no_stream")
    third = log.append(one, [an_event()], expected=2)

    assert log.read_stream(one) == (*first.events, *third.events)
    assert [event.version for event in log.read_stream(one)] == [1, 2, 3]
    assert [event.version for event in log.read_stream(other)] == [1]
    given = positions(first, second, third)
    assert given == sorted(set(given))
    assert given == [event.position for event in everything(log)]
    if log.consecutive:
        assert given == [1, 2, 3, 4]


def test_one_id_in_two_categories_is_two_streams(log: EventLog) -> None:
    identifier = uuid4()
    event = an_event()

    log.append(Stream("thread", identifier), [event], expected="no_stream")
    appended = log.append(Stream("reply-tasks", identifier), [event], expected="no_stream")

    assert not appended.duplicate
    assert [each.version for each in appended.events] == [1]


@pytest.mark.parametrize("expected", ["no_stream", 0, 1, 3])
def test_an_append_at_another_version_is_refused_and_shows_both(
    log: EventLog, expected: ExpectedVersion
) -> None:
    stream = a_stream()
    log.append(stream, [an_event(), an_event()], expected="no_stream")

    with pytest.raises(VersionConflict) as refused:
        log.append(stream, [an_event()], expected=expected)

    assert (refused.value.stream, refused.value.expected, refused.value.actual) == (stream, expected, 2)
    assert len(everything(log)) == 2


def test_an_append_to_a_stream_that_is_not_there_yet_is_refused_where_a_version_is_expected(
    log: EventLog,
) -> None:
    with pytest.raises(VersionConflict) as refused:
        log.append(a_stream(), [an_event()], expected=1)

    assert refused.value.actual == 0


def test_any_version_takes_the_stream_as_it_is(log: EventLog) -> None:
    stream = a_stream()

    first = log.append(stream, [an_event()], expected="any")
    second = log.append(stream, [an_event()], expected="any")

    assert (first.events[0].version, second.events[0].version) == (1, 2)


def test_no_events_are_no_append(log: EventLog) -> None:
    with pytest.raises(ValueError, match="at least one event"):
        log.append(a_stream(), [], expected="any")


def test_one_id_twice_in_an_append_is_refused(log: EventLog) -> None:
    event = an_event()

    with pytest.raises(ValueError, match="one id"):
        log.append(a_stream(), [event, event], expected="any")

    assert log.head() == 0


def test_a_time_without_an_offset_is_refused(log: EventLog) -> None:
    naive = datetime(2026, 11, 20, 12)  # noqa: DTZ001 - the point

    with pytest.raises(ValueError, match="aware"):
        log.append(a_stream(), [an_event(time=naive)], expected="any")


def test_times_read_back_in_utc_to_the_microsecond(log: EventLog) -> None:
    stream = a_stream()
    in_copenhagen = datetime(2026, 11, 20, 15, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))

    appended = log.append(stream, [an_event(time=in_copenhagen)], expected="any")

    for event in (appended.events[0], log.read_stream(stream)[0]):
        assert event.time == in_copenhagen
        assert event.time.tzinfo is UTC


def test_an_event_without_an_audience_and_subject_reads_back(log: EventLog) -> None:
    stream = a_stream()
    event = NewEvent(
        id=uuid4(),
        data=an_event().data,
        time=NOON,
        actor="ops:import",
        audience=frozenset(),
        correlation_id=uuid4(),
    )

    log.append(stream, [event], expected="any")

    (recorded,) = log.read_stream(stream)
    assert (recorded.audience, recorded.subject, recorded.causation_id) == (frozenset(), None, None)


@given(
    name=st.text(st.characters(codec="utf-8"), max_size=200),
    actor=st.text(st.characters(codec="ascii", exclude_characters="\0")),
)
@hypothesis_settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_survives(log: EventLog, name: str, actor: str) -> None:
    """Quotes, backslashes, braces, line ends, NUL and characters beyond the BMP are text like any other."""
    stream = a_stream("user")
    event = a_personal_event(name)
    event = NewEvent(
        id=event.id,
        data=event.data,
        time=event.time,
        actor=actor,
        audience=event.audience,
        subject=event.subject,
        correlation_id=event.correlation_id,
    )

    appended = log.append(stream, [event], expected="any")

    assert log.read_stream(stream) == appended.events


# --- idempotence ---


def test_repeating_an_append_changes_nothing_and_tells_the_first_outcome(log: EventLog) -> None:
    stream = a_stream()
    events = [an_event(), an_event()]
    first = log.append(stream, events, expected="no_stream")
    log.append(stream, [an_event()], expected=2)

    again = log.append(stream, events, expected="no_stream")

    assert again.duplicate
    assert again.events == first.events
    assert len(everything(log)) == 3


def test_a_repeat_finds_its_outcome_before_any_version_is_looked_at(log: EventLog) -> None:
    stream = a_stream()
    event = an_event()
    log.append(stream, [event], expected="no_stream")

    assert log.append(stream, [event], expected=99).duplicate


def test_a_repeat_with_other_content_tells_what_is_in_the_log(log: EventLog) -> None:
    stream = a_stream("user")
    first = a_personal_event("Anna")
    log.append(stream, [first], expected="any")
    other = NewEvent(
        id=first.id,
        data=a_personal_event("Berta").data,
        time=NOON + timedelta(hours=1),
        actor="platform",
        audience=frozenset(),
        subject=first.subject,
        correlation_id=uuid4(),
    )

    again = log.append(stream, [other], expected="any")

    assert again.events[0].data == first.data
    assert again.events[0].time == NOON


def test_a_repeat_may_name_part_of_what_was_appended_in_any_order(log: EventLog) -> None:
    stream = a_stream()
    one, two, three = an_event(), an_event(), an_event()
    log.append(stream, [one, two, three], expected="any")

    again = log.append(stream, [three, one], expected="any")

    assert again.duplicate
    assert [event.version for event in again.events] == [3, 1]


def test_an_append_of_which_some_is_there_is_a_conflict(log: EventLog) -> None:
    stream = a_stream()
    known = an_event()
    log.append(stream, [known], expected="any")

    with pytest.raises(VersionConflict) as refused:
        log.append(stream, [known, an_event()], expected="any")

    assert refused.value.actual == 1
    assert len(everything(log)) == 1


# --- several appends at once ---


def test_several_appends_are_done_in_the_order_given(log: EventLog) -> None:
    before = log.append(known := a_stream(), [an_event()], expected="no_stream")
    appends = [
        Append(a_stream(), [an_event(), an_event()], "no_stream"),
        Append(known, [an_event()], 1),
        Append(a_stream("user"), [a_personal_event(), a_personal_event()], "any"),
    ]

    outcomes = log.append_several(appends)

    for append, outcome in zip(appends, outcomes, strict=True):
        assert isinstance(outcome, Appended)
        assert not outcome.duplicate
        assert ids(outcome.events) == ids(append.events)
    recorded = [event for each in outcomes if isinstance(each, Appended) for event in each.events]
    assert [event.version for event in recorded] == [1, 2, 2, 1, 2]
    assert list(log.read_all(after=before.position).events) == recorded


def test_each_of_several_appends_has_the_outcome_it_would_have_had_alone(log: EventLog) -> None:
    repeated, partly, behind = a_stream(), a_stream(), a_stream()
    events = [an_event(), an_event()]
    first = log.append(repeated, events, expected="any")
    log.append(partly, [events[0]], expected="any")
    last = log.append(behind, [an_event()], expected="any")

    outcomes = log.append_several(
        [
            Append(behind, [an_event()], "no_stream"),
            Append(repeated, events, "no_stream"),
            Append(a_stream(), [an_event()], "no_stream"),
            Append(partly, events, 1),
            Append(a_stream(), [an_event()], 1),
        ]
    )

    conflict, again, done, in_part, not_there = outcomes
    assert isinstance(conflict, VersionConflict)
    assert (conflict.stream, conflict.expected, conflict.actual) == (behind, "no_stream", 1)
    assert again == Appended(first.events, duplicate=True)
    assert isinstance(done, Appended)
    assert not done.duplicate
    assert isinstance(in_part, VersionConflict)
    assert in_part.actual == 1
    assert isinstance(not_there, VersionConflict)
    assert not_there.actual == 0
    assert log.read_all(after=last.position).events == done.events


def test_several_appends_that_are_all_refused_write_nothing(log: EventLog) -> None:
    outcomes = log.append_several([Append(a_stream(), [an_event()], 3) for _ in range(2)])

    assert all(isinstance(each, VersionConflict) for each in outcomes)
    assert log.head() == 0


def test_no_appends_have_no_outcomes(log: EventLog) -> None:
    assert log.append_several([]) == []


@pytest.mark.parametrize("fault", ["a stream twice", "no events"])
def test_several_appends_with_a_mistake_of_the_caller_write_nothing(log: EventLog, fault: str) -> None:
    stream = a_stream()
    again, empty = Append(stream, [an_event()], "any"), Append(a_stream(), [], "any")
    wrong = again if fault == "a stream twice" else empty

    with pytest.raises(ValueError, match=r"another stream|at least one event"):
        log.append_several([Append(stream, [an_event()], "any"), wrong])

    assert log.head() == 0


def test_whoever_waits_is_woken_by_several_appends(log: EventLog) -> None:
    with ThreadPoolExecutor(1) as pool:
        first = log.append(a_stream(), [an_event()], expected="any")
        waiting = pool.submit(log.wait_for_news, after=first.position, timeout=30)
        log.append_several([Append(a_stream(), [an_event()], "any") for _ in range(2)])

        assert waiting.result()


def test_racing_writers_of_several_streams_leave_no_gap(log: EventLog) -> None:
    shared_stream = a_stream()

    def write(_: int) -> int:
        outcomes = log.append_several(
            [Append(shared_stream, [an_event()], "any"), Append(a_stream(), [an_event()], "no_stream")]
        )
        return sum(isinstance(each, Appended) for each in outcomes)

    with ThreadPoolExecutor(8) as pool:
        done = sum(pool.map(write, range(40)))

    assert done == 80
    assert len(everything(log)) == 80
    assert [event.version for event in log.read_stream(shared_stream)] == list(range(1, 41))


# --- reading streams ---


def test_a_stream_reads_from_after_a_version(log: EventLog) -> None:
    stream = a_stream()
    events = [an_event() for _ in range(5)]
    log.append(stream, events, expected="any")

    assert ids(log.read_stream(stream, after_version=3)) == ids(events[3:])
    assert log.read_stream(stream, after_version=5) == ()
    assert log.read_stream(a_stream()) == ()


def test_several_streams_read_together_in_order_of_position(log: EventLog) -> None:
    one, two, absent = a_stream(), a_stream("case"), a_stream()
    first = log.append(one, [an_event(), an_event()], expected="any")
    second = log.append(two, [an_event()], expected="any")
    third = log.append(one, [an_event()], expected="any")
    log.append(a_stream(), [an_event()], expected="any")

    events = log.read_streams({one: 1, two: 0, absent: 0})

    assert events == (first.events[1], *second.events, *third.events)
    assert log.read_streams({}) == ()


def test_an_event_is_found_by_its_id_in_its_stream_only(log: EventLog) -> None:
    stream = a_stream()
    event = an_event()
    appended = log.append(stream, [an_event(), event], expected="any")

    assert log.find(stream, event.id) == appended.events[1]
    assert log.find(a_stream(), event.id) is None
    assert log.find(stream, uuid4()) is None


# --- reading everything ---


def test_the_whole_log_reads_in_pages_in_order(log: EventLog) -> None:
    streams = [a_stream() for _ in range(3)]
    events = [an_event() for _ in range(7)]
    for number, event in enumerate(events):
        log.append(streams[number % 3], [event], expected="any")

    first = log.read_all(after=0, limit=3)
    second = log.read_all(after=first.position, limit=3)
    third = log.read_all(after=second.position, limit=3)

    pages = [first, second, third]
    assert [ids(page.events) for page in pages] == [ids(events[:3]), ids(events[3:6]), ids(events[6:])]
    assert [page.position for page in pages] == [page.events[-1].position for page in pages]


def test_a_page_advances_over_what_its_filter_leaves_out(log: EventLog) -> None:
    wanted = log.append(a_stream("case"), [an_event()], expected="any")
    log.append(a_stream("thread"), [an_event() for _ in range(4)], expected="any")

    page = log.read_all(after=0, categories={"case", "user"})
    beyond = log.read_all(after=page.position, categories=["case"])

    assert page.events == wanted.events
    assert page.position == log.head()
    assert (beyond.events, beyond.position) == ((), log.head())


def test_a_full_page_ends_with_its_last_event(log: EventLog) -> None:
    wanted = log.append(a_stream("case"), [an_event(), an_event()], expected="any")
    log.append(a_stream("thread"), [an_event()], expected="any")

    page = log.read_all(after=0, limit=2, categories=["case"])

    assert page.position == wanted.position


def test_no_categories_are_none_of_the_events(log: EventLog) -> None:
    log.append(a_stream(), [an_event()], expected="any")

    page = log.read_all(after=0, categories=[])

    assert (page.events, page.position) == ((), log.head())


def test_nothing_past_until_is_read(log: EventLog) -> None:
    one, two, three, *_ = positions(log.append(a_stream(), [an_event() for _ in range(5)], expected="any"))

    page = log.read_all(after=one, until=three)
    filtered = log.read_all(after=one, until=three, categories=["case"])

    assert [event.position for event in page.events] == [two, three]
    assert page.position == filtered.position == three


def test_one_event_is_read_by_its_position_alone(log: EventLog) -> None:
    appended = log.append(a_stream(), [an_event() for _ in range(3)], expected="any")

    for event in appended.events:
        page = log.read_all(after=event.position - 1, until=event.position, limit=1)
        assert (page.events, page.position) == ((event,), event.position)


def test_the_last_events_are_found_from_the_end(log: EventLog) -> None:
    cases = log.append(a_stream("case"), [an_event() for _ in range(3)], expected="any")
    threads = log.append(a_stream("thread"), [an_event() for _ in range(3)], expected="any")

    assert log.read_all(after=log.before_last(4)).events == (cases.events[2], *threads.events)
    assert log.before_last(6) == log.before_last(99) == 0
    assert len(log.read_all(after=log.before_last(2, categories=["case"]), categories=["case"]).events) <= 2


def test_a_page_is_never_behind_where_it_started(log: EventLog) -> None:
    position = log.append(a_stream(), [an_event()], expected="any").position

    assert log.read_all(after=position + 7).position == position + 7
    assert log.read_all(after=position, until=0).position == position


def test_an_empty_log_has_head_0_and_an_empty_page(log: EventLog) -> None:
    page = log.read_all(after=0)

    assert (log.head(), page.events, page.position) == (0, (), 0)


@given(
    categories=st.lists(st.sampled_from(["thread", "case", "user"]), max_size=12),
    wanted=st.sets(st.sampled_from(["thread", "case", "user", "company"])),
    limit=st.integers(1, 5),
)
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_paging_finds_each_wanted_event_once(
    log: EventLog, categories: list[str], wanted: set[str], limit: int
) -> None:
    start = log.head()
    appended = [log.append(a_stream(category), [an_event()], expected="any") for category in categories]

    found: list[RecordedEvent] = []
    position = start
    while position < log.head():
        page = log.read_all(after=position, limit=limit, categories=wanted)
        assert page.position > position
        assert len(page.events) <= limit
        found.extend(page.events)
        position = page.position

    assert found == [e for each in appended for e in each.events if e.stream.category in wanted]


# --- many at once ---


def test_racing_writers_of_one_version_get_one_success(log: EventLog) -> None:
    stream = a_stream()
    writers = 8
    barrier = threading.Barrier(writers)

    def write() -> bool:
        barrier.wait()
        try:
            log.append(stream, [an_event()], expected="no_stream")
        except VersionConflict:
            return False
        return True

    with ThreadPoolExecutor(writers) as pool:
        outcomes = list(pool.map(lambda _: write(), range(writers)))

    assert outcomes.count(True) == 1
    assert len(everything(log)) == 1


def test_racing_repeats_of_one_append_write_once_and_all_learn_the_outcome(log: EventLog) -> None:
    stream = a_stream()
    events = [an_event(), an_event()]
    barrier = threading.Barrier(8)

    def write() -> Appended:
        barrier.wait()
        return log.append(stream, events, expected="no_stream")

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(lambda _: write(), range(8)))

    assert [each.duplicate for each in outcomes].count(False) == 1
    assert len({each.events for each in outcomes}) == 1
    assert len(everything(log)) == 2


def test_racing_writers_leave_no_gap(log: EventLog) -> None:
    shared_stream = a_stream()

    def write(number: int) -> None:
        log.append(shared_stream if number % 2 else a_stream(), [an_event(), an_event()], expected="any")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))

    given = [event.position for event in everything(log)]
    assert len(given) == 80
    assert given == sorted(set(given))
    if log.consecutive:
        assert given == list(range(1, 81))
    assert [event.version for event in log.read_stream(shared_stream)] == list(range(1, 41))


# --- news ---


def test_news_that_are_there_are_told_at_once(log: EventLog) -> None:
    log.append(a_stream(), [an_event()], expected="any")

    assert log.wait_for_news(after=0, timeout=0)


def test_without_news_the_wait_ends_in_time(log: EventLog) -> None:
    started = time.monotonic()

    assert not log.wait_for_news(after=0, timeout=0.05)

    assert time.monotonic() - started >= 0.05


def test_whoever_waits_is_woken_by_an_append(log: EventLog) -> None:
    with ThreadPoolExecutor(3) as pool:
        waiting = [pool.submit(log.wait_for_news, after=0, timeout=30) for _ in range(3)]
        log.append(a_stream(), [an_event()], expected="any")

        assert [each.result() for each in waiting] == [True, True, True]


def test_whoever_waits_for_more_is_not_woken_by_what_there_was(log: EventLog) -> None:
    position = log.append(a_stream(), [an_event()], expected="any").position
    log.wait_for_news(after=0, timeout=1)

    assert not log.wait_for_news(after=position, timeout=0.05)


# --- snapshots ---


def test_a_snapshot_is_kept_per_stream(log: EventLog) -> None:
    stream = a_stream()
    snapshot = Snapshot(3, 1, {"open": [1, 2], "name": 'quo"te'})

    log.save_snapshot(stream, snapshot)

    assert log.load_snapshot(stream) == snapshot
    assert log.load_snapshot(a_stream()) is None
    assert log.load_snapshot(Stream("other", stream.id)) is None


@pytest.mark.parametrize(
    ("later", "kept"),
    [
        (Snapshot(4, 1, {"n": 2}), 4),
        (Snapshot(2, 1, {"n": 2}), 3),
        (Snapshot(2, 2, {"n": 2}), 2),
    ],
    ids=["a newer one replaces it", "an older one does not", "one of newer code does"],
)
def test_the_newest_snapshot_is_kept(log: EventLog, later: Snapshot, kept: int) -> None:
    stream = a_stream()
    log.save_snapshot(stream, Snapshot(3, 1, {"n": 1}))

    log.save_snapshot(stream, later)

    loaded = log.load_snapshot(stream)
    assert loaded is not None
    assert loaded.version == kept


# --- erasure ---


def test_erasing_a_subject_leaves_the_events_and_takes_what_is_personal(log: EventLog) -> None:
    stream = a_stream("user")
    event, other = a_personal_event("Anna"), a_personal_event("Berta")
    appended = log.append(stream, [event, other], expected="any")
    assert event.subject is not None

    erased = log.erase_subject(event.subject)

    assert erased
    first, second = log.read_stream(stream)
    assert isinstance(first.data, UserAdded)
    assert (first.data.name, first.data.email, first.data.role) == (ERASED, ERASED, "admin")
    assert second.data == other.data
    assert (first.position, second.position) == tuple(positions(appended))


def test_erasing_who_has_no_key_says_so(log: EventLog) -> None:
    assert not log.erase_subject("user:nobody")


def test_what_is_appended_after_an_erasure_can_be_read_and_what_was_before_cannot(log: EventLog) -> None:
    stream = a_stream("user")
    log.append(stream, [a_personal_event("Anna", subject="user:1")], expected="any")
    log.erase_subject("user:1")

    log.append(stream, [a_personal_event("Anna again", subject="user:1")], expected="any")

    names = [event.data.name for event in log.read_stream(stream) if isinstance(event.data, UserAdded)]
    assert names == [ERASED, "Anna again"]


def test_erasing_a_subject_takes_the_snapshots_of_its_streams(log: EventLog) -> None:
    stream, other = a_stream("user"), a_stream("user")
    log.append(stream, [a_personal_event("Anna", subject="user:1")], expected="any")
    for each in (stream, other):
        log.save_snapshot(each, Snapshot(1, 1, {"name": "Anna"}))

    log.erase_subject("user:1")

    assert log.load_snapshot(stream) is None
    assert log.load_snapshot(other) is not None


def test_personal_fields_without_a_subject_are_a_mistake_of_the_caller(log: EventLog) -> None:
    event = a_personal_event()
    without = NewEvent(
        id=event.id,
        data=event.data,
        time=NOON,
        actor="platform",
        audience=frozenset(),
        correlation_id=uuid4(),
    )

    with pytest.raises(ValueError, match="name the event's subject"):
        log.append(a_stream("user"), [without], expected="any")

    assert log.head() == 0

"""Commands that are decided one after the other and appended together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.command_handling import Loaded, Plan, StateStore, append_decided
from shared.contracts.envelope import NewEvent, Stream
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.protocol import Append, Appended, VersionConflict
from tests.contract.event_examples import an_event

CATEGORY = "thread"


@dataclass(frozen=True)
class Raise:
    """Append as many events as the stream has, plus one, unless it has as many as `limit`."""

    id: UUID
    stream_id: UUID
    limit: int = 8


def decide(command: Raise, count: int) -> Sequence[NewEvent]:
    if count >= command.limit:
        return ()
    return [an_event(event_id=uuid5(command.id, str(n))) for n in range(count + 1)]


def deciding(command: Raise) -> Callable[[Loaded[int]], Sequence[NewEvent]]:
    return lambda loaded: decide(command, loaded.state)


class Log(MemoryEventLog):
    """Lets a test act just before several appends, and tells how many each had."""

    def __init__(self) -> None:
        super().__init__()
        self.together: list[int] = []
        self.before_append: Callable[[], object] = lambda: None

    def append_several(self, appends: Sequence[Append]) -> list[Appended | VersionConflict]:
        self.together.append(len(appends))
        self.before_append()
        return super().append_several(appends)


def store_of(log: MemoryEventLog) -> StateStore[int]:
    return StateStore(log, CATEGORY, initial=lambda: 0, evolve=lambda state, _: state + 1)


@pytest.fixture
def log() -> Log:
    return Log()


@pytest.fixture
def store(log: Log) -> StateStore[int]:
    return store_of(log)


def test_each_command_is_decided_on_what_the_earlier_ones_lead_to(log: Log, store: StateStore[int]) -> None:
    one, other = uuid4(), uuid4()
    plan = Plan(store, decide)

    added = [plan.add(id_, Raise(uuid4(), id_)) for id_ in (one, other, one, one)]
    size = plan.size
    appended, left = plan.append()

    assert (added, size, left) == ([True] * 4, 1 + 1 + 2 + 4, [])
    assert [len(each.events) for each in appended] == [7, 1]
    assert (store.held(one), store.held(other)) == (Loaded(7, 7), Loaded(1, 1))
    assert log.together == [2]
    assert (plan.size, plan.append()) == (0, ([], []))


def test_a_command_that_leads_to_nothing_is_not_planned(log: Log, store: StateStore[int]) -> None:
    stream_id = uuid4()
    plan = Plan(store, decide)
    plan.add(stream_id, Raise(uuid4(), stream_id))

    assert not plan.add(stream_id, Raise(uuid4(), stream_id, limit=1))
    assert plan.size == 1
    assert log.head() == 0


def test_nothing_is_held_of_what_was_only_planned(store: StateStore[int]) -> None:
    stream_id = uuid4()
    Plan(store, decide).add(stream_id, Raise(uuid4(), stream_id))

    assert store.held(stream_id) == Loaded(0, 0)


def test_commands_of_a_stream_that_somebody_else_wrote_to_are_handed_back(
    log: Log, store: StateStore[int]
) -> None:
    contended, quiet = uuid4(), uuid4()
    plan = Plan(store, decide)
    commands = [Raise(uuid4(), contended) for _ in range(2)]
    plan.add(contended, commands[0])
    plan.add(quiet, Raise(uuid4(), quiet))
    plan.add(contended, commands[1])
    log.before_append = lambda: log.append(Stream(CATEGORY, contended), [an_event()], expected="any")

    appended, left = plan.append()

    assert [each.events[0].stream.id for each in appended] == [quiet]
    assert left == commands
    assert len(log.read_stream(Stream(CATEGORY, contended))) == 1


def test_commands_that_were_carried_out_before_are_handed_back(log: Log, store: StateStore[int]) -> None:
    stream_id = uuid4()
    command = Raise(uuid4(), stream_id)
    plan = Plan(store, decide)
    plan.add(stream_id, command)
    other = store_of(log)
    append_decided(other, stream_id, deciding(command))

    assert plan.append() == ([], [command])
    assert log.head() == 1


def test_a_state_that_is_ahead_of_its_stream_is_forgotten(log: Log, store: StateStore[int]) -> None:
    stream_id = uuid4()
    store.advance(stream_id, Loaded(5, 5), ())
    plan = Plan(store, decide)
    command = Raise(uuid4(), stream_id)
    plan.add(stream_id, command)

    assert plan.append() == ([], [command])
    assert store.held(stream_id) is None


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9)), max_size=12), st.integers(1, 6))
def test_together_leads_to_what_one_by_one_would_have_led_to(
    told: list[tuple[int, int]], at_once: int
) -> None:
    streams = [uuid4() for _ in range(3)]
    commands = [Raise(uuid4(), streams[which], limit) for which, limit in told]
    together, one_by_one = MemoryEventLog(), MemoryEventLog()
    plan, store = Plan(store_of(together), decide), store_of(one_by_one)
    for n, command in enumerate(commands):
        append_decided(store, command.stream_id, deciding(command))
        plan.add(command.stream_id, command)
        if n % at_once == 0:
            assert plan.append()[1] == []
    assert plan.append()[1] == []

    def ids(log: MemoryEventLog) -> list[list[UUID]]:
        return [[event.id for event in log.read_stream(Stream(CATEGORY, id_))] for id_ in streams]

    assert ids(together) == ids(one_by_one)

"""How a batch of events is reacted to together, and when one by one."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import uuid4

import pytest

from shared.checkpoint import Marks
from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import DatabaseConnection
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.protocol import Appended
from shared.handling import Handler, HandlingFailed, SubscriptionDefinition
from tests.unit.subscription.test_consequences_ahead import FakeCheckpoint, note


class Desk:
    """Reacts to each event with one of its own, and keeps what was asked of it in order."""

    def __init__(self) -> None:
        self.log = MemoryEventLog()
        self.calls: list[str] = []
        self.own = Stream("own", uuid4())
        self.broken: set[int] = set()
        self.checkpoint = FakeCheckpoint()
        self.planned = 0

    def handle(self, events: Sequence[RecordedEvent]) -> None:
        handler = Handler(
            SubscriptionDefinition(
                name="desk",
                categories=frozenset({"foreign", "own"}),
                own_categories=frozenset({"own"}),
                react=self.react,
                project=self.project,
                begin=lambda: self.calls.append("begin"),
                react_together=lambda _connection, _events: self,
            ),
            self.log,
            cast("DatabaseConnection", None),
        )
        handler._checkpoint = cast("Any", self.checkpoint)
        handler.handle(events, events[-1].position)

    def react(self, event: RecordedEvent, _: DatabaseConnection) -> Sequence[Appended]:
        self.calls.append(f"react {event.version}")
        return (self.log.append(self.own, [note(uuid4())], expected="any"),)

    def project(self, event: RecordedEvent, _: DatabaseConnection) -> None:
        self.calls.append(f"project {event.stream.category} {event.version}")

    def plan(self, event: RecordedEvent) -> Sequence[Appended]:
        if event.version in self.broken:
            raise RuntimeError("broken")
        self.calls.append(f"plan {event.version}")
        self.planned += 1
        return ()

    def carry_out(self) -> Sequence[Appended]:
        self.calls.append("carry out")
        return [self.log.append(self.own, [note(uuid4()) for _ in range(self.planned)], expected="any")]


@pytest.fixture
def desk() -> Desk:
    return Desk()


def foreign(desk: Desk, count: int) -> tuple[RecordedEvent, ...]:
    return desk.log.append(
        Stream("foreign", uuid4()), [note(uuid4()) for _ in range(count)], expected="any"
    ).events


def test_each_event_is_planned_and_projected_in_turn_and_the_consequences_come_ahead(desk: Desk) -> None:
    desk.handle(foreign(desk, 2))

    assert desk.calls == [
        "begin",
        "plan 1",
        "project foreign 1",
        "plan 2",
        "project foreign 2",
        "carry out",
        "project own 1",
        "project own 2",
    ]
    assert desk.checkpoint.ahead == {desk.own: 2}


def test_a_single_event_is_reacted_to_by_itself(desk: Desk) -> None:
    desk.handle(foreign(desk, 1))

    assert desk.calls == ["begin", "react 1", "project foreign 1", "project own 1"]


def test_a_parked_event_is_not_planned(desk: Desk) -> None:
    events = foreign(desk, 3)
    desk.checkpoint.known = Marks(parked={events[0].stream: 2})
    parked: list[int] = []
    cast("Any", desk.checkpoint).park = lambda event: parked.append(event.version)

    desk.handle(events)

    assert parked == [2, 3]
    assert [call for call in desk.calls if call.startswith("plan")] == ["plan 1"]


def test_an_event_that_cannot_be_planned_is_to_blame_and_nothing_is_carried_out(desk: Desk) -> None:
    events = foreign(desk, 3)
    desk.broken.add(2)

    with pytest.raises(HandlingFailed) as failed:
        desk.handle(events)

    assert failed.value.event == events[1]
    assert "carry out" not in desk.calls

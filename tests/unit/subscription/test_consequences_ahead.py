"""Which events of a stream are projected ahead of the checkpoint, and in which order."""

from datetime import UTC, datetime
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

import pytest

from shared.checkpoint import Marks
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.db import DatabaseConnection
from shared.eventlog.memory import MemoryEventLog
from shared.handling import Handler, SubscriptionDefinition


class AheadNoted(EventData):
    SOURCE: ClassVar[str] = "notes"


class FakeCheckpoint:
    def __init__(self) -> None:
        self.known = Marks()
        self.ahead: dict[Stream, int] = {}

    def marks(self, streams: Any) -> Marks:
        del streams
        return self.known

    def put_ahead(self, stream: Stream, version: int, position: int) -> None:
        del position
        self.ahead[stream] = version


class Desk:
    """A handler whose projections are kept in a list."""

    def __init__(self) -> None:
        self.log = MemoryEventLog()
        self.projected: list[tuple[Stream, int]] = []
        self.handler = Handler(
            SubscriptionDefinition(
                name="desk",
                categories=frozenset({"foreign", "own"}),
                own_categories=frozenset({"own"}),
                react=lambda _event, _connection: (),
                project=lambda event, _: self.projected.append((event.stream, event.version)),
            ),
            self.log,
            cast("DatabaseConnection", None),
        )
        self.checkpoint = FakeCheckpoint()
        self.handler._checkpoint = cast("Any", self.checkpoint)

    def append(self, stream: Stream, count: int = 1) -> tuple[RecordedEvent, ...]:
        return self.log.append(stream, [note(uuid4()) for _ in range(count)], expected="any").events


def note(event_id: UUID) -> NewEvent:
    return NewEvent(
        id=event_id,
        data=AheadNoted(),
        time=datetime.now(UTC),
        actor="platform",
        audience=frozenset(),
        correlation_id=event_id,
    )


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def own() -> Stream:
    return Stream("own", uuid4())


def test_a_consequence_that_opens_its_stream_is_projected_without_a_look_at_the_log(
    desk: Desk, own: Stream, monkeypatch: pytest.MonkeyPatch
) -> None:
    (event,) = desk.append(own)
    monkeypatch.setattr(desk.log, "read_streams", None)

    desk.handler.project_ahead([event], position=0)

    assert desk.projected == [(own, 1)]
    assert desk.checkpoint.ahead == {own: 1}


@pytest.mark.parametrize("between", [1, 7, 8, 9, 70, 700])
def test_what_lies_between_checkpoint_and_consequence_comes_first(
    desk: Desk, own: Stream, between: int
) -> None:
    desk.append(own, 3)
    checkpoint = desk.log.head()
    desk.append(own, between)
    (consequence,) = desk.append(own)
    desk.append(own)

    desk.handler.project_ahead([consequence], checkpoint)

    assert desk.projected == [(own, version) for version in range(4, 5 + between)]
    assert desk.checkpoint.ahead == {own: 4 + between}


def test_several_streams_are_projected_in_log_order(desk: Desk) -> None:
    first, second = Stream("own", uuid4()), Stream("own", uuid4())
    consequences = [*desk.append(first), *desk.append(second), *desk.append(first)]

    desk.handler.project_ahead(reversed(consequences), position=0)

    assert desk.projected == [(first, 1), (second, 1), (first, 2)]


def test_what_is_projected_already_or_parked_or_foreign_or_behind_the_checkpoint_is_left_alone(
    desk: Desk, own: Stream
) -> None:
    parked = Stream("own", uuid4())
    (behind,) = desk.append(own)
    (foreign,) = desk.append(Stream("foreign", uuid4()))
    ahead, fresh = desk.append(own, 2)
    kept_back = desk.append(parked, 2)
    desk.checkpoint.known = Marks(projected={own: ahead.version}, parked={parked: 1})

    desk.handler.project_ahead([behind, foreign, ahead, fresh, *kept_back], position=behind.position)

    assert desk.projected == [(own, fresh.version)]
    assert desk.checkpoint.ahead == {own: fresh.version}

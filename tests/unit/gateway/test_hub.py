"""The hub: order, repeats, gaps, and where a client attaches; on the in-memory log."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from services.gateway import listeners, live
from services.gateway.listeners import Listener
from services.gateway.live import Hub
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import CaseStatusChanged, CompanyDetails, CompanyRegistered, UserDeactivated
from shared.errors import Invalid
from shared.eventlog.codec import StoredEvent, UnreadableEvent
from shared.eventlog.memory import MemoryEventLog
from shared.eventlog.protocol import LogUnavailable, Page, UnknownPosition
from shared.eventlog.wire import UnreadableMessage

OURS, THEIRS, USER = uuid4(), uuid4(), uuid4()


@dataclass
class Announced:
    """An event as the broker would bring it."""

    event: RecordedEvent
    previous_position: int

    @property
    def position(self) -> int:
        return self.event.position

    @property
    def type(self) -> str:
        return self.event.type

    @property
    def audience(self) -> frozenset[UUID]:
        return self.event.audience

    def decode(self) -> RecordedEvent:
        return self.event


class HandFeed:
    """A feed that brings what the test puts into it; `None` is a reconnection."""

    connected = True

    def __init__(self) -> None:
        self.queue: asyncio.Queue[Announced | None] = asyncio.Queue()

    async def next(self, within: float) -> Announced | None:
        return await self.queue.get()


async def until(check: Callable[[], bool]) -> None:
    """Return as soon as that is so."""
    async with asyncio.timeout(10):
        while True:
            if check():
                return
            await asyncio.sleep(0.001)


class World:
    """A hub over a log, with hands for both."""

    def __init__(self) -> None:
        self.log = MemoryEventLog()
        self.feed = HandFeed()
        self.told: list[tuple[UUID, int]] = []
        self.hub = Hub(self.log, self.feed, tell=(lambda user, at: self.told.append((user, at)),))

    def append(self, data: EventData, *, stream: Stream, audience: frozenset[UUID]) -> RecordedEvent:
        event = NewEvent(
            id=uuid4(),
            data=data,
            time=datetime(2026, 11, 20, 14, tzinfo=UTC),
            actor="platform",
            audience=audience,
            subject=f"case:{stream.id}",
            correlation_id=uuid4(),
        )
        return self.log.append(stream, [event], expected="any").events[0]

    def happens(self, reference: str, *, audience: frozenset[UUID] = frozenset({OURS})) -> RecordedEvent:
        case_id = uuid4()
        data = CaseStatusChanged(case_id=case_id, reference=reference, previous="Active", status="Paused")
        return self.append(data, stream=Stream("case", case_id), audience=audience)

    def announce(self, event: RecordedEvent, *, previous: int | None = None) -> None:
        before = event.position - 1 if previous is None else previous
        self.feed.queue.put_nowait(Announced(event, before))

    async def shown_up_to(self, position: int) -> None:
        await until(lambda: (self.hub.position or 0) >= position)

    async def hears(self, after: int | None = None, company: UUID | None = OURS) -> "Ear":
        listener, start = await self.hub.attach(user_id=USER, company_id=company, after=after)
        return Ear(self.hub, listener, start)


class Ear:
    """Reads one client's stream until the hub has nothing more for it."""

    def __init__(self, hub: Hub, listener: Listener, start: int) -> None:
        self.hub = hub
        self.listener = listener
        self.start = start

    async def all(self) -> list[tuple[int, str]]:
        """Return position and reference of every event up to the stream's end, which this asks for."""
        self.listener.end()
        text = b"".join(
            [block async for block in self.hub.blocks(self.listener, self.start, time.time() + 60)]
        )
        return parsed(text.decode())


def parsed(text: str) -> list[tuple[int, str]]:
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if "data" in fields:
            found.append((int(fields["id"]), json.loads(fields["data"])["reference"]))
    return found


def play(story: Callable[[World], Awaitable[None]]) -> None:
    """Run the story with a hub that is running and has seen the log's head."""

    async def run() -> None:
        world = World()
        task = asyncio.ensure_future(world.hub.run())
        try:
            await until(lambda: world.hub.position is not None)
            await story(world)
        finally:
            task.cancel()
            world.hub.close()

    asyncio.run(run())


def test_events_are_shown_in_the_logs_order() -> None:
    async def story(world: World) -> None:
        ear = await world.hears()
        first, second = world.happens("A"), world.happens("B")

        world.announce(first)
        world.announce(second)
        await world.shown_up_to(2)

        assert await ear.all() == [(1, "A"), (2, "B")]

    play(story)


def test_a_redelivered_event_is_shown_once() -> None:
    async def story(world: World) -> None:
        ear = await world.hears()
        first, second = world.happens("A"), world.happens("B")

        for event in (first, first, second, first, second):
            world.announce(event)
        world.announce(world.happens("C"))
        await world.shown_up_to(3)

        assert await ear.all() == [(1, "A"), (2, "B"), (3, "C")]
        assert world.hub.repeats == 3

    play(story)


def test_what_the_broker_left_out_is_read_from_the_log_first() -> None:
    async def story(world: World) -> None:
        ear = await world.hears()
        world.happens("lost 1")
        world.happens("lost 2")
        last = world.happens("came")

        world.announce(last)
        await world.shown_up_to(3)

        assert await ear.all() == [(1, "lost 1"), (2, "lost 2"), (3, "came")]
        assert world.hub.gaps == 1

    play(story)


def test_events_that_come_in_the_wrong_order_are_shown_in_the_right_one() -> None:
    async def story(world: World) -> None:
        ear = await world.hears()
        events = [world.happens(str(number)) for number in range(5)]

        for index in (2, 0, 1, 4, 3):
            world.announce(events[index])
        await world.shown_up_to(5)

        assert await ear.all() == [(number + 1, str(number)) for number in range(5)]

    play(story)


def test_after_a_reconnection_the_log_is_read_to_its_head() -> None:
    async def story(world: World) -> None:
        ear = await world.hears()
        for number in range(live.PAGE_SIZE + 3):
            world.happens(str(number))

        world.feed.queue.put_nowait(None)
        await world.shown_up_to(live.PAGE_SIZE + 3)

        assert [reference for _, reference in await ear.all()] == [
            str(number) for number in range(live.PAGE_SIZE + 3)
        ]

    play(story)


def test_a_gap_in_positions_that_the_log_has_too_is_none() -> None:
    async def story(world: World) -> None:
        first = world.happens("A")
        second = world.happens("B")

        world.announce(first, previous=0)
        world.announce(second, previous=first.position)
        await world.shown_up_to(2)

        assert world.hub.gaps == 0

    play(story)


def test_a_client_without_last_event_id_begins_now() -> None:
    async def story(world: World) -> None:
        world.announce(world.happens("before"))
        await world.shown_up_to(1)
        ear = await world.hears()

        world.announce(world.happens("after"))
        await world.shown_up_to(2)

        assert await ear.all() == [(2, "after")]

    play(story)


def test_a_client_that_comes_back_gets_what_it_missed_and_then_what_is_live() -> None:
    async def story(world: World) -> None:
        for reference in ("1", "2", "3"):
            world.announce(world.happens(reference))
        await world.shown_up_to(3)
        ear = await world.hears(after=1)

        world.announce(world.happens("4"))
        await world.shown_up_to(4)

        assert await ear.all() == [(2, "2"), (3, "3"), (4, "4")]

    play(story)


def test_a_client_that_was_elsewhere_further_ahead_gets_nothing_twice() -> None:
    async def story(world: World) -> None:
        events = [world.happens(reference) for reference in ("1", "2", "3")]
        ear = await world.hears(after=2)

        for event in events:
            world.announce(event)
        await world.shown_up_to(3)

        assert await ear.all() == [(3, "3")]

    play(story)


def test_a_last_event_id_beyond_the_log_is_refused() -> None:
    async def story(world: World) -> None:
        world.happens("only one")

        with pytest.raises(Invalid) as refusal:
            await world.hears(after=2)

        assert refusal.value.code == "bad_last_event_id"
        assert world.hub.listeners == 0

    play(story)


def test_a_last_event_id_that_no_event_has_is_refused_before_the_stream_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(world: World) -> None:
        for reference in ("1", "2", "3"):
            world.announce(world.happens(reference))
        await world.shown_up_to(3)

        def with_gaps(*, after: int, **_: object) -> Page:
            raise UnknownPosition(after)

        monkeypatch.setattr(world.log, "read_all", with_gaps)
        with pytest.raises(Invalid) as refusal:
            await world.hears(after=1)

        assert (refusal.value.code, refusal.value.field) == ("bad_last_event_id", "Last-Event-ID")
        assert "PARLEY" not in refusal.value.detail
        assert world.hub.listeners == 0

    play(story)


def test_who_comes_back_while_the_log_is_away_is_told_before_the_stream_begins(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(world: World) -> None:
        for reference in ("1", "2"):
            world.announce(world.happens(reference))
        await world.shown_up_to(2)

        def away(**_: object) -> Page:
            raise LogUnavailable("away")

        monkeypatch.setattr(world.log, "read_all", away)
        with pytest.raises(LogUnavailable):
            await world.hears(after=1)

        assert world.hub.listeners == 0

    play(story)


def test_what_was_missed_comes_page_by_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "PAGE_SIZE", 2)

    async def story(world: World) -> None:
        for reference in "12345":
            world.announce(world.happens(reference))
        await world.shown_up_to(5)

        ear = await world.hears(after=0)

        assert await ear.all() == [(number, str(number)) for number in range(1, 6)]

    play(story)


def test_a_log_that_shows_less_than_was_announced_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a node that took over may for a moment: moving on would leave the events out."""

    async def story(world: World) -> None:
        ear = await world.hears()
        world.happens("not there yet")
        last = world.happens("came")
        working, behind = world.log.read_all, iter(range(2))

        def lagging(*, after: int, **arguments: object) -> Page:
            if next(behind, None) is not None:
                return Page((), after)
            return working(after=after, **arguments)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(world.log, "read_all", lagging)
        world.announce(last, previous=1)
        world.feed.queue.put_nowait(None)
        world.feed.queue.put_nowait(None)
        await world.shown_up_to(2)

        assert await ear.all() == [(1, "not there yet"), (2, "came")]

    play(story)


def test_a_company_never_hears_of_another_neither_live_nor_later() -> None:
    async def story(world: World) -> None:
        missed_ours = world.happens("missed, ours")
        missed_theirs = world.happens("missed, theirs", audience=frozenset({THEIRS}))
        world.announce(missed_ours)
        world.announce(missed_theirs)
        await world.shown_up_to(2)
        ours, theirs, everything = (
            await world.hears(after=0),
            await world.hears(after=0, company=THEIRS),
            await world.hears(after=0, company=None),
        )

        world.announce(world.happens("theirs", audience=frozenset({THEIRS})))
        world.announce(world.happens("both", audience=frozenset({OURS, THEIRS})))
        world.announce(world.happens("nobody's", audience=frozenset()))
        await world.shown_up_to(5)

        assert [reference for _, reference in await ours.all()] == ["missed, ours", "both"]
        assert [reference for _, reference in await theirs.all()] == ["missed, theirs", "theirs", "both"]
        assert len(await everything.all()) == 5

    play(story)


def test_a_client_that_does_not_read_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listeners, "LISTENER_CAPACITY", 3)

    async def story(world: World) -> None:
        ear = await world.hears()

        for number in range(4):
            world.announce(world.happens(str(number)))
        await world.shown_up_to(4)

        assert ear.listener.cut.is_set()
        assert world.hub.listeners == 0

    play(story)


def test_events_that_show_nothing_move_the_position_all_the_same() -> None:
    async def story(world: World) -> None:
        company = CompanyRegistered(
            company_id=OURS,
            side="creditor",
            details=CompanyDetails(name="N", country="DK", time_zone="Europe/Copenhagen"),
        )
        ear = await world.hears()

        world.announce(world.append(company, stream=Stream("company", OURS), audience=frozenset({OURS})))
        await world.shown_up_to(1)

        assert await ear.all() == []

    play(story)


def test_a_deactivated_users_streams_end_after_what_happened_before() -> None:
    async def story(world: World) -> None:
        ear = await world.hears()
        blocks = world.hub.blocks(ear.listener, ear.start, time.time() + 60)
        gone = UserDeactivated(user_id=USER, company_id=OURS)

        world.announce(world.happens("before"))
        world.announce(world.append(gone, stream=Stream("user", USER), audience=frozenset({OURS})))
        world.announce(world.happens("after"))
        await world.shown_up_to(3)
        text = b"".join([block async for block in blocks]).decode()

        assert parsed(text) == [(1, "before")]
        assert world.told == [(USER, 2)]

    play(story)


def test_a_stream_ends_when_its_token_does() -> None:
    async def story(world: World) -> None:
        ear = await world.hears()

        blocks = [block async for block in world.hub.blocks(ear.listener, ear.start, time.time() + 0.05)]

        assert blocks[0] == b"retry: 2000\nid: 0\n\n"

    play(story)


def test_a_stream_ends_with_its_token_also_while_the_client_catches_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(live, "PAGE_SIZE", 1)

    async def story(world: World) -> None:
        for reference in "123":
            world.announce(world.happens(reference))
        await world.shown_up_to(3)
        ear = await world.hears(after=0)
        monkeypatch.setattr(live, "time", SimpleNamespace(time=iter([0.0, 2.0]).__next__))

        text = b"".join([block async for block in world.hub.blocks(ear.listener, ear.start, 1.0)]).decode()

        assert parsed(text) == [(1, "1")]

    play(story)


def test_a_quiet_client_is_told_how_far_the_log_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "HEARTBEAT_SECONDS", 0.01)

    async def story(world: World) -> None:
        ear = await world.hears()
        blocks = world.hub.blocks(ear.listener, ear.start, time.time() + 60)
        world.announce(world.happens("theirs", audience=frozenset({THEIRS})))
        await world.shown_up_to(1)

        beats = [await anext(blocks), await anext(blocks)]

        assert beats[1] == b": heartbeat\nid: 1\n\n"

    play(story)


def test_no_heartbeat_runs_ahead_of_an_event_that_came_just_then() -> None:
    """It names the hub's position: who is cut off after it would come back past the event."""

    async def story() -> None:
        listener = Listener(user_id=USER, company_id=OURS, position=0)
        waiting = asyncio.ensure_future(listener.take(0))
        # It waits, and then its time is up but it has not noticed.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        listener.offer(b"event")

        assert await waiting == b"event"

    asyncio.run(story())


def test_a_log_that_is_away_delays_and_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(world: World) -> None:
        ear = await world.hears()
        world.happens("lost")
        last = world.happens("came")
        working, failures = world.log.read_all, iter(range(2))

        def failing(**arguments: object) -> object:
            if next(failures, None) is not None:
                raise LogUnavailable("away")
            return working(**arguments)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(world.log, "read_all", failing)
        world.announce(last)
        world.feed.queue.put_nowait(None)
        world.feed.queue.put_nowait(None)
        await world.shown_up_to(2)

        assert await ear.all() == [(1, "lost"), (2, "came")]

    play(story)


def unreadable(event: RecordedEvent) -> UnreadableEvent:
    row = StoredEvent(
        position=event.position,
        category=event.stream.category,
        stream_id=event.stream.id,
        version=event.version,
        id=event.id,
        source=event.source,
        type=event.type,
        schema_version=event.schema_version,
        time=event.time,
        actor=event.actor,
        audience=list(event.audience),
        subject=event.subject,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        data="{}",
    )
    return UnreadableEvent(row, "this process knows its schema up to version 1")


def test_an_event_of_the_log_that_cannot_be_read_stands_in_nobodys_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As one that a newer messaging wrote during an update."""

    async def story(world: World) -> None:
        live_ear = await world.hears()
        first, newer, last = world.happens("1"), world.happens("of a newer contract"), world.happens("3")
        working = world.log.read_all

        def reading(*, after: int, until: int, **arguments: object) -> Page:
            if after == newer.position - 1:
                raise unreadable(newer)
            end = until if after >= newer.position else newer.position - 1
            return working(after=after, until=end, **arguments)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(world.log, "read_all", reading)
        world.feed.queue.put_nowait(None)
        await world.shown_up_to(last.position)
        back_again = await world.hears(after=0)

        told = [(first.position, "1"), (last.position, "3")]
        assert await live_ear.all() == told
        assert await back_again.all() == told

    play(story)


def test_an_event_from_the_broker_that_cannot_be_read_stands_in_nobodys_way() -> None:
    class Newer(Announced):
        def decode(self) -> RecordedEvent:
            raise UnreadableMessage("not an event of ours")

    async def story(world: World) -> None:
        ear = await world.hears()
        newer, last = world.happens("of a newer contract"), world.happens("2")

        world.feed.queue.put_nowait(Newer(newer, 0))
        world.announce(last)
        await world.shown_up_to(last.position)

        assert await ear.all() == [(last.position, "2")]
        assert world.hub.gaps == 0

    play(story)


def test_who_comes_back_is_not_refused_for_an_append_that_hides_the_newest_events_for_a_moment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(world: World) -> None:
        for reference in ("1", "2"):
            world.announce(world.happens(reference))
        await world.shown_up_to(2)
        working, hidden = world.log.read_all, iter(range(1))

        def hiding(*, after: int, **arguments: object) -> Page:
            if next(hidden, None) is not None:
                return Page((), after)
            return working(after=after, **arguments)  # type: ignore[arg-type]  # handed on as they came

        monkeypatch.setattr(world.log, "read_all", hiding)
        ear = await world.hears(after=1)

        assert await ear.all() == [(2, "2")]

    play(story)

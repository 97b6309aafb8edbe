"""
The live stream over real sockets, a real broker and a real log, with a relay that loses, repeats and
shuffles.
"""

import random
import threading
import time
from functools import partial
from itertools import pairwise
from uuid import uuid4

import httpx
import pytest

from shared.contracts.envelope import RecordedEvent, Stream
from shared.contracts.messaging import UserDeactivated
from shared.testing import eventually
from tests.integration.gateway import stub_ids
from tests.integration.gateway.harness import Background, Publisher, ServedGateway, Writer, token

OURS = [stub_ids.CREDITOR, stub_ids.PARTNER]
FOREIGN = [stub_ids.STRANGER]


def test_an_event_reaches_an_open_stream(
    gateway: ServedGateway, writer: Writer, publisher: Publisher
) -> None:
    with gateway.listens() as ear:
        event = writer.message("Hello.", audience=OURS)
        publisher.publish(event)
        ear.until(event.position)

    [(position, kind, data)] = ear.heard
    assert (position, kind, data["body"]) == (event.position, "message.posted", "Hello.")


def test_events_that_came_together_are_shown_one_by_one_in_order(
    gateway: ServedGateway, writer: Writer, publisher: Publisher
) -> None:
    with gateway.listens() as ear:
        events = [writer.message(str(number), audience=OURS) for number in range(3)]
        publisher.publish(*events)
        ear.until(events[-1].position)

    assert [data["body"] for _, _, data in ear.heard] == ["0", "1", "2"]


def test_the_stream_opens_at_once_and_says_where_it_is(gateway: ServedGateway, writer: Writer) -> None:
    head = writer.log.head()
    eventually(lambda: gateway.hub is not None and gateway.hub.position == head)
    headers = {"Authorization": f"Bearer {token(gateway.settings)}"}

    with httpx.stream("GET", f"{gateway.base}/api/v1/live", headers=headers) as answer:
        lines = answer.iter_lines()
        opening = [next(lines), next(lines)]

    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-accel-buffering"] == "no"
    assert opening == ["retry: 2000", f"id: {head}"]


def test_the_position_may_stand_in_the_address(
    gateway: ServedGateway, writer: Writer, publisher: Publisher
) -> None:
    event = writer.message("Missed.", audience=OURS)
    publisher.publish(event)

    headers = {"Authorization": f"Bearer {token(gateway.settings)}"}
    address = f"{gateway.base}/api/v1/live?last_event_id={event.position - 1}"
    with httpx.stream("GET", address, headers=headers) as answer:
        lines = answer.iter_lines()
        assert any(line == f"id: {event.position}" for line in lines)


def test_what_the_broker_never_brought_comes_from_the_log(gateway: ServedGateway, writer: Writer) -> None:
    with gateway.listens() as ear:
        event = writer.message("The relay sleeps.", audience=OURS)

        assert ear.until(event.position) == [event.position]


def test_a_stranger_hears_nothing_of_it_neither_live_nor_later(
    gateway: ServedGateway, writer: Writer, publisher: Publisher
) -> None:
    stranger = token(gateway.settings, company_id=str(stub_ids.STRANGER))
    start = writer.log.head()

    with gateway.listens(bearer=stranger, last_event_id=start) as ear:
        events = [writer.message(f"ours {number}", audience=OURS) for number in range(5)]
        own = writer.message("theirs", audience=FOREIGN)
        for event in [*events, own]:
            publisher.publish(event)
        assert ear.until(own.position) == [own.position]
    with gateway.listens(bearer=stranger, last_event_id=0) as ear:
        ear.until(own.position)

    assert all(data["body"].startswith("theirs") for _, _, data in ear.heard)


def test_an_operator_hears_everything(gateway: ServedGateway, writer: Writer, publisher: Publisher) -> None:
    operator = token(gateway.settings, role="ops", company_id=None, sub="night-shift")

    with gateway.listens(bearer=operator) as ear:
        events = [writer.message("one", audience=OURS), writer.message("two", audience=FOREIGN)]
        for event in events:
            publisher.publish(event)

        assert ear.until(events[-1].position) == [event.position for event in events]


class MisguidedRelay:
    """Writes messages and publishes them badly: some never, some twice, some in the wrong order."""

    def __init__(self, writer: Writer, publisher: Publisher) -> None:
        self._writer = writer
        self._publisher = publisher
        self._chance = random.Random(20261120)
        self._held: list[RecordedEvent] = []
        self.ours: list[int] = []
        self.done = threading.Event()

    @property
    def last(self) -> int:
        return self.ours[-1]

    def run(self) -> None:
        """Write 200 messages and publish the last one surely."""
        for number in range(200):
            self._misbehave(self._write(str(number), foreign=self._sometimes(0.2)))
        self._publisher.publish(self._write("last", foreign=False))
        self.done.set()

    def _write(self, body: str, *, foreign: bool) -> RecordedEvent:
        event = self._writer.message(body, audience=FOREIGN if foreign else OURS)
        if not foreign:
            self.ours.append(event.position)
        return event

    def _misbehave(self, event: RecordedEvent) -> None:
        self._held.append(event)
        if self._sometimes(0.1):
            self._chance.shuffle(self._held)
        if self._sometimes(0.1):
            self._held.append(event)
        while self._held and self._sometimes(0.7):
            self._publisher.publish(self._held.pop(0))
        if self._sometimes(0.05):
            self._held.clear()

    def _sometimes(self, probability: float) -> bool:
        return self._chance.random() < probability


def test_under_load_nobody_misses_or_repeats_anything_however_the_relay_behaves(
    gateway: ServedGateway, writer: Writer, publisher: Publisher
) -> None:
    """
    Clients come and go with Last-Event-ID while messages are written and a relay publishes them badly.

    In the end each client has heard exactly its company's events, each once and in order.
    """
    start = writer.log.head()
    relay = MisguidedRelay(writer, publisher)

    def follow(heard: list[int], patience: int) -> None:
        at = start
        while not (relay.done.is_set() and at >= relay.last):
            with gateway.listens(last_event_id=at) as ear:
                for _ in range(patience):
                    if relay.done.is_set() and ear.last >= relay.last:
                        break
                    assert ear.hear() is not None
            heard += [position for position, _, _ in ear.heard]
            at = ear.last

    clients: list[tuple[list[int], int]] = [([], 1), ([], 7), ([], 1000)]
    followers = [Background(partial(follow, heard, patience)) for heard, patience in clients]
    Background(relay.run).join()
    for follower in followers:
        follower.join()

    for heard, _ in clients:
        assert all(earlier < later for earlier, later in pairwise(heard))
        assert heard == relay.ours


def test_a_deactivated_users_stream_ends(
    gateway: ServedGateway, writer: Writer, publisher: Publisher
) -> None:
    user_id = uuid4()
    bearer = token(gateway.settings, sub=str(user_id))

    with gateway.listens(bearer=bearer) as ear, gateway.listens() as other:
        before = writer.message("Before.", audience=OURS)
        publisher.publish(before)
        gone = UserDeactivated(user_id=user_id, company_id=stub_ids.CREDITOR)
        publisher.publish(writer.append(gone, stream=Stream("user", user_id), audience=[stub_ids.CREDITOR]))
        after = writer.message("After.", audience=OURS)
        publisher.publish(after)

        assert ear.hear() == (before.position, "message.posted", ear.heard[0][2])
        assert ear.hear() is None
        assert other.until(after.position) == [before.position, after.position]


def test_a_stream_ends_when_its_token_expires(gateway: ServedGateway) -> None:
    bearer = token(gateway.settings, exp=int(time.time()) - 3)

    with gateway.listens(bearer=bearer) as ear:
        assert ear.hear() is None


def test_a_client_that_goes_is_forgotten(gateway: ServedGateway) -> None:
    hub = gateway.hub
    assert hub is not None
    eventually(lambda: hub.listeners == 0)

    with gateway.listens():
        eventually(lambda: hub.listeners == 1)

    eventually(lambda: hub.listeners == 0)


def test_a_client_that_does_not_read_is_cut_off_and_comes_back_to_everything(
    gateway: ServedGateway, writer: Writer, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.gateway.listeners.LISTENER_CAPACITY", 20)
    hub = gateway.hub
    assert hub is not None
    events: list[RecordedEvent] = []

    with gateway.listens() as ear:
        eventually(lambda: hub.listeners == 1)
        while hub.listeners:
            assert len(events) < 2000, "the client was never cut off"
            events.append(writer.message("x" * 9_000, audience=OURS))
            publisher.publish(events[-1])
        with pytest.raises(httpx.RemoteProtocolError):
            ear.until(events[-1].position)
    monkeypatch.undo()

    with gateway.listens(last_event_id=ear.last) as back:
        back.until(events[-1].position)
    together = [position for position, _, _ in [*ear.heard, *back.heard]]
    assert together == [event.position for event in events]

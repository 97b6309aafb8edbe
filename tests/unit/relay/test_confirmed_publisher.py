"""How far the broker has confirmed, whatever the order of its confirms."""

from collections import defaultdict
from collections.abc import Callable

import pytest

from shared.confirmed_publisher import ConfirmedPublisher, NotConfirmed, Outgoing

MESSAGE = Outgoing("bank.events", "Deposited", "id", {"position": 1}, b"{}")


class FakeChannel:
    channel_id = 1

    def __init__(self) -> None:
        self.events: dict[str, set[Callable[[int, bool], None]]] = defaultdict(set)

    def confirm_select(self) -> None: ...


class FakeConnection:
    """A broker that says what it is told to, one thing per read."""

    frame_max = 131072

    def __init__(self) -> None:
        self.opened = FakeChannel()
        self.transport = self
        self.written = bytearray()
        self.says: list[tuple[str, int, bool]] = []

    def channel(self) -> FakeChannel:
        return self.opened

    def write(self, frames: bytes) -> None:
        self.written += frames

    def drain_events(self, timeout: float) -> None:
        if not self.says:
            raise TimeoutError
        kind, tag, multiple = self.says.pop(0)
        for callback in self.opened.events[kind]:
            callback(tag, multiple)

    def heartbeat_tick(self) -> None: ...


@pytest.fixture
def connection() -> FakeConnection:
    return FakeConnection()


@pytest.fixture
def publisher(connection: FakeConnection) -> ConfirmedPublisher:
    return ConfirmedPublisher(connection)


def test_a_window_counts_only_when_everything_up_to_its_end_is_confirmed(
    connection: FakeConnection, publisher: ConfirmedPublisher
) -> None:
    publisher.send([MESSAGE] * 2, token=20)
    publisher.send([MESSAGE] * 2, token=40)
    connection.says = [("basic_ack", 3, False), ("basic_ack", 4, False), ("basic_ack", 2, False)]

    assert publisher.confirmed(leave=2) is None

    connection.says.append(("basic_ack", 1, False))
    assert publisher.confirmed(leave=0) == 40


def test_one_confirm_may_stand_for_many(connection: FakeConnection, publisher: ConfirmedPublisher) -> None:
    publisher.send([MESSAGE] * 100, token=100)
    publisher.send([MESSAGE] * 100, token=200)
    connection.says = [("basic_ack", 150, True)]

    assert publisher.confirmed(leave=1) == 100

    connection.says = [("basic_ack", 200, True)]
    assert publisher.confirmed(leave=0) == 200


def test_with_nothing_on_its_way_there_is_nothing_to_wait_for(publisher: ConfirmedPublisher) -> None:
    assert publisher.confirmed(leave=0) is None


def test_a_refused_message_is_an_error_and_confirms_nothing(
    connection: FakeConnection, publisher: ConfirmedPublisher
) -> None:
    publisher.send([MESSAGE] * 2, token=20)
    connection.says = [("basic_ack", 1, False), ("basic_nack", 2, False)]

    with pytest.raises(NotConfirmed):
        publisher.confirmed(leave=0)


def test_a_window_is_written_in_one_go_and_each_frame_ends_as_frames_do(
    connection: FakeConnection, publisher: ConfirmedPublisher
) -> None:
    body = b"x" * (connection.frame_max + 1)

    publisher.send([MESSAGE, MESSAGE._replace(body=body)], token=1)

    kinds, written = [], bytes(connection.written)
    while written:
        size = int.from_bytes(written[3:7], "big")
        assert size + 8 <= connection.frame_max
        assert written[7 + size] == 0xCE
        kinds.append(written[0])
        written = written[8 + size :]
    assert kinds == [1, 2, 3, 1, 2, 3, 3]

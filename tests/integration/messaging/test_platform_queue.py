"""The platform's own case system speaks over RabbitMQ: in order, acknowledged when done, or refused."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import uuid4

import amqp
import pytest

from services.messaging.adapters.platform_queue import REASON_HEADER, PlatformQueue, declare
from shared import broker
from shared.contracts.messaging import PLATFORM_DEAD_QUEUE, PLATFORM_EXCHANGE, PLATFORM_QUEUE
from shared.errors import Retryable
from shared.settings import Settings
from shared.testing import eventually


@pytest.fixture
def channel(settings: Settings) -> Iterator[amqp.Channel]:
    """Give the platform's end of the exchange."""
    connection = broker.connect(settings.amqp_url, heartbeat=20, name="the platform")
    opened = connection.channel()
    declare(opened)
    opened.confirm_select()
    yield opened
    connection.collect()


@dataclass
class Desk:
    """Takes messages, and does with each what it says."""

    taken: list[str] = field(default_factory=list)
    away: int = 0

    def receive(self, body: bytes) -> str | None:
        word = json.loads(body)
        if self.away:
            self.away -= 1
            raise Retryable("the log is away")
        self.taken.append(word)
        if word == "crash":
            raise KeyError(word)
        return "field kind: is none" if word == "wrong" else None


def say(channel: amqp.Channel, *words: str) -> None:
    for word in words:
        message = amqp.Message(json.dumps(word), content_type="application/json", delivery_mode=2)
        channel.basic_publish_confirm(message, exchange=PLATFORM_EXCHANGE, routing_key="case")


def left_in(channel: amqp.Channel, queue: str) -> int:
    """Return how many messages wait in the queue; those handed out and not acknowledged do not count."""
    return int(channel.queue_declare(queue, passive=True).message_count)


@contextmanager
def consuming(settings: Settings, receive: Callable[[bytes], str | None]) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=PlatformQueue(settings.amqp_url, receive).run, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_messages_are_taken_in_order_and_wait_while_the_log_is_away(
    settings: Settings, channel: amqp.Channel
) -> None:
    words = [f"word {n}" for n in range(5)]
    say(channel, *words)
    desk = Desk(away=2)

    with consuming(settings, desk.receive):
        eventually(lambda: len(desk.taken) == len(words))

    assert desk.taken == words
    assert (left_in(channel, PLATFORM_QUEUE), left_in(channel, PLATFORM_DEAD_QUEUE)) == (0, 0)


def test_what_is_refused_is_kept_with_the_reason_and_holds_up_nothing(
    settings: Settings, channel: amqp.Channel
) -> None:
    desk = Desk()
    with consuming(settings, desk.receive):
        say(channel, "wrong", "crash", "right")
        eventually(lambda: desk.taken == ["wrong", "crash", "right"])

    buried = [channel.basic_get(PLATFORM_DEAD_QUEUE) for _ in range(2)]
    assert [json.loads(message.body) for message in buried] == ["wrong", "crash"]
    reasons = [message.headers[REASON_HEADER] for message in buried]
    assert reasons == ["field kind: is none", "could not be handled: KeyError"]
    assert buried[0].delivery_info["routing_key"] == "case"


def test_what_was_not_acknowledged_goes_to_whoever_takes_over(
    settings: Settings, channel: amqp.Channel
) -> None:
    say(channel, "word")
    begun, never = threading.Event(), Desk(away=10**9)

    def hold(body: bytes) -> str | None:
        begun.set()
        return never.receive(body)

    with consuming(settings, hold):
        assert begun.wait(30)
    desk = Desk()
    with consuming(settings, desk.receive):
        eventually(lambda: desk.taken == ["word"])


def test_a_second_consumer_waits_for_the_first(settings: Settings, channel: amqp.Channel) -> None:
    first, second = Desk(), Desk()
    words = [str(uuid4()) for _ in range(6)]

    with consuming(settings, first.receive):
        say(channel, words[0])
        eventually(lambda: first.taken == words[:1])
        with consuming(settings, second.receive):
            say(channel, *words[1:])
            eventually(lambda: first.taken == words)

    assert second.taken == []


def test_a_message_that_is_too_long_is_refused_unread(settings: Settings, channel: amqp.Channel) -> None:
    desk = Desk()
    with consuming(settings, desk.receive):
        say(channel, "x" * 1_000_001)
        eventually(lambda: left_in(channel, PLATFORM_DEAD_QUEUE) == 1)

    assert desk.taken == []

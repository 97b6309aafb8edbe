"""A queue that is bound to the bank's events, as any consumer's is, and what has come into it."""

import json
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

import amqp

from shared import broker
from shared.settings import Settings
from shared.testing import eventually
from tests.integration.subscription.ledger import SOURCE


@dataclass(frozen=True)
class Arrived:
    position: int
    previous_position: int
    routing_key: str
    properties: dict[str, Any]
    body: dict[str, Any]


class Inbox:
    def __init__(self, settings: Settings) -> None:
        self._connection = broker.connect(settings.amqp_url, heartbeat=0, name="inbox")
        self._channel = self._connection.channel()
        broker.declare_exchange(self._channel, SOURCE)
        self.queue = self._channel.queue_declare(durable=True, exclusive=False, auto_delete=False).queue
        self._channel.queue_bind(self.queue, broker.exchange_of(SOURCE), routing_key="#")
        self.arrived: list[Arrived] = []

    @property
    def positions(self) -> list[int]:
        return [each.position for each in self.arrived]

    def take(self) -> list[Arrived]:
        """Take in what lies in the queue and return everything that has come so far."""
        while (message := self._channel.basic_get(self.queue, no_ack=True)) is not None:
            headers = message.properties["application_headers"]
            self.arrived.append(
                Arrived(
                    headers["position"],
                    headers["previous_position"],
                    message.delivery_info["routing_key"],
                    message.properties,
                    json.loads(message.body),
                )
            )
        return self.arrived

    def take_until(self, position: int, within: float = 60) -> list[Arrived]:
        """Take in until that position has come."""
        eventually(lambda: position in {each.position for each in self.take()}, within=within)
        return self.arrived

    def close(self) -> None:
        self._channel.queue_delete(self.queue)
        self._connection.close()


class Windows:
    """What comes to whoever wants all events, many to a message."""

    def __init__(self, settings: Settings) -> None:
        self._connection = broker.connect(settings.amqp_url, heartbeat=0, name="windows")
        self._channel = self._connection.channel()
        broker.declare_windows(self._channel)
        self._queue = self._channel.queue_declare(exclusive=True).queue
        self._channel.queue_bind(self._queue, broker.WINDOWS_EXCHANGE)
        self.messages: list[list[dict[str, Any]]] = []

    def take_until(self, position: int) -> list[list[dict[str, Any]]]:
        """Take in until that position has come; return the events of each message."""

        def come() -> bool:
            while (message := self._channel.basic_get(self._queue, no_ack=True)) is not None:
                self.messages.append(json.loads(message.body))
            return bool(self.messages) and self.messages[-1][-1]["position"] >= position

        eventually(come)
        return self.messages

    def close(self) -> None:
        self._connection.close()


@contextmanager
def inbox(settings: Settings) -> Iterator[Inbox]:
    with closing(Inbox(settings)) as opened:
        yield opened


def full_queue(settings: Settings, name: str) -> amqp.Connection:
    """Bind a queue that refuses every message; delete it over the connection returned."""
    connection = broker.connect(settings.amqp_url, heartbeat=0, name="full queue")
    channel = connection.channel()
    broker.declare_exchange(channel, SOURCE)
    channel.queue_declare(
        name,
        durable=True,
        auto_delete=False,
        arguments={"x-max-length": 1, "x-overflow": "reject-publish"},
    )
    channel.queue_bind(name, broker.exchange_of(SOURCE), routing_key="#")
    return connection

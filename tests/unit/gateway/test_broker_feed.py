"""The feed of events: what a new channel brings, and in which order."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast
from uuid import uuid4

from aiormq.abc import AbstractChannel, DeliveredMessage

from services.gateway.adapters.broker_feed import BrokerFeed


@dataclass
class EagerChannel:
    """Brings the first window before it confirms the consumer, as RabbitMQ may where much is published."""

    window: bytes
    acknowledged: list[int] = field(default_factory=list)

    async def basic_qos(self, **_: Any) -> None: ...

    async def queue_declare(self, *_: Any, **__: Any) -> None: ...

    async def exchange_declare(self, *_: Any, **__: Any) -> None: ...

    async def queue_bind(self, *_: Any, **__: Any) -> None: ...

    async def basic_consume(
        self, queue: str, callback: Callable[[DeliveredMessage], Awaitable[None]]
    ) -> None:
        await callback(cast(DeliveredMessage, Delivery(self, self.window)))
        # Whoever waits for it has it now.
        for _ in range(10):
            await asyncio.sleep(0)

    async def basic_ack(self, delivery_tag: int, **_: Any) -> None:
        self.acknowledged.append(delivery_tag)


@dataclass
class Delivery:
    channel: EagerChannel
    body: bytes
    delivery_tag: int = 1


def test_a_window_that_comes_at_once_is_acknowledged_and_the_log_is_read_before_it() -> None:
    window = b'[{"position": 3, "previousposition": 2, "type": "MessagePosted", "audience": "%s"}]'
    channel = EagerChannel(window % str(uuid4()).encode())

    async def story() -> None:
        feed = BrokerFeed("amqp://nowhere")
        waiting = asyncio.ensure_future(feed.next(10))
        await asyncio.sleep(0)
        await feed._begin(cast(AbstractChannel, channel))
        arrival = await feed.next(10)

        assert await waiting is None
        assert arrival is not None
        assert arrival.position == 3

    asyncio.run(story())

    assert channel.acknowledged == [1]

"""Events as the relay publishes them, over one exclusive queue of this process."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

import aiormq
import pydantic_core
from aiormq.abc import AbstractChannel, DeliveredMessage

from services.gateway.adapters.broker import keep_connected
from shared.contracts.envelope import RecordedEvent
from shared.eventlog.wire import from_wire

SOURCES = ("ai_resolver", "messaging", "notifier", "surveys", "tasks")
PREFETCH = 100
"""Handed over at once: so many events are shown before anything else in the process gets its turn."""

ACKNOWLEDGE_EVERY = 50


class WireArrival:
    """An event as it stood in the message's body, decoded only where somebody wants it."""

    __slots__ = ("_body", "audience", "position", "previous_position", "type")

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self.position: int = body["position"]
        self.previous_position: int = body["previousposition"]
        self.type: str = body["type"]
        self.audience = frozenset(UUID(company) for company in body["audience"].split(",") if company)

    def decode(self) -> RecordedEvent:
        """Return the event. Raises ValueError where its contract does not fit."""
        return from_wire(self._body)[0]


class BrokerFeed:
    """
    Holds a queue bound to everything that the services publish.

    The queue lives and dies with the connection: what was published in between is not here, and `next` says
    so by returning None once after each connection.
    """

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._channel: AbstractChannel | None = None
        self._arrived: asyncio.Queue[DeliveredMessage | None] = asyncio.Queue()
        self._unacknowledged = 0
        self._last_tag = 0

    @property
    def connected(self) -> bool:
        return self._channel is not None

    async def run(self) -> None:
        """Keep the connection until cancelled; events come while this runs."""
        await keep_connected(self._url, "parley gateway events", begin=self._begin, end=self._end)

    async def next(self, within: float) -> WireArrival | None:
        """Return the next event; see the port for when it returns None."""
        if self._unacknowledged >= ACKNOWLEDGE_EVERY or (self._unacknowledged and self._arrived.empty()):
            await self._acknowledge()
        try:
            async with asyncio.timeout(within):
                message = await self._arrived.get()
        except TimeoutError:
            return None
        if message is None:
            return None
        if message.channel is self._channel and message.delivery_tag is not None:
            self._last_tag = message.delivery_tag
            self._unacknowledged += 1
        return WireArrival(pydantic_core.from_json(message.body))

    async def _begin(self, channel: AbstractChannel) -> None:
        queue = f"gateway.live-{uuid4()}"
        await channel.basic_qos(prefetch_count=PREFETCH)
        await channel.queue_declare(queue, exclusive=True, auto_delete=True)
        for source in SOURCES:
            exchange = f"{source}.events"
            await channel.exchange_declare(exchange, exchange_type="topic", durable=True)
            await channel.queue_bind(queue, exchange, routing_key="#")
        await channel.basic_consume(queue, self._on_event)
        self._channel = channel
        self._unacknowledged = 0
        self._arrived.put_nowait(None)

    def _end(self) -> None:
        self._channel = None
        self._unacknowledged = 0

    async def _on_event(self, message: DeliveredMessage) -> None:
        self._arrived.put_nowait(message)

    async def _acknowledge(self) -> None:
        channel, self._unacknowledged = self._channel, 0
        if channel is None:
            return
        try:
            await channel.basic_ack(self._last_tag, multiple=True, wait=False)
        except (OSError, RuntimeError, aiormq.AMQPError):
            # The connection is going: its queue goes with it, and the log has what was in it.
            return

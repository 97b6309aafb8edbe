"""Events as the relay publishes them, over one exclusive queue of this process."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID, uuid4

import aiormq
import pydantic_core
from aiormq.abc import AbstractChannel, DeliveredMessage

from services.gateway.adapters.broker import keep_connected
from shared.broker import WINDOWS_EXCHANGE
from shared.contracts.envelope import RecordedEvent
from shared.eventlog.wire import from_wire


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
        """Return the event. Raises UnreadableMessage where its contract does not fit."""
        return from_wire(self._body)[0]


class BrokerFeed:
    """
    Holds a queue bound to everything that the relay publishes, many events to a message.

    The queue lives and dies with the connection: what was published in between is not here, and `next` says
    so by returning None once after each connection.
    """

    def __init__(self, amqp_url: str) -> None:
        self._url = amqp_url
        self._channel: AbstractChannel | None = None
        self._arrived: asyncio.Queue[DeliveredMessage | None] = asyncio.Queue()
        self._window: Iterator[Mapping[str, Any]] = iter(())

    @property
    def connected(self) -> bool:
        return self._channel is not None

    async def run(self) -> None:
        """Keep the connection until cancelled; events come while this runs."""
        await keep_connected(self._url, "parley gateway events", begin=self._begin, end=self._end)

    async def next(self, within: float) -> WireArrival | None:
        """Return the next event; see the port for when it returns None."""
        while (event := next(self._window, None)) is None:
            try:
                async with asyncio.timeout(within):
                    message = await self._arrived.get()
            except TimeoutError:
                return None
            if message is None:
                return None
            await self._acknowledge(message)
            self._window = iter(pydantic_core.from_json(message.body))
        return WireArrival(event)

    async def _begin(self, channel: AbstractChannel) -> None:
        queue = f"gateway.live-{uuid4()}"
        # One message at a time: between two of them everything else in the process gets its turn.
        await channel.basic_qos(prefetch_count=1)
        await channel.queue_declare(queue, exclusive=True, auto_delete=True)
        await channel.exchange_declare(WINDOWS_EXCHANGE, exchange_type="fanout", durable=True)
        await channel.queue_bind(queue, WINDOWS_EXCHANGE)
        # Before the first message: it may come ahead of the consumer's confirmation, and one that is not
        # acknowledged is the last that comes.
        self._channel = channel
        self._arrived.put_nowait(None)
        await channel.basic_consume(queue, self._on_window)

    def _end(self) -> None:
        self._channel = None

    async def _on_window(self, message: DeliveredMessage) -> None:
        self._arrived.put_nowait(message)

    async def _acknowledge(self, message: DeliveredMessage) -> None:
        if message.channel is not self._channel or message.delivery_tag is None:
            return
        try:
            await message.channel.basic_ack(message.delivery_tag, wait=False)
        except (OSError, RuntimeError, aiormq.AMQPError):
            # The connection is going: its queue goes with it, and the log has what was in it.
            return

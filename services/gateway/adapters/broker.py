"""A connection to RabbitMQ that comes back by itself."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import aiormq
from aiormq.abc import AbstractChannel
from yarl import URL

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 10
CONNECT_SECONDS = 10.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 3.0


async def keep_connected(
    url: str,
    name: str,
    *,
    begin: Callable[[AbstractChannel], Awaitable[None]],
    end: Callable[[], None],
) -> None:
    """
    Hold one channel open until cancelled, and open another whenever it is lost.

    `begin` sets up a new channel (queues, consumers); `end` is told that it is gone. Queues of a channel are
    the connection's own and go with it. aiormq is what aio-pika is built on; its own layer of robust objects
    costs more per message than the message itself does here.
    """
    pause = FIRST_PAUSE_SECONDS
    while True:
        connection = None
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                connection = await aiormq.connect(
                    URL(url).update_query(heartbeat=str(HEARTBEAT_SECONDS), name=name)
                )
                channel = await connection.channel()
                lost = _when_lost(connection, channel)
                await begin(channel)
            pause = FIRST_PAUSE_SECONDS
            logger.info("Connected to the broker", extra={"action": "broker_connected", "connection": name})
            await lost.wait()
            logger.warning("Lost the broker", extra={"action": "broker_connection_lost", "connection": name})
        except (OSError, TimeoutError, RuntimeError, aiormq.AMQPError):
            logger.warning(
                "Broker cannot be reached", extra={"action": "broker_unreachable", "connection": name}
            )
        finally:
            end()
            if connection is not None:
                await _close(connection)
        await asyncio.sleep(pause)
        pause = min(pause * 2, LONGEST_PAUSE_SECONDS)


def _when_lost(connection: aiormq.abc.AbstractConnection, channel: AbstractChannel) -> asyncio.Event:
    """Return an event that is set when connection, channel or a consumer of it ends."""
    lost = asyncio.Event()

    def note(closing: "asyncio.Future[object]") -> None:
        if not closing.cancelled():
            closing.exception()
        lost.set()

    connection.closing.add_done_callback(note)
    channel.closing.add_done_callback(note)
    channel.on_consumer_cancel_callbacks.add(lambda _: lost.set())
    return lost


async def _close(connection: aiormq.abc.AbstractConnection) -> None:
    try:
        async with asyncio.timeout(1):
            await connection.close()
    except (OSError, TimeoutError, RuntimeError, aiormq.AMQPError):
        logger.debug("Connection was gone already", extra={"action": "broker_connection_gone"})

"""
nameko's RPC protocol from asyncio.

A call is a message to the exchange `nameko-rpc` with routing key `<service>.<method>`, JSON `{"args":
[request], "kwargs": {}}`, and a queue of ours to reply to; the answer is `{"result": …, "error": …}`.
"""

import asyncio
import itertools
import logging
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiormq
import pydantic_core
from aiormq.abc import AbstractChannel, DeliveredMessage
from pamqp.commands import Basic

from services.gateway.adapters.broker import keep_connected
from services.gateway.errors import RemoteFailure, ServiceTimeout, ServiceUnavailable
from shared.contracts.rpc import Request
from shared.errors import Conflict, Forbidden, Invalid, NotFound, ParleyError, Refused, Retryable

logger = logging.getLogger(__name__)

EXCHANGE = "nameko-rpc"
CONNECT_PATIENCE_SECONDS = 2.0
TRANSIENT = 1

_REFUSALS: dict[str, type[Refused]] = {
    kind.__name__: kind for kind in (Conflict, Forbidden, Invalid, NotFound, Refused)
}
_RETRYABLES = frozenset({"DatabaseUnavailable", "LogUnavailable", "NotYetHandled", "Retryable"})


class NamekoServices:
    """
    Calls nameko services over one connection; replies come to one exclusive queue and find their caller by
    number.
    """

    def __init__(self, amqp_url: str, *, timeout: float) -> None:
        self._url = amqp_url
        self._timeout = timeout
        self._channel: AbstractChannel | None = None
        self._connected = asyncio.Event()
        self._reply_to = ""
        self._numbers = itertools.count(1)
        self._waiting: dict[str, asyncio.Future[bytes]] = {}

    @property
    def connected(self) -> bool:
        return self._channel is not None

    async def run(self) -> None:
        """Keep the connection until cancelled; calls work while this runs."""
        await keep_connected(self._url, "parley gateway rpc", begin=self._begin, end=self._end)

    async def call(
        self, service: str, method: str, request: Request, *, within: float | None = None
    ) -> Mapping[str, Any]:
        """Return what the method answers; see the port for what it raises."""
        seconds = self._timeout if within is None else within
        number = str(next(self._numbers))
        answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        ends_at = time.monotonic() + seconds
        try:
            async with asyncio.timeout(seconds):
                channel = self._channel or await self._reconnected(seconds)
                await channel.basic_publish(
                    b'{"args":[' + request.model_dump_json().encode() + b'],"kwargs":{}}',
                    exchange=EXCHANGE,
                    routing_key=f"{service}.{method}",
                    properties=Basic.Properties(
                        content_type="application/json",
                        content_encoding="utf-8",
                        correlation_id=number,
                        delivery_mode=TRANSIENT,
                        # Of the caller's time, what is left: the broker drops the request after that, and a
                        # service that was handed it before reckons from the time of sending.
                        expiration=str(max(0, int((ends_at - time.monotonic()) * 1000))),
                        timestamp=datetime.now(UTC),
                        message_id=number,
                        reply_to=self._reply_to,
                    ),
                    mandatory=True,
                )
                body = await answer
        except TimeoutError as error:
            raise ServiceTimeout(
                "The service did not answer in time. Repeat the request: that is harmless."
            ) from error
        except (OSError, RuntimeError, aiormq.AMQPError) as error:
            raise ServiceUnavailable(
                "The service cannot be reached now. Repeat the request: that is harmless."
            ) from error
        finally:
            del self._waiting[number]
            if answer.done() and not answer.cancelled():
                # A loss that came while we were still sending is told already.
                answer.exception()
        return _result(body, service, method)

    async def _begin(self, channel: AbstractChannel) -> None:
        reply_to = str(uuid4())
        await channel.exchange_declare(EXCHANGE, exchange_type="topic", durable=True)
        queue = f"rpc.reply-gateway-{reply_to}"
        await channel.queue_declare(queue, exclusive=True, auto_delete=True)
        await channel.queue_bind(queue, EXCHANGE, routing_key=reply_to)
        await channel.basic_consume(queue, self._on_reply, no_ack=True)
        self._reply_to = reply_to
        self._channel = channel
        self._connected.set()

    def _end(self) -> None:
        self._channel = None
        self._connected.clear()
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionError("the connection was lost before the answer came"))

    async def _reconnected(self, seconds: float) -> AbstractChannel:
        try:
            async with asyncio.timeout(min(seconds / 2, CONNECT_PATIENCE_SECONDS)):
                await self._connected.wait()
        except TimeoutError as error:
            raise ConnectionError("the broker cannot be reached") from error
        if self._channel is None:
            raise ConnectionError("the broker was lost again")
        return self._channel

    async def _on_reply(self, message: DeliveredMessage) -> None:
        answer = self._waiting.get(message.header.properties.correlation_id or "")
        if answer is not None and not answer.done():
            answer.set_result(message.body)


def _result(body: bytes, service: str, method: str) -> Mapping[str, Any]:
    reply = pydantic_core.from_json(body)
    if reply["error"] is not None:
        raise _error(reply["error"], service, method)
    result: Mapping[str, Any] = reply["result"]
    return result


def _error(error: Mapping[str, Any], service: str, method: str) -> ParleyError:
    """Return the remote error as ours; anything unforeseen is logged there and tells nothing here."""
    kind, arguments = error.get("exc_type"), error.get("exc_args") or []
    if kind in _REFUSALS:
        return _REFUSALS[kind](*arguments)
    if kind in _RETRYABLES:
        return Retryable(f"{service} is not ready")
    logger.error(
        "Service failed",
        extra={"action": "service_failed", "service": service, "method": method, "error": kind},
    )
    return RemoteFailure(f"{service}.{method} failed with {kind}")

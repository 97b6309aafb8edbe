"""
nameko's RPC entrypoint with a shorter way for the answer.

nameko sends answers over connections of their own and waits until the broker has confirmed each. Here the
answer goes out on the channel that the request came in on, before the request is acknowledged. The broker
takes both in this order: either both arrive, or the request is delivered again, which is what happens in
nameko too when a process dies. Callers see no difference; the service saves a third of what a call costs
it.
"""

import logging
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import amqp
from amqp import spec
from nameko.exceptions import IncorrectSignature, serialize
from nameko.messaging import QueueConsumer
from nameko.rpc import Rpc, RpcConsumer, get_rpc_exchange
from pydantic_core import PydanticSerializationError, to_json

from shared import broker

logger = logging.getLogger(__name__)

_PUBLISH_ARGUMENTS = "Bssbb"


class PatientQueueConsumer(QueueConsumer):
    """Keeps its connection until every request that came in on it is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.unanswered = 0

    def on_iteration(self) -> None:
        self._cancel_consumers_if_requested()
        if not self._consumers and not self.unanswered:
            self.should_stop = True


class RpcAnswers(RpcConsumer):
    """The service's RPC queue, shared by all its methods."""

    queue_consumer = PatientQueueConsumer()

    def handle_message(self, body: Any, message: Any) -> None:
        """
        Hand the request to a worker, unless nobody waits for it any more.

        The broker drops what expires in its queue; what it had handed over to a process that then stood still
        is for the process to drop.
        """
        if _is_expired(message.properties):
            logger.warning("Request came too late and is dropped", extra={"action": "rpc_request_expired"})
            self.queue_consumer.ack_message(message)
            return
        self.queue_consumer.unanswered += 1
        super().handle_message(body, message)

    def requeue_message(self, message: Any) -> None:
        self.queue_consumer.unanswered -= 1
        super().requeue_message(message)

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> tuple[Any, Any]:
        """
        Answer the request and acknowledge it, unless its connection is lost: then it is delivered again.
        """
        try:
            body = _answer(result, exc_info)
        except PydanticSerializationError:
            # Without an answer nameko would give up the whole service.
            result, exc_info = None, sys.exc_info()
            body = to_json(
                {"result": None, "error": serialize(TypeError("the answer cannot be written as JSON"))}
            )
        channel = message.channel
        if channel.connection is not None:
            with suppress(*broker.BROKEN):
                if "reply_to" in message.properties:
                    self._send(channel, message.properties, body)
                message.ack()
        self.queue_consumer.unanswered -= 1
        return result, exc_info

    def _send(self, channel: amqp.Channel, request: dict[str, Any], body: bytes) -> None:
        answer = amqp.Message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=1,
            correlation_id=request.get("correlation_id", ""),
        )
        exchange = get_rpc_exchange(self.container.config).name
        # Not basic_publish: it reads from the connection, and another green thread is doing that.
        channel.send_method(
            spec.Basic.Publish, _PUBLISH_ARGUMENTS, (0, exchange, request["reply_to"], False, False), answer
        )


def _is_expired(properties: Mapping[str, Any]) -> bool:
    """
    Tell by the time of sending and the time to live; a caller that gives only one of them waits for ever.
    """
    sent_at, milliseconds = properties.get("timestamp"), str(properties.get("expiration"))
    if not isinstance(sent_at, int) or not milliseconds.isdecimal():
        return False
    # AMQP counts whole seconds: the one that had begun is the caller's.
    return time.time() > sent_at + 1 + int(milliseconds) / 1000


def _answer(result: Any, exc_info: Any) -> bytes:
    return to_json({"result": result, "error": None if exc_info is None else serialize(exc_info[1])})


class RpcEndpoint(Rpc):
    """A method with one argument, `request`."""

    rpc_consumer = RpcAnswers()

    def check_signature(self, args: Any, kwargs: Any) -> None:
        if len(args) + len(kwargs) != 1 or (kwargs and "request" not in kwargs):
            raise IncorrectSignature("call it with one argument, `request`")


rpc = RpcEndpoint.decorator

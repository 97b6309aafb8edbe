"""
RabbitMQ as the platform's own case system speaks to us.

It publishes to the durable topic exchange `platform.cases`. Our durable queue hands the messages to one
consumer at a time, in order; each is acknowledged when it has taken effect. What is refused goes to the queue
of dead letters with the reason in the header `x-parley-reason`, and holds up nothing.
"""

import logging
import threading
from collections.abc import Callable
from typing import Any

import amqp

from shared import broker
from shared.contracts.messaging import (
    PLATFORM_DEAD_EXCHANGE,
    PLATFORM_DEAD_QUEUE,
    PLATFORM_EXCHANGE,
    PLATFORM_QUEUE,
)
from shared.errors import Retryable

logger = logging.getLogger(__name__)

REASON_HEADER = "x-parley-reason"
_REASON_CHARACTERS = 1_000
_BODY_BYTES = 1_000_000
_HEARTBEAT_SECONDS = 20
_LOOK_SECONDS = 1.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 10.0
_PERSISTENT = 2


class PlatformQueue:
    """
    Hands each message to `receive`, which returns what is wrong with it, None where it was handled.

    `receive` raises Retryable where it should have the message again later.
    """

    def __init__(self, amqp_url: str, receive: Callable[[bytes], str | None]) -> None:
        self._url = amqp_url
        self._receive = receive
        self._lost = False

    def run(self, stop: threading.Event) -> None:
        """Take messages until told to stop; a lost broker is waited for."""
        pause = _FIRST_PAUSE
        while not stop.is_set():
            try:
                self._take(stop)
            except (*broker.BROKEN, Retryable) as error:
                self._tell_lost(error)
                stop.wait(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
            else:
                pause = _FIRST_PAUSE

    def _take(self, stop: threading.Event) -> None:
        connection = broker.connect(self._url, heartbeat=_HEARTBEAT_SECONDS, name="messaging platform inbox")
        try:
            channel = connection.channel()
            declare(channel)
            channel.confirm_select()
            channel.basic_qos(0, 1, a_global=False)
            waiting: list[Any] = []
            channel.basic_consume(PLATFORM_QUEUE, callback=waiting.append, on_cancel=_cancelled)
            if self._lost:
                logger.info("The platform is heard again", extra={"action": "platform_inbox_back"})
            self._lost = False
            while not stop.is_set():
                if waiting:
                    self._handle(connection, channel, waiting.pop(), stop)
                    continue
                try:
                    connection.drain_events(timeout=_LOOK_SECONDS)
                except TimeoutError:
                    connection.heartbeat_tick()
        finally:
            # Without a farewell: what is not acknowledged is delivered to whoever takes over.
            connection.collect()

    def _handle(
        self, connection: amqp.Connection, channel: amqp.Channel, message: Any, stop: threading.Event
    ) -> None:
        pause = _FIRST_PAUSE
        while not stop.is_set():
            try:
                problem = self._problem_of(message)
            except Retryable as error:
                # Those behind it wait too: the platform's messages take effect in order.
                logger.warning(
                    "A message of the platform waits",
                    extra={"action": "platform_message_waits", "error": str(error)},
                )
                stop.wait(pause)
                connection.heartbeat_tick()
                pause = min(pause * 2, _LONGEST_PAUSE)
                continue
            if problem is not None:
                _bury(channel, message, problem)
            channel.basic_ack(message.delivery_tag)
            return

    def _problem_of(self, message: Any) -> str | None:
        body = message.body.encode() if isinstance(message.body, str) else bytes(message.body)
        if len(body) > _BODY_BYTES:
            return f"is longer than {_BODY_BYTES} bytes"
        try:
            return self._receive(body)
        except Retryable:
            raise
        except Exception as error:  # whatever it is, the messages behind it must not wait for ever
            logger.exception(
                "A message of the platform could not be handled", extra={"action": "platform_message_failed"}
            )
            return f"could not be handled: {type(error).__name__}"

    def _tell_lost(self, error: Exception) -> None:
        if not self._lost:
            logger.warning(
                "The platform is not heard: RabbitMQ is away",
                extra={"action": "platform_inbox_lost", "error": str(error)},
            )
        self._lost = True


def declare(channel: amqp.Channel) -> None:
    """Declare exchange and queues; whoever is first, publisher or we, does it alike."""
    channel.exchange_declare(PLATFORM_EXCHANGE, type="topic", durable=True, auto_delete=False)
    channel.exchange_declare(PLATFORM_DEAD_EXCHANGE, type="fanout", durable=True, auto_delete=False)
    channel.queue_declare(
        PLATFORM_QUEUE, durable=True, auto_delete=False, arguments={"x-single-active-consumer": True}
    )
    channel.queue_declare(PLATFORM_DEAD_QUEUE, durable=True, auto_delete=False)
    channel.queue_bind(PLATFORM_QUEUE, PLATFORM_EXCHANGE, routing_key="#")
    channel.queue_bind(PLATFORM_DEAD_QUEUE, PLATFORM_DEAD_EXCHANGE)


def _bury(channel: amqp.Channel, message: Any, problem: str) -> None:
    """Keep the message, with what is wrong with it, before it is acknowledged."""
    logger.warning("A message of the platform was refused", extra={"action": "platform_message_refused"})
    body = message.body.encode() if isinstance(message.body, str) else message.body
    channel.basic_publish_confirm(
        amqp.Message(
            body,
            content_type=message.properties.get("content_type", "application/json"),
            delivery_mode=_PERSISTENT,
            application_headers={REASON_HEADER: problem[:_REASON_CHARACTERS]},
        ),
        exchange=PLATFORM_DEAD_EXCHANGE,
        routing_key=message.delivery_info.get("routing_key", ""),
    )


def _cancelled(consumer_tag: str) -> None:
    raise broker.BrokerUnavailable(f"the queue of consumer {consumer_tag} was deleted")

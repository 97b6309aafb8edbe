"""What tells a subscription that there is news: a hint, never the truth, so any of it may be lost or late."""

import logging
import threading
import time
from collections.abc import Collection
from typing import Any, Protocol

import amqp

from shared import broker
from shared.errors import Retryable
from shared.settings import Settings

logger = logging.getLogger(__name__)

_HEARTBEAT_SECONDS = 30
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 5.0


class Wakeups(Protocol):
    """Wakes one subscription. Used by one thread."""

    def wait(self, timeout: float) -> bool:
        """
        Return True as soon as there is news, False after about `timeout` seconds.

        News that came while the subscription was busy is told at the next call. Never raises for a broken
        broker.
        """
        ...

    def handled(self) -> None:
        """Say that the log was read after the last news; what comes from now on is news again."""
        ...

    def close(self) -> None: ...


class IdlePolling:
    """No broker: the subscription looks at the log every `seconds`. For tests and tools."""

    def __init__(self, seconds: float = 0.05) -> None:
        self._seconds = seconds
        self._closed = threading.Event()

    def wait(self, timeout: float) -> bool:
        self._closed.wait(min(self._seconds, timeout))
        return False

    def handled(self) -> None:
        return None

    def close(self) -> None:
        self._closed.set()


class RabbitWakeups:
    """
    A durable queue `<name>.news` of length one, bound to what the relay says of the sources.

    One message is at the subscription at most and one in the queue, so any number of events during a batch
    is one wake-up after it. Replicas share the queue. While RabbitMQ is away, `wait` only waits.
    """

    def __init__(self, settings: Settings, name: str, sources: Collection[str]) -> None:
        self._url = settings.amqp_url
        self._name = name
        self._sources = sorted(sources)
        self._connection: amqp.Connection | None = None
        self._channel: amqp.Channel | None = None
        self._delivery: int | None = None
        self._told_lost = False
        self._pause = _FIRST_PAUSE
        self._next_attempt = 0.0

    def wait(self, timeout: float) -> bool:
        deadline = time.monotonic() + timeout
        try:
            connection = self._open()
            if connection is not None:
                connection.heartbeat_tick()
                while self._delivery is None and (left := deadline - time.monotonic()) > 0:
                    connection.drain_events(timeout=left)
                return True
        except TimeoutError:
            return self._delivery is not None
        except (*broker.BROKEN, Retryable) as error:
            self._lose(error)
        time.sleep(max(0.0, deadline - time.monotonic()))
        return False

    def handled(self) -> None:
        if self._delivery is None or self._channel is None:
            return
        delivery, self._delivery = self._delivery, None
        try:
            self._channel.basic_ack(delivery)
        except broker.BROKEN as error:
            self._lose(error)

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            try:
                connection.close()
            except broker.BROKEN:
                connection.collect()

    def _open(self) -> amqp.Connection | None:
        """Return the connection, opened anew where it was lost; None where it is too early to try again."""
        if self._connection is not None or time.monotonic() < self._next_attempt:
            return self._connection
        connection = broker.connect(
            self._url, heartbeat=_HEARTBEAT_SECONDS, name=f"{self._name} subscription"
        )
        self._connection = connection
        channel = self._channel = connection.channel()
        queue = f"{self._name}.news"
        channel.queue_declare(
            queue,
            durable=True,
            auto_delete=False,
            arguments={"x-max-length": 1, "x-overflow": "drop-head"},
        )
        broker.declare_news(channel)
        for source in self._sources:
            channel.queue_bind(queue, broker.NEWS_EXCHANGE, routing_key=source)
        channel.basic_qos(0, 1, a_global=False)
        channel.basic_consume(queue, callback=self._receive, on_cancel=self._cancelled)
        if self._told_lost:
            logger.info(
                "RabbitMQ wakes the subscription again",
                extra={"action": "wakeups_back", "subscription": self._name},
            )
        self._told_lost = False
        self._pause = _FIRST_PAUSE
        return connection

    def _receive(self, message: Any) -> None:
        self._delivery = message.delivery_tag

    def _cancelled(self, consumer_tag: str) -> None:
        raise broker.BrokerUnavailable(f"the queue of consumer {consumer_tag} was deleted")

    def _lose(self, error: Exception) -> None:
        if not self._told_lost:
            logger.warning(
                "RabbitMQ does not wake the subscription, which polls the log meanwhile",
                extra={"action": "wakeups_lost", "subscription": self._name, "error": str(error)},
            )
        self._told_lost = True
        self._delivery = None
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            connection.collect()
        self._next_attempt = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, _LONGEST_PAUSE)

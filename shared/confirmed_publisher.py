"""Publishing many messages at a time, each confirmed by the broker."""

import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import amqp
from pamqp import frame
from pamqp.body import ContentBody
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.errors import Retryable

_CONFIRM_SECONDS = 30.0
_PATIENCE_SECONDS = 1.0

_FRAME_OVERHEAD = 8
_TRANSIENT, _PERSISTENT = 1, 2


class NotConfirmed(Retryable):
    """RabbitMQ did not take every message of a window; none of them counts as published."""


class Outgoing(NamedTuple):
    """A JSON message; its headers are whole numbers. One that is not persistent ends with its broker."""

    exchange: str
    routing_key: str
    message_id: str
    headers: dict[str, int]
    body: bytes
    persistent: bool = True


class _Window(NamedTuple):
    last_tag: int
    token: int


class ConfirmedPublisher:
    """
    Publishes windows of messages in order, and tells how far the broker has confirmed them without a gap.

    A window is written to the connection in one go: publishing message by message takes several times the
    work, which was the most expensive part of an event's way.
    """

    def __init__(self, connection: amqp.Connection) -> None:
        self._connection = connection
        self._channel = connection.channel()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._tag = 0
        self._unconfirmed: set[int] = set()
        self._windows: deque[_Window] = deque()
        self._refused = False

    @property
    def channel(self) -> amqp.Channel:
        """The channel that is published on, for declarations."""
        return self._channel

    def send(self, messages: list[Outgoing], token: int) -> None:
        """
        Publish a window without waiting; `confirmed` returns the token once all of it and before it is
        taken.
        """
        frames = bytearray()
        for message in messages:
            frames += b"".join(_frames_of(message, self._channel.channel_id, self._connection.frame_max))
        first = self._tag + 1
        self._tag += len(messages)
        self._unconfirmed.update(range(first, self._tag + 1))
        self._windows.append(_Window(self._tag, token))
        self._connection.transport.write(frames)

    def confirmed(self, *, leave: int) -> int | None:
        """
        Wait until at most `leave` windows are unconfirmed; return the token of the last that is confirmed,
        if any is.

        Raises NotConfirmed for a refusal or silence, broker.BROKEN for a lost connection.
        """
        token = None
        deadline = time.monotonic() + _CONFIRM_SECONDS
        while True:
            first_missing = min(self._unconfirmed, default=self._tag + 1)
            while self._windows and self._windows[0].last_tag < first_missing:
                token = self._windows.popleft().token
            if len(self._windows) <= leave:
                return token
            if time.monotonic() > deadline:
                raise NotConfirmed("RabbitMQ does not confirm: is it out of memory or disk?")
            self._read(_PATIENCE_SECONDS)
            if self._refused:
                raise NotConfirmed("RabbitMQ refused a message")

    def keep_alive(self) -> None:
        """
        Send a heartbeat if one is due and take in what the broker says.

        Raises broker.BROKEN where nothing was heard of the broker for two heartbeats: so a process that was
        frozen notices, if a write has not told it before.
        """
        self._connection.heartbeat_tick()
        self._read(0)

    def _read(self, timeout: float) -> None:
        with suppress(TimeoutError):
            self._connection.drain_events(timeout=timeout)
            # Take in what else is there: confirms come in many small frames.
            while True:
                self._connection.drain_events(timeout=0)
        self._connection.heartbeat_tick()

    def _on_ack(self, tag: int, multiple: bool) -> None:  # noqa: FBT001 - called by amqp
        if multiple:
            self._unconfirmed = {each for each in self._unconfirmed if each > tag}
        else:
            self._unconfirmed.discard(tag)

    def _on_nack(self, tag: int, multiple: bool) -> None:  # noqa: ARG002, FBT001 - called by amqp
        self._refused = True


def _frames_of(message: Outgoing, channel: int, frame_max: int) -> Iterator[bytes]:
    """Yield the AMQP frames of one publish: method, content header, body."""
    properties = Basic.Properties(
        content_type="application/json",
        content_encoding="utf-8",
        headers=dict(message.headers),
        delivery_mode=_PERSISTENT if message.persistent else _TRANSIENT,
        message_id=message.message_id,
    )
    yield frame.marshal(Basic.Publish(exchange=message.exchange, routing_key=message.routing_key), channel)
    yield frame.marshal(ContentHeader(body_size=len(message.body), properties=properties), channel)
    size = frame_max - _FRAME_OVERHEAD
    for start in range(0, len(message.body), size):
        yield frame.marshal(ContentBody(message.body[start : start + size]), channel)

"""Publishing many messages at a time, each confirmed by the broker."""

import struct
import time
from collections import deque
from contextlib import suppress
from typing import NamedTuple

import amqp

from shared.errors import Retryable

_CONFIRM_SECONDS = 30.0
_PATIENCE_SECONDS = 1.0

_METHOD, _HEADER, _BODY, _END = 1, 2, 3, b"\xce"
_BASIC, _PUBLISH = 60, 40
_FRAME_OVERHEAD = 8
# Which properties follow: content type, content encoding, headers, delivery mode, message id.
_PROPERTIES = 1 << 15 | 1 << 14 | 1 << 13 | 1 << 12 | 1 << 7
_PERSISTENT = b"\x02"


class NotConfirmed(Retryable):
    """RabbitMQ did not take every message of a window; none of them counts as published."""


class Outgoing(NamedTuple):
    """A persistent JSON message; its headers are whole numbers."""

    exchange: str
    routing_key: str
    message_id: str
    headers: dict[str, int]
    body: bytes


class _Window(NamedTuple):
    last_tag: int
    token: int


class ConfirmedPublisher:
    """
    Publishes windows of messages in order, and tells how far the broker has confirmed them without a gap.

    A window is written in one go and in our own hand: message by message the library takes five times the
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
            _append_frames(frames, message, self._channel.channel_id, self._connection.frame_max)
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


def _append_frames(frames: bytearray, message: Outgoing, channel: int, frame_max: int) -> None:
    """Append the AMQP frames of one publish: method, content header, body."""
    method = b"".join(
        (
            struct.pack(">HHH", _BASIC, _PUBLISH, 0),
            _short(message.exchange),
            _short(message.routing_key),
            b"\x00",
        )
    )
    table = b"".join(
        _short(name) + struct.pack(">cq", b"l", value) for name, value in message.headers.items()
    )
    header = b"".join(
        (
            struct.pack(">HHQH", _BASIC, 0, len(message.body), _PROPERTIES),
            _short("application/json"),
            _short("utf-8"),
            struct.pack(">I", len(table)),
            table,
            _PERSISTENT,
            _short(message.message_id),
        )
    )
    _append_frame(frames, _METHOD, channel, method)
    _append_frame(frames, _HEADER, channel, header)
    size = frame_max - _FRAME_OVERHEAD
    for start in range(0, len(message.body), size):
        _append_frame(frames, _BODY, channel, message.body[start : start + size])


def _append_frame(frames: bytearray, kind: int, channel: int, payload: bytes) -> None:
    frames += struct.pack(">BHI", kind, channel, len(payload))
    frames += payload
    frames += _END


def _short(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack(">B", len(encoded)) + encoded

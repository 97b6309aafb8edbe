"""
A very small HTTP/1.1 client on asyncio transports.

The bench shares its two cores with what it measures, so its own cost per request must be small: a general
client costs more CPU per request than the gateway does. This one knows only what the bench needs: keep-alive,
answers with `content-length`, one request at a time, and event streams in chunks.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

_END_OF_HEAD = b"\r\n\r\n"


class ProtocolBroken(Exception):
    """The server said something this client does not understand, or closed the connection in mid-answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, raw head and body of one answer."""

    status: int
    head: bytes
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def header(self, name: str) -> str | None:
        """Return the value of the header, or None."""
        for line in self.head.split(b"\r\n")[1:]:
            key, _, value = line.partition(b":")
            if key.strip().lower() == name.lower().encode():
                return value.strip().decode()
        return None


def request(
    method: str,
    path: str,
    *,
    host: str,
    token: str | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> bytes:
    """Return the bytes of one request, ready to be sent any number of times."""
    lines = [f"{method} {path} HTTP/1.1", f"host: {host}"]
    if token:
        lines.append(f"authorization: Bearer {token}")
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    if body is not None:
        lines += ["content-type: application/json", f"content-length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + (body or b"")


class Connection(asyncio.Protocol):
    """One keep-alive connection; `ask` sends a request and returns its answer."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None

    @classmethod
    async def open(cls, base_url: str) -> "Connection":
        """Connect to the host and port of an `http://` address."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, *_host_and_port(base_url))
        return connection

    async def ask(self, data: bytes) -> Answer:
        """Send the request and return its answer. Raises ProtocolBroken where the connection ends first."""
        if self._transport is None or self._transport.is_closing():
            raise ProtocolBroken("the server closed the connection")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(data)
        return await self._answer

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(ProtocolBroken(f"connection lost before the answer: {exc}"))

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(_END_OF_HEAD)
        if end < 0:
            return
        head = bytes(self._received[:end])
        start = end + len(_END_OF_HEAD)
        length = _content_length(head)
        if len(self._received) - start < length:
            return
        body = bytes(self._received[start : start + length])
        del self._received[: start + length]
        if self._answer is None or self._answer.done():
            raise ProtocolBroken("an answer that nobody asked for")
        self._answer.set_result(Answer(int(head[9:12]), head, body))


def _host_and_port(base_url: str) -> tuple[str, int]:
    address = urlsplit(base_url)
    if address.hostname is None or address.port is None:
        raise ValueError(f"{base_url!r} names no host and port")
    return address.hostname, address.port


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    if at < 0:
        if head[9:12] == b"204":
            return 0
        raise ProtocolBroken("an answer without content-length")
    return int(head[at + 15 :].split(b"\r\n", 1)[0])


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One Server-Sent Event and when its last byte arrived, by `perf_counter`."""

    id: str
    type: str
    data: bytes
    at: float


class EventStream(asyncio.Protocol):
    """Reads one event stream and hands each event to `on_event` as it arrives."""

    def __init__(self, data: bytes, on_event: Callable[[LiveEvent], None]) -> None:
        self._request = data
        self._on_event = on_event
        self._received = bytearray()
        self._text = bytearray()
        self._transport: asyncio.Transport | None = None
        self._head_seen = False
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        at = time.perf_counter()
        self._received += data
        if not self._head_seen:
            end = self._received.find(_END_OF_HEAD)
            if end < 0:
                return
            if self._received[9:12] != b"200":
                self.opened.set_exception(ProtocolBroken(bytes(self._received).decode(errors="replace")))
                return
            del self._received[: end + len(_END_OF_HEAD)]
            self._head_seen = True
            self.opened.set_result(None)
        for chunk in _whole_chunks(self._received):
            self._text += chunk
        while (end := self._text.find(b"\n\n")) >= 0:
            block = bytes(self._text[:end])
            del self._text[: end + 2]
            event = _parse(block, at)
            if event is not None:
                self._on_event(event)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ProtocolBroken(f"connection lost: {exc}"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _whole_chunks(received: bytearray) -> Iterator[bytes]:
    while (line_end := received.find(b"\r\n")) >= 0:
        size = int(received[:line_end], 16)
        end = line_end + 2 + size
        if len(received) < end + 2:
            return
        yield bytes(received[line_end + 2 : end])
        del received[: end + 2]


def _parse(block: bytes, at: float) -> LiveEvent | None:
    fields: dict[bytes, bytes] = {}
    for line in block.replace(b"\r\n", b"\n").split(b"\n"):
        name, _, value = line.partition(b":")
        if name:
            fields[name] = value.removeprefix(b" ")
    if b"data" not in fields:
        return None
    return LiveEvent(fields.get(b"id", b"").decode(), fields.get(b"event", b"").decode(), fields[b"data"], at)


@asynccontextmanager
async def event_stream(
    base_url: str, path: str, *, token: str, on_event: Callable[[LiveEvent], None]
) -> AsyncIterator[EventStream]:
    """Open an event stream, and close it at the end of the block."""
    data = request("GET", path, host=urlsplit(base_url).netloc, token=token)
    _, stream = await asyncio.get_running_loop().create_connection(
        lambda: EventStream(data, on_event), *_host_and_port(base_url)
    )
    try:
        await asyncio.wait_for(stream.opened, 30)
        yield stream
    finally:
        stream.close()

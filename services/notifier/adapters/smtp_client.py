"""
The standard library's SMTP client with an end to every answer, in time and in size.

The library's own time limit begins anew with every byte that arrives, and it reads on for ever.
"""

import smtplib
import socket
import ssl
import time
from typing import Protocol

# What a server may say in one answer, and in one packet.
_MOST_BYTES = 64 * 1024
_PACKET = 4096


class Connection(Protocol):
    """What an answer is read from: a socket, TLS or not."""

    def settimeout(self, value: float | None, /) -> None: ...

    def recv(self, bufsize: int, /) -> bytes: ...


class AnswerTooLong(OSError):
    """The server does not come to an end."""


class Lines:
    """The lines that a server sends, each answer within a time and a size."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._buffer = b""
        self._deadline = 0.0
        self._left = 0

    def begin(self, seconds: float) -> None:
        """Begin an answer, which may take so long in all."""
        self._deadline = time.monotonic() + seconds
        self._left = _MOST_BYTES

    def readline(self, size: int) -> bytes:
        """Return a line, or less at the end of the connection or from `size` bytes on. Raises OSError."""
        while b"\n" not in self._buffer and len(self._buffer) < size:
            seconds = self._deadline - time.monotonic()
            if seconds <= 0:
                raise TimeoutError("timed out")
            self._connection.settimeout(seconds)
            packet = self._connection.recv(_PACKET)
            if not packet:
                line, self._buffer = self._buffer, b""
                return line
            self._left -= len(packet)
            if self._left < 0:
                raise AnswerTooLong("the answer does not end")
            self._buffer += packet
        end = self._buffer.find(b"\n") + 1
        line, self._buffer = self._buffer[: end or size], self._buffer[end or size :]
        return line

    def close(self) -> None:
        """Forget what was not read; the connection has an owner."""
        self._buffer = b""


class _Bounded:
    """What both of the library's clients get: `limit` is how many seconds the next step may take."""

    limit: float
    file: Lines | None
    sock: socket.socket | None

    def getreply(self) -> tuple[int, bytes]:
        if self.file is None and self.sock is not None:
            self.file = Lines(self.sock)
        if self.file is not None:
            self.file.begin(self.limit)
        return super().getreply()  # type: ignore[misc,no-any-return]  # the library's client comes next

    def send(self, data: bytes | str) -> None:
        if self.sock is not None:
            self.sock.settimeout(self.limit)
        super().send(data)  # type: ignore[misc]  # the same


class Client(_Bounded, smtplib.SMTP):  # type: ignore[misc]  # `file` is not the library's own
    """A connection in the clear, or one that is about to begin TLS."""

    def __init__(self, host: str, port: int, hostname: str, *, limit: float) -> None:
        self.limit = limit
        super().__init__(host, port, hostname, timeout=limit)


class TlsClient(_Bounded, smtplib.SMTP_SSL):  # type: ignore[misc]  # `file` is not the library's own
    """A connection that is TLS from its first byte on."""

    def __init__(self, host: str, port: int, hostname: str, *, limit: float, tls: ssl.SSLContext) -> None:
        """`tls` says how the server proves who it is; the library would take any certificate without it."""
        self.limit = limit
        super().__init__(host, port, hostname, timeout=limit, context=tls)

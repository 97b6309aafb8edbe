"""
A mail server that takes everything and keeps nothing, as cheap as it can be: `python smtp_sink.py PORT`.

It answers what our senders say and counts the e-mails; `NOOP` answers with the count.
"""

import asyncio
import sys
from typing import cast

import uvloop


class Sink(asyncio.Protocol):
    """One connection. Commands may come together, content in any pieces."""

    taken = 0

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._buffer = b""
        self._in_content = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's derives from nothing of asyncio's
        self._transport.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while True:
            end = b"\r\n.\r\n" if self._in_content else b"\r\n"
            found, separator, rest = self._buffer.partition(end)
            if not separator:
                return
            self._buffer = rest
            self._answer(found)

    def _answer(self, line: bytes) -> None:
        if self._transport is None:
            return
        if self._in_content:
            self._in_content = False
            Sink.taken += 1
            self._transport.write(b"250 taken\r\n")
        elif line.upper() == b"DATA":
            self._in_content = True
            self._transport.write(b"354 go on\r\n")
        elif line.upper().startswith(b"EHLO"):
            self._transport.write(b"250-sink\r\n250 PIPELINING\r\n")
        elif line.upper() == b"QUIT":
            self._transport.write(b"221 bye\r\n")
            self._transport.close()
        else:
            self._transport.write(b"250 %d\r\n" % Sink.taken)


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(int(sys.argv[1])))

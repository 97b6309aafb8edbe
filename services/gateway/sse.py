"""Server-Sent Events as bytes on the wire, and the response that sends them."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from services.gateway.reactions import LiveEvent

RETRY_MILLISECONDS = 2000


def frame(position: int, event: LiveEvent) -> bytes:
    """
    Return the event as one block of the stream; JSON holds no line breaks, so one `data:` line is enough.
    """
    data = event.data.model_dump_json(exclude_unset=True)
    return f"id: {position}\nevent: {event.type}\ndata: {data}\n\n".encode()


def opening(position: int) -> bytes:
    """
    Return the first block: how soon to come back, and from where.

    A block without data moves a browser's Last-Event-ID and shows nothing, so that a client that was cut off
    before its first event does not miss any either.
    """
    return f"retry: {RETRY_MILLISECONDS}\nid: {position}\n\n".encode()


def heartbeat(position: int) -> bytes:
    """
    Return a comment that keeps proxies from closing the stream, and the position a quiet client has reached.
    """
    return f": heartbeat\nid: {position}\n\n".encode()


class EventStream(Response):
    """
    Sends the blocks as they come until they end, the client goes, or `cut` is set; then calls `on_end`.

    `cut` is for a client that does not read: what it is being sent at that moment is not waited for.
    """

    media_type = "text/event-stream"

    def __init__(self, blocks: AsyncGenerator[bytes], cut: asyncio.Event, on_end: Callable[[], None]) -> None:
        super().__init__(headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]
        self._blocks = blocks
        self._cut = cut
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        del scope
        tasks = [
            asyncio.ensure_future(self._send(send)),
            asyncio.ensure_future(self._gone(receive)),
            asyncio.ensure_future(self._cut.wait()),
        ]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._on_end()
            for task in tasks:
                task.cancel()
            outcomes = await asyncio.gather(*tasks, return_exceptions=True)
        if isinstance(outcomes[0], Exception):
            raise outcomes[0]

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        async with aclosing(self._blocks) as blocks:
            async for block in blocks:
                await send({"type": "http.response.body", "body": block, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    @staticmethod
    async def _gone(receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

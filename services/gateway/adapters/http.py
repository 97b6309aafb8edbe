"""uvicorn's HTTP protocol, with an end to requests that never end and problem documents at that level too."""

import asyncio
from http import HTTPStatus
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from services.gateway import problems

HEAD_BYTES = 65_536
HEAD_SECONDS = 30.0


class BoundedHttp(HttpToolsProtocol):
    """
    Reads requests whose line and headers are of bounded size and come in bounded time.

    uvicorn bounds neither, and collects them before anybody could be asked for a token.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._head_bytes = 0
        self._head_timer: asyncio.TimerHandle | None = None
        self._begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget_head()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        timer = self._head_timer
        super().data_received(data)
        # The piece in which a request begins may hold the end of the one before: it is not counted.
        if timer is None or self._head_timer is not timer or self.transport.is_closing():
            return
        self._head_bytes += len(data)
        if self._head_bytes > HEAD_BYTES:
            self._refuse(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                "headers_too_large",
                f"Address and headers may have at most {HEAD_BYTES} bytes.",
            )

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._begun = True
        self._await_head()

    def on_headers_complete(self) -> None:
        self._forget_head()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Tell as a problem that this is no HTTP."""
        del msg
        self._refuse(HTTPStatus.BAD_REQUEST, "not_http", "This is not a request in HTTP/1.1.")

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: the request goes on as plain HTTP, and anybody could fill the log with it."""

    def _await_head(self) -> None:
        self._forget_head()
        self._head_timer = self.loop.call_later(HEAD_SECONDS, self._give_up)

    def _forget_head(self) -> None:
        self._head_bytes = 0
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _give_up(self) -> None:
        if not self._begun:
            self.transport.close()
            return
        self._refuse(
            HTTPStatus.REQUEST_TIMEOUT,
            "headers_too_slow",
            f"The headers must be here within {HEAD_SECONDS:.0f} seconds.",
        )

    def _refuse(self, status: HTTPStatus, code: str, detail: str) -> None:
        self._forget_head()
        begun = self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete
        if begun or self.pipeline:
            # An answer is on its way, and nothing may be written into it.
            self.transport.abort()
            return
        problem = problems.describe(status, status.phrase, code=code, detail=detail, correlation_id=None)
        body = problem.model_dump_json(exclude_none=True)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}",
            f"content-type: {problems.MEDIA_TYPE}",
            f"content-length: {len(body.encode())}",
            "cache-control: no-store",
            "connection: close",
        )
        self.transport.write("\r\n".join((*head, "", body)).encode())
        self.transport.close()

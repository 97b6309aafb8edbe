"""
The outermost layer: correlation id, headers that every answer carries, one log line and one count per
request, and an answer whatever happens.
"""

import logging
import re
import time
from uuid import UUID, uuid4

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.gateway import problems
from services.gateway.metrics import Metrics
from shared.logs import CORRELATION_ID

logger = logging.getLogger(__name__)

CORRELATION_HEADER = b"x-correlation-id"
# Nobody on the way may keep what one caller was told, and no browser may take it for anything else.
_EVERYWHERE = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
UNMATCHED = "unmatched"

_METHODS = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"})
_UUID = re.compile(rb"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Edge:
    """Wraps the application. Adds nothing to the body and looks at none of it."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        correlation_id = _correlation_id(scope)
        scope.setdefault("state", {})["correlation_id"] = correlation_id
        CORRELATION_ID.set(str(correlation_id))
        header = (CORRELATION_HEADER, str(correlation_id).encode())
        status = 0
        streaming = False

        async def answer(message: Message) -> None:
            nonlocal status, streaming
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                present = {name for name, _ in headers}
                headers += [header, *(each for each in _EVERYWHERE if each[0] not in present)]
                message["headers"] = headers
                streaming = (b"content-type", b"text/event-stream; charset=utf-8") in headers
            await send(message)

        started = time.perf_counter()
        try:
            await self._app(scope, receive, answer)
        except Exception as error:
            logger.exception("Request failed", extra={"action": "request_failed"})
            if not status:
                await _fail(error, correlation_id, answer)
        finally:
            seconds = time.perf_counter() - started
            route = getattr(scope.get("route"), "path", UNMATCHED)
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            self._metrics.answered(method, route, status, None if streaming else seconds)
            logger.info(
                "Request answered",
                extra={
                    "action": "request_answered",
                    "method": method,
                    "route": route,
                    "status": status,
                    "milliseconds": round(seconds * 1000, 1),
                },
            )


def _correlation_id(scope: Scope) -> UUID:
    for name, value in scope["headers"]:
        if name == CORRELATION_HEADER and _UUID.fullmatch(value):
            return UUID(value.decode())
    return uuid4()


async def _fail(error: Exception, correlation_id: UUID, send: Send) -> None:
    body = problems.answer(error, correlation_id).body()
    headers = [
        (b"content-type", problems.MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""The live stream."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, ConfigDict

from services.gateway.api.dependencies import BASE_PATH, SignedIn, TheGateway, as_position
from services.gateway.problems import documented
from services.gateway.sse import EventStream

router = APIRouter(prefix=BASE_PATH, tags=["live"])

_EXAMPLE = (
    "retry: 2000\nid: 4711\n\n"
    'id: 4712\nevent: thread.read\ndata: {"thread_id":"…","user_id":"…","up_to_message_id":"…"}\n\n'
    ": heartbeat\nid: 4720\n\n"
)
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-Sent Events, until the token expires",
        "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EXAMPLE}},
    }
}


class LiveQuery(BaseModel):
    """From where."""

    model_config = ConfigDict(extra="forbid")

    last_event_id: str | None = None


@router.get(
    "/live",
    response_class=Response,
    responses={**_STREAM, **documented(400, 401, 403, 500, 503, 504)},
)
async def live(
    session: SignedIn,
    gateway: TheGateway,
    query: Annotated[LiveQuery, Query()],
    last_event_id: Annotated[str | None, Header(description="the last `id` that was received")] = None,
) -> Response:
    """
    Stream everything that the caller may see, as it happens, in the order in which it happened.

    With `Last-Event-ID` (or `?last_event_id=`) it begins with what came after that event: nothing is left out
    and nothing is repeated. Without it, it begins now.
    """
    given = query.last_event_id if last_event_id is None else last_event_id
    after = None if not given else as_position(given, "bad_last_event_id", "Last-Event-ID")
    listener, start = await gateway.hub.attach(
        user_id=session.caller.user_id, company_id=session.caller.company_id, after=after
    )
    blocks = gateway.hub.blocks(listener, start, session.expires_at)
    return EventStream(blocks, listener.cut, partial(gateway.hub.detach, listener))

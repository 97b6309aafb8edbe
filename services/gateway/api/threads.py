"""Messages of a thread."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.gateway.api.dependencies import (
    BASE_PATH,
    JsonBody,
    MinPosition,
    Operator,
    PageQuery,
    SignedIn,
    TheGateway,
    accepts,
    answer,
)
from services.gateway.bodies import NewMessage, PlatformMessage, Reached, ReadUpTo
from services.gateway.problems import documented
from shared.contracts import messaging

router = APIRouter(prefix=BASE_PATH, tags=["threads"])


class MessagesQuery(PageQuery):
    """Which messages."""

    after: UUID | None = None


@router.get(
    "/threads/{thread_id}/messages",
    response_model=messaging.MessagePage,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def list_messages(
    thread_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    query: Annotated[MessagesQuery, Query()],
    min_position: MinPosition,
) -> Response:
    """List a thread's messages, newest first; with `after` (a message id) those behind it, oldest first."""
    request = messaging.ListMessages(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        thread_id=thread_id,
        after=query.after,
    )
    return answer(await gateway.services.call("messaging", "list_messages", request))


@router.post(
    "/threads/{thread_id}/messages",
    status_code=201,
    response_model=messaging.MessageView,
    responses={
        200: {"model": messaging.MessageView, "description": "The same message had been posted before"},
        **documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504),
    },
    openapi_extra=accepts(NewMessage),
)
async def post_message(
    thread_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    message: Annotated[NewMessage, Depends(JsonBody(NewMessage))],
) -> Response:
    """
    Post a message. It opens a reply task for the other side and solves one's own.

    Repeat it freely with the same `client_message_id`: the first message is returned with 200, and 409 tells
    that the id was used for other content.
    """
    request = messaging.PostMessage(
        caller=session.caller,
        correlation_id=session.correlation_id,
        thread_id=thread_id,
        client_message_id=message.client_message_id,
        body=message.body,
        attachment_ids=message.attachment_ids,
    )
    outcome = await gateway.services.call("messaging", "post_message", request)
    posted = outcome["message"]
    return answer(
        posted,
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"/api/v1/threads/{thread_id}/messages#{posted['id']}",
    )


@router.post(
    "/admin/threads/{thread_id}/messages",
    status_code=201,
    tags=["admin"],
    response_model=messaging.MessageView,
    responses={
        200: {"model": messaging.MessageView, "description": "The same message had been posted before"},
        **documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504),
    },
    openapi_extra=accepts(PlatformMessage),
)
async def post_platform_message(
    thread_id: UUID,
    session: Operator,
    gateway: TheGateway,
    message: Annotated[PlatformMessage, Depends(JsonBody(PlatformMessage))],
) -> Response:
    """Say something in the platform's name: it has no author and opens no task."""
    request = messaging.PostPlatformMessage(
        caller=session.caller,
        correlation_id=session.correlation_id,
        thread_id=thread_id,
        **message.model_dump(),
    )
    outcome = await gateway.services.call("messaging", "post_platform_message", request)
    return answer(
        outcome["message"],
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"{BASE_PATH}/threads/{thread_id}/messages#{outcome['message']['id']}",
    )


@router.post(
    "/threads/{thread_id}/read",
    response_model=Reached,
    responses=documented(400, 401, 403, 404, 408, 413, 415, 422, 500, 503, 504),
    openapi_extra=accepts(ReadUpTo),
)
async def mark_read(
    thread_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    body: Annotated[ReadUpTo, Depends(JsonBody(ReadUpTo))],
) -> Response:
    """Mark the thread as read up to a message; reading up to an earlier one changes nothing."""
    request = messaging.MarkRead(
        caller=session.caller,
        correlation_id=session.correlation_id,
        thread_id=thread_id,
        up_to_message_id=body.up_to_message_id,
    )
    outcome = await gateway.services.call("messaging", "mark_read", request)
    return answer({"position": outcome["position"]}, position=outcome["position"])

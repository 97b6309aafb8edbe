"""Notices in the portal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.gateway.api.dependencies import (
    BASE_PATH,
    JsonBody,
    Member,
    MinPosition,
    PageQuery,
    TheGateway,
    accepts,
    answer,
)
from services.gateway.bodies import NotificationsToRead, Reached
from services.gateway.problems import documented
from shared.contracts import notifier

router = APIRouter(prefix=BASE_PATH, tags=["me"])


class NotificationsQuery(PageQuery):
    """Which notices."""

    unread: bool = False


@router.get(
    "/notifications",
    response_model=notifier.NotificationPage,
    responses=documented(400, 401, 403, 500, 503, 504),
)
async def list_notifications(
    session: Member,
    gateway: TheGateway,
    query: Annotated[NotificationsQuery, Query()],
    min_position: MinPosition,
) -> Response:
    """List what the caller is told in the portal, the newest first."""
    request = notifier.ListNotifications(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        unread=query.unread,
    )
    return answer(await gateway.services.call("notifier", "list_notifications", request))


@router.post(
    "/notifications/read",
    response_model=Reached,
    responses=documented(400, 401, 403, 404, 408, 413, 415, 422, 500, 503, 504),
    openapi_extra=accepts(NotificationsToRead),
)
async def mark_read(
    session: Member,
    gateway: TheGateway,
    body: Annotated[NotificationsToRead, Depends(JsonBody(NotificationsToRead))],
) -> Response:
    """Mark notices as read, for the caller alone; repeat it freely."""
    request = notifier.MarkNotificationsRead(
        caller=session.caller, correlation_id=session.correlation_id, ids=body.ids, up_to_id=body.up_to_id
    )
    outcome = await gateway.services.call("notifier", "mark_notifications_read", request)
    return answer({"position": outcome["position"]}, position=outcome["position"] or None)

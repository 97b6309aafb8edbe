"""Partners of a creditor, clients of a partner."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.gateway import handlers
from services.gateway.api.dependencies import (
    BASE_PATH,
    MinPosition,
    MonthQuery,
    PageQuery,
    SignedIn,
    TheGateway,
    answer,
)
from services.gateway.bodies.answers import PartnershipDetails
from services.gateway.problems import documented
from shared.contracts import messaging, tasks

router = APIRouter(prefix=BASE_PATH, tags=["partnerships"])


@router.get(
    "/partnerships",
    response_model=messaging.PartnershipPage,
    responses=documented(400, 401, 403, 500, 503, 504),
)
async def list_partnerships(
    session: SignedIn, gateway: TheGateway, query: Annotated[PageQuery, Query()], min_position: MinPosition
) -> Response:
    """List whom the caller's company works with."""
    request = messaging.ListPartnerships(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
    )
    return answer(await gateway.services.call("messaging", "list_partnerships", request))


@router.get(
    "/partnerships/{partnership_id}",
    response_model=PartnershipDetails,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def get_partnership(
    partnership_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """
    Return one partnership with its figures, its thread, and how timely its partner was this month and last.
    """
    request = messaging.GetPartnership(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        partnership_id=partnership_id,
    )
    return answer(await handlers.get_partnership(gateway.services, request))


@router.get(
    "/partnerships/{partnership_id}/sla",
    response_model=tasks.SlaReport,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def get_partnership_sla(
    partnership_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    query: Annotated[MonthQuery, Query()],
    min_position: MinPosition,
) -> Response:
    """Tell how timely this partner was in what it owed this creditor, up to that month."""
    who = {"caller": session.caller, "correlation_id": session.correlation_id, "min_position": min_position}
    of = messaging.GetPartnership(**who, partnership_id=partnership_id)
    found = messaging.PartnershipView.model_validate(
        await gateway.services.call("messaging", "get_partnership", of)
    )
    request = tasks.GetSla(
        **who,
        month=query.month,
        partner_id=found.partner.id,
        creditor_id=found.creditor.id,
        history=query.history,
    )
    return answer(await gateway.services.call("tasks", "get_sla", request))

"""Cases and their threads."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.gateway import handlers
from services.gateway.api.dependencies import BASE_PATH, MinPosition, PageQuery, SignedIn, TheGateway, answer
from services.gateway.problems import documented
from shared.contracts import messaging

router = APIRouter(prefix=BASE_PATH, tags=["cases"])

CaseThreadKind = Literal["invoice_chat", "lead_chat", "invoice_questions_chat"]


class CasesQuery(PageQuery):
    """Which cases."""

    status: messaging.CaseStatus | None = None


@router.get("/cases", response_model=messaging.CasePage, responses=documented(400, 401, 403, 500, 503, 504))
async def list_cases(
    session: SignedIn, gateway: TheGateway, query: Annotated[CasesQuery, Query()], min_position: MinPosition
) -> Response:
    """List the cases that the caller may see, newest first, with unread messages and open tasks."""
    request = messaging.ListCases(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        status=query.status,
    )
    return answer(await handlers.list_cases(gateway.services, request))


@router.get(
    "/cases/{case_id}",
    response_model=messaging.CaseView,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def get_case(
    case_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """Return one case with unread messages and open tasks."""
    request = messaging.GetCase(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        case_id=case_id,
    )
    return answer(await handlers.get_case(gateway.services, request))


@router.get(
    "/cases/{case_id}/threads",
    response_model=messaging.ThreadList,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def list_threads(
    case_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """List the threads of a case that the caller may read."""
    request = messaging.ListThreads(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        case_id=case_id,
    )
    return answer(await gateway.services.call("messaging", "list_threads", request))


@router.put(
    "/cases/{case_id}/threads/{kind}",
    response_model=messaging.ThreadView,
    responses=documented(401, 403, 404, 409, 422, 500, 503, 504),
)
async def ensure_thread(
    case_id: UUID,
    kind: CaseThreadKind,
    session: SignedIn,
    gateway: TheGateway,
    partner_id: Annotated[
        UUID | None, Query(description="whose chat of the lead; a partner need not name itself")
    ] = None,
) -> Response:
    """
    Make sure that the case has this thread, and return it; there is never more than one.

    `invoice_questions_chat` and `lead_chat` are one per partner that may quote or has quoted: a creditor
    names it in `partner_id`.
    """
    request = messaging.EnsureThread(
        caller=session.caller,
        correlation_id=session.correlation_id,
        case_id=case_id,
        kind=kind,
        partner_id=partner_id,
    )
    outcome = await gateway.services.call("messaging", "ensure_thread", request)
    return answer(outcome["thread"], position=outcome["position"])

"""Leads: requests for quotes, the quotes, and whom the creditor chose."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.gateway.api.dependencies import (
    BASE_PATH,
    JsonBody,
    Member,
    MinPosition,
    PageQuery,
    SignedIn,
    TheGateway,
    accepts,
    answer,
)
from services.gateway.bodies import ChosenQuote, NewQuote, Reached
from services.gateway.problems import documented
from shared.contracts import messaging

router = APIRouter(prefix=BASE_PATH, tags=["leads"])


class LeadsQuery(PageQuery):
    """Which leads."""

    status: Literal["open", "closed"] | None = None
    case_id: UUID | None = None


@router.get("/leads", response_model=messaging.LeadPage, responses=documented(400, 401, 403, 500, 503, 504))
async def list_leads(
    session: SignedIn, gateway: TheGateway, query: Annotated[LeadsQuery, Query()], min_position: MinPosition
) -> Response:
    """
    List leads, newest first: a creditor's own with every bid, a partner's invitations with its own bid.
    """
    request = messaging.ListLeads(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        status=query.status,
        case_id=query.case_id,
    )
    return answer(await gateway.services.call("messaging", "list_leads", request))


@router.get(
    "/leads/{lead_id}",
    response_model=messaging.LeadView,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def get_lead(
    lead_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """Return one lead: what is needed to quote, until when, and the bids that the caller may see."""
    request = messaging.GetLead(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        lead_id=lead_id,
    )
    return answer(await gateway.services.call("messaging", "get_lead", request))


@router.post(
    "/leads/{lead_id}/quotes",
    status_code=201,
    response_model=messaging.QuoteView,
    responses={
        200: {"model": messaging.QuoteView, "description": "The same quote had been given before"},
        **documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504),
    },
    openapi_extra=accepts(NewQuote),
)
async def submit_quote(
    lead_id: UUID,
    session: Member,
    gateway: TheGateway,
    quote: Annotated[NewQuote, Depends(JsonBody(NewQuote))],
) -> Response:
    """
    Give the company's quote; it is binding, and there is one.

    The same again answers 200 with the first one. 409 tells that another was given before, or that quotes
    are no longer taken.
    """
    request = messaging.SubmitQuote(
        caller=session.caller,
        correlation_id=session.correlation_id,
        lead_id=lead_id,
        **quote.model_dump(),
    )
    outcome = await gateway.services.call("messaging", "submit_quote", request)
    return answer(
        outcome["quote"],
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"{BASE_PATH}/leads/{lead_id}",
    )


@router.post(
    "/leads/{lead_id}/winner",
    response_model=Reached,
    responses=documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504),
    openapi_extra=accepts(ChosenQuote),
)
async def choose_winner(
    lead_id: UUID,
    session: Member,
    gateway: TheGateway,
    chosen: Annotated[ChosenQuote, Depends(JsonBody(ChosenQuote))],
) -> Response:
    """
    Accept a quote: its partner gets the case and starts, all other bids are declined, the case is Active.
    """
    request = messaging.ChooseWinner(
        caller=session.caller,
        correlation_id=session.correlation_id,
        lead_id=lead_id,
        quote_id=chosen.quote_id,
    )
    outcome = await gateway.services.call("messaging", "choose_winner", request)
    return answer({"position": outcome["position"]}, position=outcome["position"])


@router.post(
    "/leads/{lead_id}/pullback",
    response_model=Reached,
    responses=documented(400, 401, 403, 404, 409, 422, 500, 503, 504),
)
async def pull_back_lead(lead_id: UUID, session: Member, gateway: TheGateway) -> Response:
    """Withdraw the request for quotes: nobody wins, and the case is closed as withdrawn by the client."""
    request = messaging.PullBackLead(
        caller=session.caller, correlation_id=session.correlation_id, lead_id=lead_id
    )
    outcome = await gateway.services.call("messaging", "pull_back_lead", request)
    return answer({"position": outcome["position"]}, position=outcome["position"])

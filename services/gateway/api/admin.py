"""What operators of the platform do."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Response
from pydantic import BaseModel

from services.gateway import handlers
from services.gateway.api.dependencies import BASE_PATH, JsonBody, Operator, TheGateway, accepts, answer
from services.gateway.bodies import (
    CaseEntry,
    CompanyEntry,
    InvitationEntry,
    PartnershipEntry,
    Reached,
    TaskEntry,
    TaskSettlement,
    UserEntry,
)
from services.gateway.problems import documented
from services.gateway.sign_in import Session
from shared.contracts import messaging, tasks
from shared.contracts.rpc import Request

router = APIRouter(prefix=f"{BASE_PATH}/admin", tags=["admin"])

_PROBLEMS = documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504)


class LiveStatus(BaseModel):
    """How far the live stream is, and how many listen in this process."""

    connected: bool
    position: int | None
    listeners: int
    repeats: int
    gaps: int


class Status(BaseModel):
    """What this gateway process sees of the system."""

    broker: bool
    head: int
    live: LiveStatus
    services: dict[str, bool]


@router.post("/companies", response_model=Reached, responses=_PROBLEMS, openapi_extra=accepts(CompanyEntry))
async def put_company(
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[CompanyEntry, Depends(JsonBody(CompanyEntry))],
) -> Response:
    """Register a company or bring it up to date; the same again changes nothing."""
    return await _carry_out(
        gateway, "register_company", messaging.RegisterCompany(**_who(session), **entry.model_dump())
    )


@router.post("/users", response_model=Reached, responses=_PROBLEMS, openapi_extra=accepts(UserEntry))
async def put_user(
    session: Operator, gateway: TheGateway, entry: Annotated[UserEntry, Depends(JsonBody(UserEntry))]
) -> Response:
    """Add a user or bring it up to date; `active` false ends its access and its live streams."""
    request = messaging.PutUser(**_who(session), **entry.model_dump())
    outcome = await gateway.services.call("messaging", "put_user", request)
    # Whoever is told that an access has ended must not see it go on until the event comes by.
    gateway.sign_in.learn(entry.id, outcome["position"])
    return answer({"position": outcome["position"]}, position=outcome["position"])


@router.post(
    "/partnerships", response_model=Reached, responses=_PROBLEMS, openapi_extra=accepts(PartnershipEntry)
)
async def put_partnership(
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[PartnershipEntry, Depends(JsonBody(PartnershipEntry))],
) -> Response:
    """Establish the partnership of two companies; there is one per pair."""
    return await _carry_out(
        gateway,
        "establish_partnership",
        messaging.EstablishPartnership(**_who(session), **entry.model_dump()),
    )


@router.post("/cases", response_model=Reached, responses=_PROBLEMS, openapi_extra=accepts(CaseEntry))
async def put_case(
    session: Operator, gateway: TheGateway, entry: Annotated[CaseEntry, Depends(JsonBody(CaseEntry))]
) -> Response:
    """Open a case, or bring its partner, status and details up to date."""
    return await _carry_out(gateway, "put_case", messaging.PutCase(**_who(session), **entry.model_dump()))


@router.post(
    "/invitations", response_model=Reached, responses=_PROBLEMS, openapi_extra=accepts(InvitationEntry)
)
async def invite_partner(
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[InvitationEntry, Depends(JsonBody(InvitationEntry))],
) -> Response:
    """Let a partner quote for a case that is in `Leads`; the same again changes nothing."""
    return await _carry_out(
        gateway, "invite_partner", messaging.InvitePartner(**_who(session), **entry.model_dump())
    )


@router.post("/tasks", response_model=Reached, responses=_PROBLEMS, openapi_extra=accepts(TaskEntry))
async def open_task(
    session: Operator, gateway: TheGateway, entry: Annotated[TaskEntry, Depends(JsonBody(TaskEntry))]
) -> Response:
    """Ask a company for something that no event asks for; the same again changes nothing."""
    request = tasks.OpenTask(**_who(session), **entry.model_dump())
    return await _carry_out(gateway, "open_task", request, service="tasks")


@router.post(
    "/tasks/{task_id}/settlement",
    response_model=Reached,
    responses=_PROBLEMS,
    openapi_extra=accepts(TaskSettlement),
)
async def settle_task(
    task_id: UUID,
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[TaskSettlement, Depends(JsonBody(TaskSettlement))],
) -> Response:
    """Solve a task whose condition is met outside of Parley; the same again changes nothing."""
    request = tasks.SettleTask(**_who(session), task_id=task_id, **entry.model_dump())
    return await _carry_out(gateway, "settle_task", request, service="tasks")


@router.get("/status", response_model=Status, responses=documented(401, 403, 500, 503))
async def status(session: Operator, gateway: TheGateway) -> Response:
    """Tell what this process sees of broker, log and services."""
    del session
    found = Status(
        broker=gateway.services.connected,
        head=await gateway.hub.newest(),
        live=LiveStatus(
            connected=gateway.feed.connected,
            position=gateway.hub.position,
            listeners=gateway.hub.listeners,
            repeats=gateway.hub.repeats,
            gaps=gateway.hub.gaps,
        ),
        services=await handlers.probe_services(gateway.services),
    )
    return answer(found.model_dump())


def _who(session: Session) -> dict[str, object]:
    return {"caller": session.caller, "correlation_id": session.correlation_id}


async def _carry_out(
    gateway: TheGateway, method: str, request: Request, *, service: str = "messaging"
) -> Response:
    outcome = await gateway.services.call(service, method, request)
    return answer({"position": outcome["position"]}, position=outcome["position"])

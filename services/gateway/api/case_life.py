"""What the parties of a case do with it: accept, pause, close, report payments, put somebody in charge."""

from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.gateway.api.dependencies import (
    BASE_PATH,
    JsonBody,
    MinPosition,
    Operator,
    SignedIn,
    TheGateway,
    accepts,
    answer,
)
from services.gateway.bodies import (
    AssignmentEntry,
    CaseActEntry,
    CaseUserEntry,
    ClosingEntry,
    DivisionEntry,
    ManagingPartnerEntry,
    MergeEntry,
    PaymentEntry,
)
from services.gateway.problems import documented
from services.gateway.sign_in import Session
from shared.contracts import messaging
from shared.contracts.rpc import Request

router = APIRouter(prefix=BASE_PATH, tags=["cases"])
admin = APIRouter(prefix=f"{BASE_PATH}/admin/cases/{{case_id}}", tags=["admin"])

_PROBLEMS = documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504)


@router.post(
    "/cases/{case_id}/acts",
    response_model=messaging.CaseOutcome,
    responses=_PROBLEMS,
    openapi_extra=accepts(CaseActEntry),
)
async def act_on_case(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    entry: Annotated[CaseActEntry, Depends(JsonBody(CaseActEntry))],
) -> Response:
    """Accept, decline, pause, resume a case, or ask for information; the same again changes nothing."""
    request = messaging.ActOnCase(**_who(session), case_id=case_id, **entry.model_dump())
    return await _outcome(gateway, "act_on_case", request)


@router.post(
    "/cases/{case_id}/close",
    response_model=messaging.CaseOutcome,
    responses=_PROBLEMS,
    openapi_extra=accepts(ClosingEntry),
)
async def close_case(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    entry: Annotated[ClosingEntry, Depends(JsonBody(ClosingEntry))],
) -> Response:
    """
    Close a case. Within the partner's exclusive period a client asks for it: the case is paused, and
    `closure_requested` is true in the answer.
    """
    request = messaging.CloseCase(**_who(session), case_id=case_id, **entry.model_dump())
    return await _outcome(gateway, "close_case", request)


@router.post(
    "/cases/{case_id}/payments",
    response_model=messaging.ReportedPayment,
    status_code=201,
    responses={
        200: {"model": messaging.ReportedPayment, "description": "the same payment had been reported before"},
        **_PROBLEMS,
    },
    openapi_extra=accepts(PaymentEntry),
)
async def report_payment(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    entry: Annotated[PaymentEntry, Depends(JsonBody(PaymentEntry))],
) -> Response:
    """Report a payment on a case."""
    request = messaging.ReportPayment(**_who(session), case_id=case_id, **entry.model_dump())
    outcome = await gateway.services.call("messaging", "report_payment", request)
    return answer(
        outcome,
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"{BASE_PATH}/cases/{case_id}/payments",
    )


@router.get(
    "/cases/{case_id}/payments",
    response_model=messaging.PaymentList,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def list_payments(
    case_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """List the payments on a case, newest report first; a partner sees those of its own time."""
    request = messaging.ListPayments(**_who(session), min_position=min_position, case_id=case_id)
    return answer(await gateway.services.call("messaging", "list_payments", request))


@router.put(
    "/cases/{case_id}/assigned-user",
    response_model=messaging.CaseOutcome,
    responses=_PROBLEMS,
    openapi_extra=accepts(CaseUserEntry),
)
async def assign_case_user(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    entry: Annotated[CaseUserEntry, Depends(JsonBody(CaseUserEntry))],
) -> Response:
    """Put a user of one's own company in charge of the case."""
    request = messaging.AssignCaseUser(**_who(session), case_id=case_id, **entry.model_dump())
    return await _outcome(gateway, "assign_case_user", request)


@admin.put(
    "/assignment",
    response_model=messaging.CaseOutcome,
    responses=_PROBLEMS,
    openapi_extra=accepts(AssignmentEntry),
)
async def assign_case(
    case_id: UUID,
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[AssignmentEntry, Depends(JsonBody(AssignmentEntry))],
) -> Response:
    """Give the case to a partner; the former one's chat can only be read from then on."""
    request = messaging.AssignCase(**_who(session), case_id=case_id, **entry.model_dump())
    return await _outcome(gateway, "assign_case", request)


@admin.post(
    "/merge", response_model=messaging.CaseOutcome, responses=_PROBLEMS, openapi_extra=accepts(MergeEntry)
)
async def merge_case(
    case_id: UUID,
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[MergeEntry, Depends(JsonBody(MergeEntry))],
) -> Response:
    """Fold the case into another one of its creditor: it can only be read for ever after."""
    request = messaging.MergeCase(**_who(session), case_id=case_id, **entry.model_dump())
    return await _outcome(gateway, "merge_case", request)


@admin.put(
    "/managing-partner",
    response_model=messaging.CaseOutcome,
    responses=_PROBLEMS,
    openapi_extra=accepts(ManagingPartnerEntry),
)
async def name_managing_partner(
    case_id: UUID,
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[ManagingPartnerEntry, Depends(JsonBody(ManagingPartnerEntry))],
) -> Response:
    """Let a partner speak for the client on the case."""
    request = messaging.NameManagingPartner(**_who(session), case_id=case_id, **entry.model_dump())
    return await _outcome(gateway, "name_managing_partner", request)


@admin.put(
    "/division",
    response_model=messaging.CaseOutcome,
    responses=_PROBLEMS,
    openapi_extra=accepts(DivisionEntry),
)
async def set_division(
    case_id: UUID,
    session: Operator,
    gateway: TheGateway,
    entry: Annotated[DivisionEntry, Depends(JsonBody(DivisionEntry))],
) -> Response:
    """Note which of its creditor's divisions the case belongs to."""
    request = messaging.SetCaseDivision(**_who(session), case_id=case_id, **entry.model_dump())
    return await _outcome(gateway, "set_case_division", request)


def _who(session: Session) -> dict[str, Any]:
    return {"caller": session.caller, "correlation_id": session.correlation_id}


async def _outcome(gateway: TheGateway, method: str, request: Request) -> Response:
    outcome: Mapping[str, Any] = await gateway.services.call("messaging", method, request)
    return answer(outcome, position=outcome["position"])

"""The monthly update of a case."""

from typing import Annotated
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
from services.gateway.bodies import Reached, SurveyReport
from services.gateway.problems import documented
from shared.contracts import surveys

router = APIRouter(prefix=BASE_PATH, tags=["surveys"])


class SurveysQuery(PageQuery):
    """Which surveys."""

    status: surveys.SurveyStatus | None = None
    case_id: UUID | None = None


@router.get("/surveys", response_model=surveys.SurveyPage, responses=documented(400, 401, 403, 500, 503, 504))
async def list_surveys(
    session: SignedIn, gateway: TheGateway, query: Annotated[SurveysQuery, Query()], min_position: MinPosition
) -> Response:
    """
    List monthly updates, the latest requested first: a partner's own, and for a creditor those submitted.
    """
    request = surveys.ListSurveys(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        status=query.status,
        case_id=query.case_id,
    )
    return answer(await gateway.services.call("surveys", "list_surveys", request))


@router.get(
    "/surveys/{survey_id}",
    response_model=surveys.SurveyView,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def get_survey(
    survey_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """Return one survey; to the partner that is asked with its draft and with what it has logged already."""
    request = surveys.GetSurvey(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        survey_id=survey_id,
    )
    return answer(await gateway.services.call("surveys", "get_survey", request))


@router.put(
    "/surveys/{survey_id}/draft",
    response_model=Reached,
    responses=documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504),
    openapi_extra=accepts(SurveyReport),
)
async def save_draft(
    survey_id: UUID,
    session: Member,
    gateway: TheGateway,
    draft: Annotated[SurveyReport, Depends(JsonBody(SurveyReport))],
) -> Response:
    """Keep a draft of the report; it may be incomplete, and only the partner sees it."""
    request = surveys.SaveDraft(
        caller=session.caller, correlation_id=session.correlation_id, survey_id=survey_id, draft=draft
    )
    outcome = await gateway.services.call("surveys", "save_draft", request)
    return answer({"position": outcome["position"]}, position=outcome["position"])


@router.post(
    "/surveys/{survey_id}/submission",
    status_code=201,
    response_model=surveys.SubmittedSurvey,
    responses={
        200: {"model": surveys.SubmittedSurvey, "description": "The same report had been submitted before"},
        **documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504),
    },
    openapi_extra=accepts(SurveyReport),
)
async def submit_survey(
    survey_id: UUID,
    session: Member,
    gateway: TheGateway,
    report: Annotated[SurveyReport, Depends(JsonBody(SurveyReport))],
) -> Response:
    """
    Submit the report; once. Repeat it freely: the same report again is answered with 200, another with 409.
    """
    request = surveys.SubmitSurvey(
        caller=session.caller, correlation_id=session.correlation_id, survey_id=survey_id, report=report
    )
    outcome = await gateway.services.call("surveys", "submit_survey", request)
    return answer(
        outcome,
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"/api/v1/surveys/{survey_id}",
    )

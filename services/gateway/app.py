"""The HTTP application: routes, and one answer for every error."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from uuid import UUID

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from services.gateway import openapi, problems
from services.gateway.api import (
    admin,
    case_life,
    cases,
    docs,
    files,
    journal,
    leads,
    live,
    me,
    notifications,
    operations,
    partnerships,
    preferences,
    search,
    surveys,
    tasks,
    threads,
    unsubscribe,
)
from services.gateway.api.dependencies import Gateway
from services.gateway.errors import InvalidFields
from shared.errors import Invalid, ParleyError

_HTTP_CODES = {404: "no_such_page", 405: "method_not_allowed", 416: "range_not_satisfiable"}
_HTTP_DETAILS = {
    404: "There is no such page. /docs shows what there is.",
    416: "The part that Range asks for lies past the end of the file.",
    405: "This page does not take this method. /docs shows what it takes.",
}


def create_app(gateway: Gateway) -> FastAPI:
    """Return the application over what was put together; it starts and stops nothing."""
    app = FastAPI(
        title="Parley",
        version="1",
        # Our own page: FastAPI's would load its script from somebody else's server.
        docs_url=None,
        redoc_url=None,
        # A redirect would repeat whatever Host the request came with.
        redirect_slashes=False,
        exception_handlers={
            HTTPException: _answer_http,
            ParleyError: _answer_error,
            RequestValidationError: _answer_validation,
            # Without this Starlette answers what nobody foresaw in plain text.
            Exception: _answer_error,
        },
    )
    app.state.gateway = gateway
    parts = (
        threads,
        cases,
        case_life,
        files,
        journal,
        leads,
        tasks,
        surveys,
        partnerships,
        me,
        notifications,
        preferences,
        unsubscribe,
        live,
        admin,
        search,
        operations,
        docs,
    )
    for part in parts:
        app.include_router(part.router)
    app.include_router(case_life.admin)
    docs.mount_files(app)

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = openapi.document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]  # FastAPI's documented way to complete the document
    return app


async def _answer_error(request: Request, error: Exception) -> Response:
    return _respond(problems.answer(error, _correlation_id(request)))


async def _answer_http(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise TypeError("registered for HTTPException")
    status = HTTPStatus(error.status_code)
    problem = problems.describe(
        status,
        status.phrase,
        code=_HTTP_CODES.get(status, "http_error"),
        detail=_HTTP_DETAILS.get(status, status.description or status.phrase),
        correlation_id=_correlation_id(request),
    )
    return _respond(problems.Answer(problem, dict(error.headers or {})))


async def _answer_validation(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise TypeError("registered for RequestValidationError")
    return _respond(problems.answer(_as_refusal(error.errors()), _correlation_id(request)))


def _as_refusal(details: Sequence[Mapping[str, Any]]) -> Invalid | InvalidFields:
    """Return what is wrong with path or query; a body never comes here, the routes read it themselves."""
    first = details[0]
    if first["loc"][0] == "path":
        return InvalidFields(
            tuple((str(detail["loc"][-1]), detail["msg"]) for detail in details if detail["loc"][0] == "path")
        )
    name = str(first["loc"][-1])
    return Invalid("bad_query", f"{name}: {first['msg']}", name)


def _correlation_id(request: Request) -> UUID | None:
    return getattr(request.state, "correlation_id", None)


def _respond(answer: problems.Answer) -> Response:
    return Response(
        answer.body(), answer.problem.status, headers=answer.headers, media_type=problems.MEDIA_TYPE
    )

"""Which error becomes which problem document (RFC 9457): the one table."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.gateway import errors
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Retryable

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:parley:problem:"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a kind of error is answered; `code` is for errors that bring none, `retry_after` is in seconds."""

    status: HTTPStatus
    title: str
    code: str = ""
    retry_after: int | None = None


OUTCOMES: dict[type[Exception], Outcome] = {
    errors.NotReadable: Outcome(HTTPStatus.BAD_REQUEST, "The request cannot be understood"),
    errors.Unauthenticated: Outcome(HTTPStatus.UNAUTHORIZED, "A valid token is needed"),
    Forbidden: Outcome(HTTPStatus.FORBIDDEN, "Your role does not allow this"),
    NotFound: Outcome(HTTPStatus.NOT_FOUND, "There is no such thing"),
    Conflict: Outcome(HTTPStatus.CONFLICT, "The present state does not allow this"),
    errors.TooSlow: Outcome(HTTPStatus.REQUEST_TIMEOUT, "The request came too slowly"),
    errors.BodyTooLarge: Outcome(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too large"),
    errors.UnsupportedMediaType: Outcome(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "This kind of content is not taken here"
    ),
    errors.InvalidFields: Outcome(HTTPStatus.UNPROCESSABLE_ENTITY, "The input is not valid"),
    Invalid: Outcome(HTTPStatus.UNPROCESSABLE_ENTITY, "The input is not valid"),
    Refused: Outcome(HTTPStatus.UNPROCESSABLE_ENTITY, "This cannot be done"),
    errors.ServiceTimeout: Outcome(
        HTTPStatus.GATEWAY_TIMEOUT, "The answer took too long", "service_timeout", retry_after=2
    ),
    Retryable: Outcome(
        HTTPStatus.SERVICE_UNAVAILABLE, "Not available at the moment", "service_unavailable", retry_after=1
    ),
    Exception: Outcome(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here", "internal_error"),
}
"""An error is answered by the row of its own class, or else of the nearest class it derives from."""

MALFORMED_CODES = frozenset({"bad_cursor", "bad_last_event_id", "bad_min_position", "bad_query"})
"""
Codes of Invalid that say the address or a header is nonsense, not a field of the body: 400 in place of 422.
"""

_DETAIL_OF_FAILURE = "The failure was recorded; name the correlation id when you report it."
_DETAIL_OF_RETRYABLE = "A part of the system cannot answer now. Repeat the request: that is harmless."


class FieldProblem(BaseModel):
    """One field at fault."""

    field: str
    message: str


class Problem(BaseModel):
    """
    What went wrong and what to do, as RFC 9457 describes; `code` is for programs and never changes its
    meaning.
    """

    model_config = ConfigDict(frozen=True)

    type: str = Field(description="a URN made from `code`")
    title: str = Field(description="the kind of problem, for people")
    status: int
    detail: str = Field(description="what happened in this case and what to do")
    code: str = Field(description="`snake_case`, stable")
    field: str | None = Field(None, description="the input at fault, where it is one")
    errors: tuple[FieldProblem, ...] | None = Field(None, description="every field at fault")
    correlation_id: UUID | None = Field(None, description="the request's id in our logs")


@dataclass(frozen=True, slots=True)
class Answer:
    """A problem with the headers that belong to it."""

    problem: Problem
    headers: dict[str, str]

    def body(self) -> bytes:
        return self.problem.model_dump_json(exclude_none=True).encode()


def outcome_of(error: Exception) -> Outcome:
    """Return how the error is answered."""
    if isinstance(error, Invalid) and error.code in MALFORMED_CODES:
        return OUTCOMES[errors.NotReadable]
    return next(OUTCOMES[kind] for kind in type(error).__mro__ if kind in OUTCOMES)


def answer(error: Exception, correlation_id: UUID | None) -> Answer:
    """Return the problem document for the error. Errors that nobody foresaw tell nothing about themselves."""
    outcome = outcome_of(error)
    headers: dict[str, str] = {}
    if outcome.status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = _challenge(error)
    if outcome.retry_after is not None:
        headers["Retry-After"] = str(outcome.retry_after)
    code, detail, field = outcome.code, _DETAIL_OF_FAILURE, None
    if isinstance(error, Refused):
        code, detail, field = error.code, error.detail, error.field
    elif isinstance(error, errors.ServiceUnavailable | errors.ServiceTimeout):
        detail = str(error)
    elif isinstance(error, Retryable):
        detail = _DETAIL_OF_RETRYABLE
    problem = describe(
        outcome.status, outcome.title, code=code, detail=detail, field=field, correlation_id=correlation_id
    )
    if isinstance(error, errors.InvalidFields):
        fields = tuple(FieldProblem(field=name, message=text) for name, text in error.problems)
        problem = problem.model_copy(update={"errors": fields})
    return Answer(problem, headers)


def _challenge(error: Exception) -> str:
    """Return what RFC 6750 wants: no error code where no token was sent."""
    missing = isinstance(error, Refused) and error.code == "token_missing"
    return 'Bearer realm="parley"' if missing else 'Bearer realm="parley", error="invalid_token"'


def describe(
    status: HTTPStatus,
    title: str,
    *,
    code: str,
    detail: str,
    field: str | None = None,
    correlation_id: UUID | None,
) -> Problem:
    """Return a problem document made of its parts."""
    return Problem(
        type=TYPE_PREFIX + code,
        title=title,
        status=int(status),
        detail=detail,
        code=code,
        field=field,
        correlation_id=correlation_id,
    )


_EXAMPLES: dict[int, tuple[str, str, str | None]] = {
    400: ("bad_cursor", "This cursor is not one that a page returned.", "cursor"),
    401: ("invalid_token", "The token has expired: get a new one.", None),
    403: ("user_deactivated", "This user was deactivated.", None),
    404: ("case_not_found", "There is no such case.", None),
    409: ("client_message_id_reused", "Another message was posted with this client_message_id.", None),
    408: ("body_too_slow", "The body must be here within 30 seconds.", None),
    413: ("body_too_large", "A body may have at most 131072 bytes.", None),
    415: ("not_json", "Send the body as application/json.", None),
    422: ("invalid_fields", "body: Field required", "body"),
    500: ("internal_error", _DETAIL_OF_FAILURE, None),
    503: ("service_unavailable", _DETAIL_OF_RETRYABLE, None),
    504: (
        "service_timeout",
        "The service did not answer in time. Repeat the request: that is harmless.",
        None,
    ),
}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI responses for these statuses, each with an example."""
    titles: dict[int, str] = {}
    for outcome in OUTCOMES.values():
        titles.setdefault(int(outcome.status), outcome.title)
    responses: dict[int | str, dict[str, Any]] = {}
    for status in sorted(statuses):
        code, detail, field = _EXAMPLES[status]
        example = describe(
            HTTPStatus(status), titles[status], code=code, detail=detail, field=field, correlation_id=None
        ).model_dump(exclude_none=True)
        response: dict[str, Any] = {
            "description": titles[status],
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
        }
        if status in (503, 504):
            response["headers"] = {
                "Retry-After": {"description": "seconds to wait", "schema": {"type": "integer"}}
            }
        responses[status] = response
    return responses

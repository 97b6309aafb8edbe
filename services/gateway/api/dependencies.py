"""What routes ask for: the caller, its position, its body; and how they answer."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

import pydantic_core
from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import ClientDisconnect

from services.gateway.errors import (
    BodyTooLarge,
    InvalidFields,
    NotReadable,
    TooSlow,
    UnsupportedMediaType,
)
from services.gateway.filing import Filing
from services.gateway.live import Hub
from services.gateway.metrics import Metrics
from services.gateway.ports import Feed, Services
from services.gateway.sign_in import Session, SignIn
from shared.errors import Forbidden, Invalid

BASE_PATH = "/api/v1"

BODY_BYTES = 131_072
"""10 000 characters, each written as two escapes of six bytes, and what stands around them."""

BODY_SECONDS = 30.0

POSITION_HEADER = "Parley-Position"
_POSITION_DIGITS = 18

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True)
class Gateway:
    """Everything the routes need, put together when the process starts."""

    services: Services
    sign_in: SignIn
    hub: Hub
    feed: Feed
    metrics: Metrics
    filing: Filing


def gateway(request: Request) -> Gateway:
    """Return what the process was put together from."""
    assembled: Gateway = request.app.state.gateway
    return assembled


async def _the_gateway(request: Request) -> Gateway:
    return gateway(request)


async def _signed_in(request: Request) -> Session:
    correlation_id: UUID = request.state.correlation_id
    return await gateway(request).sign_in.session(request.headers.get("authorization"), correlation_id)


async def _member(session: Annotated[Session, Depends(_signed_in)]) -> Session:
    if session.identity is None:
        raise Forbidden("members_only", "This is for users of a company; you are an operator.")
    return session


async def _operator(session: Annotated[Session, Depends(_signed_in)]) -> Session:
    if session.caller.role != "ops":
        raise Forbidden("operators_only", "This is for operators of the platform.")
    return session


def as_position(text: str, code: str, name: str) -> int:
    """
    Return the position that a header names. Raises Invalid with that code for anything but a whole number.
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _POSITION_DIGITS):
        raise Invalid(code, f"{name} must be a position of the log: a whole number.", name)
    return int(text)


async def _min_position(
    parley_min_position: Annotated[
        str | None,
        Header(description="answer only once everything up to this `Parley-Position` is visible"),
    ] = None,
) -> int | None:
    if parley_min_position is None:
        return None
    return as_position(parley_min_position, "bad_min_position", "Parley-Min-Position")


TheGateway = Annotated[Gateway, Depends(_the_gateway)]
SignedIn = Annotated[Session, Depends(_signed_in)]
Member = Annotated[Session, Depends(_member)]
Operator = Annotated[Session, Depends(_operator)]
MinPosition = Annotated[int | None, Depends(_min_position)]


class PageQuery(BaseModel):
    """Which page of a list; parameters that do not exist are refused rather than ignored."""

    model_config = ConfigDict(extra="forbid")

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str | None, Field(max_length=1000, description="`next_cursor` of the page before")] = (
        None
    )


class MonthQuery(BaseModel):
    """Which month, alone or with the eleven before it."""

    model_config = ConfigDict(extra="forbid")

    month: Annotated[str, Field(pattern=r"^[1-9][0-9]{3}-(0[1-9]|1[0-2])$", description="such as 2026-11")]
    history: Annotated[bool, Field(description="the twelve months up to it")] = False


class JsonBody(Generic[M]):
    """
    Reads and checks the request's JSON; a dependency to be named after the caller, who is checked first.
    """

    def __init__(self, model: type[M]) -> None:
        self._model = model

    async def __call__(self, request: Request) -> M:
        """
        Return the body.

        Raises UnsupportedMediaType, BodyTooLarge, TooSlow, NotReadable or InvalidFields.
        """
        if not _is_json(request.headers.get("content-type", "")):
            raise UnsupportedMediaType("not_json", "Send the body as application/json.")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _limited(request)
        except ClientDisconnect as error:
            raise NotReadable("body_incomplete", "The connection ended before the body did.") from error
        except TimeoutError as error:
            raise TooSlow(
                "body_too_slow", f"The body must be here within {BODY_SECONDS:.0f} seconds."
            ) from error
        try:
            return self._model.model_validate_json(body)
        except ValidationError as error:
            raise _unfit(error, body) from error


def accepts(model: type[BaseModel]) -> dict[str, Any]:
    """Return what OpenAPI must say of a route that takes this body."""
    reference = {"$ref": f"#/components/schemas/{model.__name__}"}
    content: dict[str, Any] = {"application/json": {"schema": reference}}
    return {"requestBody": {"required": True, "content": content}}


def answer(
    content: Mapping[str, Any], *, status: int = 200, position: int | None = None, location: str | None = None
) -> Response:
    """Return a JSON answer; what a service answered is passed on as it is."""
    response = Response(pydantic_core.to_json(content), status, media_type="application/json")
    if position is not None:
        response.headers[POSITION_HEADER] = str(position)
    if location is not None:
        response.headers["Location"] = location
    return response


def _is_json(content_type: str) -> bool:
    media_type, _, parameters = content_type.partition(";")
    charset = parameters.strip().lower()
    return media_type.strip().lower() == "application/json" and charset in (
        "",
        "charset=utf-8",
        'charset="utf-8"',
    )


async def _limited(request: Request) -> bytes:
    announced = request.headers.get("content-length", "0")
    if not announced.isdigit() or int(announced) > BODY_BYTES:
        raise _too_large()
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > BODY_BYTES:
            raise _too_large()
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large() -> BodyTooLarge:
    return BodyTooLarge("body_too_large", f"A body may have at most {BODY_BYTES} bytes.")


def _unfit(error: ValidationError, body: bytes) -> NotReadable | InvalidFields:
    details = error.errors(include_url=False, include_input=False, include_context=False)
    if details[0]["type"] == "json_invalid":
        if _has_lone_surrogate(body):
            return InvalidFields((("", "Text must not contain lone surrogates."),))
        return NotReadable("not_json", "The body is not JSON.")
    return InvalidFields(
        tuple((".".join(str(part) for part in detail["loc"]), _sentence(detail["msg"])) for detail in details)
    )


def _sentence(message: str) -> str:
    return message.removeprefix("Value error, ")


def _has_lone_surrogate(body: bytes) -> bool:
    """
    Tell JSON that only our strict reader refuses, because a text in it is half a character, from no JSON at
    all.
    """
    try:
        pydantic_core.to_json(json.loads(body))
    except pydantic_core.PydanticSerializationError:
        return True
    except (ValueError, RecursionError):
        return False
    return False

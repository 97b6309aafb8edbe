"""The OpenAPI document: FastAPI's, completed by what it cannot know."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from services.gateway import bodies
from services.gateway.api.dependencies import POSITION_HEADER
from services.gateway.problems import Problem

_OPEN_TAGS = frozenset({"operations", "unsubscribe"})
_DESCRIPTION = """
Creditors and collection partners talk on each case, and no question goes unanswered.

Errors are problem documents (RFC 9457); `code` is for programs.
Lists are paged: pass `next_cursor` as `cursor` for the next page.
A command answers `Parley-Position`; a query with it as `Parley-Min-Position` sees what the command did.
"""
_TAGS = [
    {"name": "me", "description": "Who am I, and what do I want to be told."},
    {"name": "cases", "description": "Cases and their threads."},
    {"name": "leads", "description": "Requests for quotes, and the quotes."},
    {"name": "timeline", "description": "What happened on a case; notes, calls and complaints."},
    {"name": "threads", "description": "Messages."},
    {"name": "search", "description": "Finding things by words."},
    {"name": "files", "description": "Files of cases, partnerships and messages."},
    {"name": "tasks", "description": "Who owes whom an answer, until when."},
    {"name": "surveys", "description": "The monthly update of a case."},
    {"name": "partnerships", "description": "Partners of a creditor, clients of a partner."},
    {"name": "live", "description": "Everything as it happens."},
    {"name": "admin", "description": "What operators of the platform do."},
    {"name": "unsubscribe", "description": "The links of e-mails."},
    {"name": "operations", "description": "Health and metrics."},
]


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    paths = get_openapi(
        title="Parley",
        version=app.version,
        description=_DESCRIPTION,
        routes=app.routes,
        tags=_TAGS,
    )
    models: tuple[type[BaseModel], ...] = (*bodies.ALL, Problem)
    mode: JsonSchemaMode = "validation"
    _, bodies_schema = models_json_schema(
        [(model, mode) for model in models], ref_template="#/components/schemas/{model}"
    )
    components = paths.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas.update(bodies_schema["$defs"])
    components["securitySchemes"] = {
        "bearer": {
            "type": "http",
            "scheme": "bearer",
            "bearerFormat": "JWT",
            "description": "Claims `sub`, `company_id`, `role` (creditor, partner, ops), `iss`, `aud`, `exp`",
        }
    }
    for item in paths["paths"].values():
        for method, operation in item.items():
            _complete(method, operation)
    return paths


def _complete(method: str, operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    # A route may say of itself that it needs no token.
    operation.setdefault("security", [] if _OPEN_TAGS & set(operation.get("tags", ())) else [{"bearer": []}])
    if "HTTPValidationError" in str(responses.get("422", "")):
        del responses["422"]
    for response in responses.values():
        response.setdefault("headers", {})["X-Correlation-ID"] = {
            "description": "the request's own `X-Correlation-ID` where it was a UUID, a new one otherwise",
            "schema": {"type": "string", "format": "uuid"},
        }
    if "401" in responses:
        responses["401"]["headers"]["WWW-Authenticate"] = {
            "description": "`Bearer`, with an error code where a token was sent",
            "schema": {"type": "string"},
        }
    if method not in ("post", "put", "patch", "delete") or not operation["security"]:
        return
    if "201" in responses:
        responses["201"]["headers"]["Location"] = {
            "description": "where the new thing is to be found",
            "schema": {"type": "string", "format": "uri-reference"},
        }
    for status in ("200", "201", "204"):
        if status in responses:
            responses[status]["headers"][POSITION_HEADER] = {
                "description": "where the log stood when the command was carried out",
                "schema": {"type": "integer"},
            }

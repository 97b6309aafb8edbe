"""Which error becomes which problem document."""

import json
from uuid import uuid4

import pytest

from services.gateway import errors, problems
from shared.errors import Conflict, Forbidden, Invalid, NotFound, ParleyError, Poison, Retryable
from shared.eventlog.protocol import LogUnavailable

TABLE = [
    (errors.NotReadable("not_json", "The body is not JSON."), 400),
    (Invalid("bad_cursor", "This cursor is not one that a page returned."), 400),
    (Invalid("bad_last_event_id", "Not a position."), 400),
    (Invalid("bad_min_position", "Not a position."), 400),
    (Invalid("bad_query", "limit: too much"), 400),
    (errors.Unauthenticated("invalid_token", "Get a new one."), 401),
    (Forbidden("operators_only", "Not for you."), 403),
    (NotFound("case_not_found", "There is no such case."), 404),
    (Conflict("thread_closed", "Nobody may write here any more."), 409),
    (errors.BodyTooLarge("body_too_large", "Too much."), 413),
    (errors.UnsupportedMediaType("not_json", "Send JSON."), 415),
    (Invalid("body_empty", "Write something.", "body"), 422),
    (errors.InvalidFields((("body", "Field required"), ("colour", "Not permitted"))), 422),
    (errors.RemoteFailure("messaging.post_message failed with KeyError"), 500),
    (Poison("never"), 500),
    (ParleyError("what"), 500),
    (KeyError("secret"), 500),
    (errors.ServiceUnavailable("Repeat the request."), 503),
    (LogUnavailable("host=10.0.0.1 password=secret"), 503),
    (Retryable("not yet"), 503),
    (errors.ServiceTimeout("Repeat the request."), 504),
]


@pytest.mark.parametrize(("error", "status"), TABLE, ids=lambda value: repr(value)[:50])
def test_each_error_has_its_status(error: Exception, status: int) -> None:
    correlation_id = uuid4()

    answer = problems.answer(error, correlation_id)

    body = json.loads(answer.body())
    assert body["status"] == status
    assert body["type"] == f"urn:parley:problem:{body['code']}"
    assert body["code"]
    assert body["title"]
    assert body["detail"]
    assert body["correlation_id"] == str(correlation_id)
    assert ("Retry-After" in answer.headers) == (status in (503, 504))
    assert ("WWW-Authenticate" in answer.headers) == (status == 401)


def test_what_nobody_foresaw_tells_nothing_about_itself() -> None:
    for error in (KeyError("secret"), errors.RemoteFailure("secret"), LogUnavailable("password=secret")):
        assert b"secret" not in problems.answer(error, None).body()


def test_every_field_at_fault_is_named() -> None:
    error = errors.InvalidFields((("body", "Field required"), ("colour", "Not permitted")))

    body = json.loads(problems.answer(error, None).body())

    assert body["field"] == "body"
    assert body["errors"] == [
        {"field": "body", "message": "Field required"},
        {"field": "colour", "message": "Not permitted"},
    ]


def test_every_status_of_the_table_can_be_documented() -> None:
    statuses = {int(outcome.status) for outcome in problems.OUTCOMES.values()}

    documented = problems.documented(*statuses)

    assert set(documented) == statuses
    for status, response in documented.items():
        assert response["content"]["application/problem+json"]["example"]["status"] == status

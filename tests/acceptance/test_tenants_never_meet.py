"""Nobody learns of another's cases, threads, tasks or people, whatever they ask and wherever they ask it."""

import json
import re
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.acceptance.conftest import Stack
from tests.acceptance.portal import Json, Person
from tests.acceptance.world import Conversation, World, conversation

WITHOUT_TENANT = {"/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"}
METHODS = ("get", "post", "put", "patch", "delete")
STREAMS = {"/api/v1/live"}
SECRET_FILE = b"%PDF-1.7 what only the two of them may read"


def body_for(path: str, operation: Json, document: Json, ids: dict[str, str]) -> Json | None:
    """Return a body that would be good if the path were the caller's own."""
    if path.endswith("/read"):
        return {"up_to_message_id": ids["message_id"]}
    taken = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if taken is None:
        return None
    example: Json = document["components"]["schemas"][taken["schema"]["$ref"].rsplit("/", 1)[1]]["examples"][
        0
    ]
    return example


def filled(path: str, ids: dict[str, str]) -> str:
    """Put the victim's ids into the path. A new kind of id in the API must be made known here."""
    return re.sub(r"{(\w+)}", lambda match: ids[match[1]], path)


def secrets_of(talk: Conversation) -> list[str]:
    """Return every text that would give the conversation away."""
    return [
        talk.creditor.name,
        talk.partner.name,
        str(talk.creditor.id),
        str(talk.partner.id),
        str(talk.anna.id),
        str(talk.bob.id),
        talk.anna.email,
        talk.bob.email,
        talk.case.reference,
        talk.case.debtor_name,
        "This is between the two of us.",
        "Confidential contract",
        SECRET_FILE.decode(),
    ]


@pytest.fixture
def strangers(world: World) -> list[Person]:
    """Give a creditor and a partner with business of their own."""
    other = conversation(world)
    return [other.anna, other.bob]


@pytest.fixture
def ids(talk: Conversation) -> dict[str, str]:
    """Give an id of the victim's for every parameter that a path of the API has."""
    message = talk.bob.writes(talk.thread_id, "This is between the two of us.")
    [task] = talk.anna.owes(talk.thread_id, 1)
    [partnership] = talk.anna.gets("/api/v1/partnerships")["items"]
    file = talk.anna.adds(
        f"/api/v1/cases/{talk.case.id}/files", SECRET_FILE, name="Confidential contract.pdf"
    )
    return {
        "case_id": str(talk.case.id),
        "thread_id": talk.thread_id,
        "message_id": message["id"],
        "task_id": task["id"],
        "partnership_id": partnership["id"],
        "kind": "invoice_chat",
        "file_id": file["id"],
    }


def test_no_call_of_the_api_gives_a_stranger_anything(
    stack: Stack, talk: Conversation, strangers: list[Person], ids: dict[str, str]
) -> None:
    document = httpx.get(f"{stack.api}/openapi.json").json()
    calls = [
        (method, path, operations[method])
        for path, operations in document["paths"].items()
        for method in METHODS
        if method in operations and path not in WITHOUT_TENANT | STREAMS
    ]
    assert len(calls) >= 12

    for stranger in strangers:
        for method, path, operation in calls:
            body = body_for(path, operation, document, ids)
            answer = stranger.asks(method.upper(), filled(path, ids), body=body)
            where = f"{method.upper()} {path}: {answer.status_code} {answer.text}"
            if "{" in path or "/admin/" in path:
                assert answer.status_code in (403, 404), where
            else:
                assert answer.status_code < 500, where
            for secret in secrets_of(talk):
                assert secret not in answer.text, where
                assert secret not in str(answer.headers), where

    assert len(talk.anna.messages(talk.thread_id)) == 1
    assert [message["seen"] for message in talk.bob.messages(talk.thread_id)] == [False]


def test_a_foreign_thing_and_one_that_is_not_there_look_the_same(
    strangers: list[Person], ids: dict[str, str]
) -> None:
    def shape(answer: httpx.Response, identifier: str) -> tuple[int, Any]:
        problem = answer.json()
        problem.pop("instance", None)
        text = json.dumps(problem, sort_keys=True).replace(identifier, "<id>")
        return answer.status_code, re.sub(r'"correlation_id": "[^"]*"', "", text)

    for path, parameter in (
        ("/api/v1/cases/{}", "case_id"),
        ("/api/v1/cases/{}/threads", "case_id"),
        ("/api/v1/threads/{}/messages", "thread_id"),
        ("/api/v1/tasks/{}", "task_id"),
        ("/api/v1/partnerships/{}", "partnership_id"),
        ("/api/v1/cases/{}/files", "case_id"),
        ("/api/v1/partnerships/{}/files", "partnership_id"),
        ("/api/v1/files/{}", "file_id"),
        ("/api/v1/attachments/{}", "file_id"),
    ):
        for stranger in strangers:
            foreign, absent = ids[parameter], str(uuid4())

            there = shape(stranger.asks("GET", path.format(foreign)), foreign)
            nowhere = shape(stranger.asks("GET", path.format(absent)), absent)

            assert there == nowhere


def test_a_stranger_hears_nothing_live_and_catches_up_on_nothing(
    talk: Conversation, strangers: list[Person], ids: dict[str, str]
) -> None:
    for stranger in strangers:
        with stranger.listens(last_event_id=0) as ear:
            talk.anna.writes(talk.thread_id, "This is between the two of us.")
            [own] = stranger.gets("/api/v1/cases")["items"]
            [thread] = stranger.gets(f"/api/v1/cases/{own['id']}/threads")["items"]
            ear.until_message(stranger.writes(thread["id"], "The end."))

        heard = json.dumps([event.data for event in ear.events])
        for secret in secrets_of(talk):
            assert secret not in heard


def test_lists_narrowed_to_a_foreign_case_or_thread_are_empty(
    strangers: list[Person], ids: dict[str, str]
) -> None:
    for stranger in strangers:
        for narrowed in ("case_id", "thread_id"):
            answer = stranger.asks("GET", "/api/v1/tasks", params={narrowed: ids[narrowed]})
            assert answer.status_code in (404, 422) or answer.json()["items"] == []

"""Whatever is wrong with a request, the answer says so clearly and nothing is stored."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from shared.testing import eventually
from tests.acceptance.conftest import Stack
from tests.acceptance.world import Conversation, World, conversation

Ask = Callable[[Conversation], httpx.Response]


@dataclass(frozen=True)
class Bad:
    """A request that must be refused, and how."""

    name: str
    ask: Ask
    status: int
    code: str | None = None


def message(**changes: Any) -> dict[str, Any]:
    """Return the body of a good message with these fields changed; a field given as None is left out."""
    body = {"client_message_id": str(uuid4()), "body": "Hello.", "attachment_ids": []} | changes
    return {name: value for name, value in body.items() if value is not None}


def posting(body: Any) -> Ask:
    return lambda talk: talk.bob.asks("POST", f"/api/v1/threads/{talk.thread_id}/messages", body=body)


def sending(content: bytes) -> Ask:
    return lambda talk: talk.bob.asks("POST", f"/api/v1/threads/{talk.thread_id}/messages", content=content)


def getting(path: str, **headers: str) -> Ask:
    def ask(talk: Conversation) -> httpx.Response:
        filled = path.format(thread=talk.thread_id, case=talk.case.id)
        return talk.bob.asks(
            "GET", filled, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )

    return ask


def doing(what: str, **body: Any) -> Ask:
    return lambda talk: talk.bob.asks("POST", f"/api/v1/cases/{talk.case.id}/{what}", body=body)


PAYMENT = {
    "client_payment_id": "p-1",
    "amount": "10.00",
    "currency": "EUR",
    "paid_on": "2026-11-19",
    "received_by": "partner",
}

BAD = [
    Bad("an empty message", posting(message(body="")), 422),
    Bad("a message of white space", posting(message(body=" \n\t ")), 422),
    Bad("a message of 10 001 characters", posting(message(body="x" * 10_001)), 422),
    Bad("a message with a NUL byte", posting(message(body="a\x00b")), 422),
    Bad(
        "a message with a lone surrogate",
        sending(b'{"client_message_id":"one","body":"a\\ud800b","attachment_ids":[]}'),
        422,
    ),
    Bad("a client_message_id with a NUL byte", posting(message(client_message_id="a\x00")), 422),
    Bad(
        "a client_message_id with a lone surrogate",
        sending(b'{"client_message_id":"\\udfff","body":"Hello.","attachment_ids":[]}'),
        422,
    ),
    Bad("an empty client_message_id", posting(message(client_message_id="")), 422),
    Bad("a client_message_id of 201 characters", posting(message(client_message_id="x" * 201)), 422),
    Bad("no client_message_id", posting(message(client_message_id=None)), 422),
    Bad("no body", posting(message(body=None)), 422),
    Bad("an unknown field", posting(message(colour="blue")), 422),
    Bad("a number for a body", posting(message(body=7)), 422),
    Bad("an object for a body", posting(message(body={"text": "Hello."})), 422),
    Bad("attachments that are no ids", posting(message(attachment_ids=["invoice.pdf"])), 422),
    Bad("an attachment that does not exist", posting(message(attachment_ids=[str(uuid4())])), 422),
    Bad("a list for an object", posting([message()]), 422),
    Bad("null for an object", sending(b"null"), 422),
    Bad("a body that is not JSON", sending(b"{not json"), 400),
    Bad("a body that is not UTF-8", sending(b'{"client_message_id":"one","body":"\xff\xfe"}'), 400),
    Bad("no body at all", sending(b""), 400),
    Bad("a body nested very deeply", sending(b'{"body":' + b"[" * 60_000 + b"]" * 60_000 + b"}"), 400),
    Bad("an unknown thread", lambda talk: talk.bob.posts(str(uuid4()), "Hello."), 404),
    Bad("a thread id that is none", lambda talk: talk.bob.posts("nonsense", "Hello."), 422),
    Bad("an unknown case", getting(f"/api/v1/cases/{uuid4()}"), 404),
    Bad(
        "an unknown kind of thread",
        lambda talk: talk.bob.asks("PUT", f"/api/v1/cases/{talk.case.id}/threads/gossip"),
        422,
    ),
    Bad("a cursor that is nonsense", getting("/api/v1/threads/{thread}/messages?cursor=nonsense"), 400),
    Bad("a cursor of the cases that is nonsense", getting("/api/v1/cases?cursor=%00%ff"), 400),
    Bad("a cursor of the tasks that is nonsense", getting("/api/v1/tasks?cursor=AAAA"), 400),
    Bad("a limit of none", getting("/api/v1/cases?limit=0"), 400),
    Bad("a limit beyond reason", getting("/api/v1/cases?limit=100000"), 400),
    Bad("an unknown status of tasks", getting("/api/v1/tasks?status=perhaps"), 400),
    Bad("a Last-Event-ID that is nonsense", getting("/api/v1/live", Last_Event_ID="yesterday"), 400),
    Bad("a negative Last-Event-ID", getting("/api/v1/live", Last_Event_ID="-1"), 400),
    Bad("a Last-Event-ID beyond every position", getting("/api/v1/live", Last_Event_ID="9" * 40), 400),
    Bad("a minimal position that is nonsense", getting("/api/v1/cases", Parley_Min_Position="soon"), 400),
    Bad(
        "reading up to an unknown message",
        lambda talk: talk.bob.asks(
            "POST", f"/api/v1/threads/{talk.thread_id}/read", body={"up_to_message_id": str(uuid4())}
        ),
        404,
    ),
    Bad("an act that is none", doing("acts", action="fly"), 422),
    Bad(
        "a way that a case cannot go",
        doing("acts", action="decline", note="Too late."),
        409,
        "case_transition_not_allowed",
    ),
    Bad("a decision without its reason", doing("acts", action="request_information"), 422, "note_required"),
    Bad("a close code that is none", doing("close", close_code="Bored"), 422, "close_code_unknown"),
    Bad("no close code", doing("close"), 422, "close_code_required"),
    Bad("a close code without its comment", doing("close", close_code="Other"), 422, "comment_required"),
    Bad("a close code without its payments", doing("close", close_code="Paid"), 409, "payments_missing"),
    Bad(
        "a close code with too little of its payments",
        doing("close", close_code="Partially paid"),
        409,
        "payments_do_not_fit",
    ),
    Bad(
        "a close code that only machines give",
        doing("close", close_code="No Quotes Received"),
        403,
        "close_code_of_system",
    ),
    Bad("a payment in another currency", doing("payments", **PAYMENT | {"currency": "DKK"}), 422),
    Bad("a payment of nothing", doing("payments", **PAYMENT | {"amount": "0.00"}), 422),
    Bad("a payment of tomorrow", doing("payments", **PAYMENT | {"paid_on": "2999-01-01"}), 422),
    Bad(
        "a quote for a lead that does not exist",
        lambda talk: talk.bob.asks("POST", f"/api/v1/leads/{uuid4()}/quotes", body={"fixed_fee": "1"}),
        404,
    ),
    Bad("a page that does not exist", getting("/api/v1/nothing"), 404),
    Bad("a method that is not for this page", lambda talk: talk.bob.asks("DELETE", "/api/v1/cases"), 405),
]


@pytest.fixture(scope="module")
def untouched(stack: Stack) -> Conversation:
    """Give one conversation for everything that is refused: it stays as it is."""
    return conversation(World(api=stack.api, settings=stack.settings))


@pytest.mark.parametrize("bad", BAD, ids=[bad.name for bad in BAD])
def test_it_is_refused_with_a_problem_and_nothing_is_stored(bad: Bad, untouched: Conversation) -> None:
    answer = bad.ask(untouched)

    assert answer.status_code == bad.status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == bad.status
    assert problem["title"]
    assert problem["detail"]
    assert problem["code"].replace("_", "").isalnum()
    assert bad.code in (None, problem["code"])
    assert "Traceback" not in answer.text
    assert untouched.anna.messages(untouched.thread_id) == []
    case = untouched.anna.gets(f"/api/v1/cases/{untouched.case.id}")
    assert (case["status"], case["outstanding"]) == ("Active", case["amount"])


def test_the_longest_message_and_every_kind_of_character_are_accepted(talk: Conversation) -> None:
    body = "😀 ä \u202e ש \r\n" + "x" * 9_980

    talk.bob.writes(talk.thread_id, body)

    [seen] = talk.anna.messages(talk.thread_id)
    assert seen["body"] == body


def test_ten_thousand_characters_outside_the_basic_plane_are_ten_thousand_characters(
    talk: Conversation,
) -> None:
    talk.bob.writes(talk.thread_id, "😀" * 10_000)

    assert talk.bob.posts(talk.thread_id, "😀" * 10_001).status_code == 422


def test_a_client_message_id_used_for_other_content_is_a_conflict(talk: Conversation) -> None:
    first = talk.bob.posts(talk.thread_id, "One thing.", client_message_id="mine")
    other = talk.bob.posts(talk.thread_id, "Another thing.", client_message_id="mine")

    assert other.status_code == 409
    assert other.json()["code"] == "client_message_id_reused"
    assert [message["id"] for message in talk.anna.messages(talk.thread_id)] == [first.json()["id"]]


def test_two_authors_may_choose_the_same_client_message_id(talk: Conversation) -> None:
    talk.bob.posts(talk.thread_id, "From Bob.", client_message_id="1")
    answer = talk.anna.posts(talk.thread_id, "From Anna.", client_message_id="1")

    assert answer.status_code == 201
    assert len(talk.anna.messages(talk.thread_id)) == 2


def test_a_deactivated_author_is_shut_out(world: World, talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "Before.")

    world.deactivates(talk.bob)

    def shut_out() -> bool:
        return talk.bob.posts(talk.thread_id, "After.").status_code in (401, 403)

    eventually(shut_out)
    assert "After." not in {message["body"] for message in talk.anna.messages(talk.thread_id)[1:]}


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("companies", {"id": str(uuid4()), "side": "creditor", "name": "X", "country": "DK"}),
        ("users", {"id": "nobody", "company_id": str(uuid4()), "email": "a@b.example", "name": "A"}),
        ("partnerships", {"id": str(uuid4()), "creditor_id": str(uuid4()), "partner_id": str(uuid4())}),
        ("cases", {"id": str(uuid4()), "reference": "X"}),
    ],
)
def test_operators_mistakes_are_told_too(world: World, kind: str, body: dict[str, Any]) -> None:
    answer = world.ops.asks("POST", f"/api/v1/admin/{kind}", body=body)

    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == "application/problem+json"
    assert json.loads(answer.text)["code"]

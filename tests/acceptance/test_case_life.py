"""A case lives: reviewed, paid, closed, spoken for; by its parties and by the platform's own system."""

import json
from uuid import uuid4

import amqp
import httpx

from services.messaging.adapters.platform_queue import declare
from shared import broker
from shared.contracts.messaging import PLATFORM_DEAD_QUEUE, PLATFORM_EXCHANGE
from shared.testing import eventually
from tests.acceptance.conftest import Stack
from tests.acceptance.portal import Json, Person
from tests.acceptance.world import Case, Conversation, World


def acts(person: Person, case: Case, action: str, note: str | None = None) -> httpx.Response:
    return person.asks("POST", f"/api/v1/cases/{case.id}/acts", body={"action": action, "note": note})


def closes(person: Person, case: Case, **body: str) -> httpx.Response:
    return person.asks("POST", f"/api/v1/cases/{case.id}/close", body=body)


def pays(person: Person, case: Case, amount: str) -> httpx.Response:
    payment = {
        "client_payment_id": str(uuid4()),
        "amount": amount,
        "currency": "EUR",
        "paid_on": "2026-11-19",
        "received_by": "partner",
    }
    return person.asks("POST", f"/api/v1/cases/{case.id}/payments", body=payment)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_a_partner_takes_a_case_reports_what_came_in_and_closes_it_as_paid(
    world: World, talk: Conversation
) -> None:
    case = world.case(talk.creditor, talk.partner, status="PendingVerification")

    assert code(acts(talk.anna, case, "accept")) == (403, "not_yours_to_do")
    assert acts(talk.bob, case, "accept").json()["status"] == "Active"
    assert code(closes(talk.bob, case, close_code="Paid")) == (409, "payments_missing")
    assert pays(talk.bob, case, "8400.00").status_code == 201
    assert code(pays(talk.anna, case, "1.00")) == (403, "not_yours_to_do")
    closed = closes(talk.bob, case, close_code="Paid")

    assert closed.json()["status"] == "Closed"
    seen = talk.anna.gets(f"/api/v1/cases/{case.id}")
    assert (seen["close_code"], seen["outstanding"]) == ("Paid", "0.00")
    assert [each["amount"] for each in talk.anna.gets(f"/api/v1/cases/{case.id}/payments")["items"]] == [
        "8400.00"
    ]


def test_a_client_that_wants_a_case_closed_asks_its_partner_who_owes_the_answer(talk: Conversation) -> None:
    asked = closes(talk.anna, talk.case, comment="They paid us directly.").json()

    assert (asked["status"], asked["closure_requested"]) == ("Paused", True)
    [task] = [t for t in talk.bob.owes(talk.thread_id, 1) if t["type"] == "ReplyToChat"]
    assert task["status"] == "open"
    [message] = talk.bob.messages(talk.thread_id)
    assert (message["role"], message["author"]["id"]) == ("creditor", str(talk.anna.id))
    assert "They paid us directly." in message["body"]


def test_a_case_that_is_not_verified_is_not_there_for_its_partner(world: World, talk: Conversation) -> None:
    case = world.case(talk.creditor, talk.partner, status="PendingVerificationInternal")

    assert talk.anna.gets(f"/api/v1/cases/{case.id}")["status"] == "PendingVerificationInternal"
    assert code(talk.bob.asks("GET", f"/api/v1/cases/{case.id}")) == (404, "case_not_found")
    assert code(acts(talk.bob, case, "accept")) == (404, "case_not_found")
    with talk.bob.listens() as ear:
        assert acts(world.ops, case, "release").status_code == 200
        ear.until(lambda event: event.type == "case.assigned" and event.data["id"] == str(case.id))

    assert all(event.data.get("status") != "PendingVerificationInternal" for event in ear.events)
    assert case.chat(talk.bob)["writable"] is True


def test_a_managing_partner_speaks_for_the_client_and_either_of_the_two_answers(
    world: World, talk: Conversation
) -> None:
    firm = world.company("partner", "Advokater")
    mia = world.person(firm, "Mia Berg")
    named = world.ops.asks(
        "PUT", f"/api/v1/admin/cases/{talk.case.id}/managing-partner", body={"partner_id": str(firm.id)}
    )
    assert named.status_code == 200

    talk.bob.writes(talk.thread_id, "Does your client agree?")
    talk.anna.owes(talk.thread_id, 1)
    mia.owes(talk.thread_id, 1)
    answer = mia.writes(talk.thread_id, "It does.")

    assert answer["role"] == "managing_partner"
    talk.anna.owes(talk.thread_id, 0)
    mia.owes(talk.thread_id, 0)
    assert mia.gets(f"/api/v1/cases/{talk.case.id}")["managing_partner"]["id"] == str(firm.id)


def test_the_platforms_own_case_system_is_heard(stack: Stack, talk: Conversation) -> None:
    def message(kind: str, data: Json) -> amqp.Message:
        body = json.dumps({"id": str(uuid4()), "kind": kind, "data": data})
        return amqp.Message(body, content_type="application/json", delivery_mode=2)

    connection = broker.connect(stack.settings.amqp_url, heartbeat=20, name="the platform")
    channel = connection.channel()
    declare(channel)
    channel.confirm_select()
    case_id = str(talk.case.id)
    for told in (
        message("case_act", {"case_id": case_id, "action": "dance"}),
        message("case_act", {"case_id": case_id, "action": "pause", "note": "A payment plan."}),
    ):
        channel.basic_publish_confirm(told, exchange=PLATFORM_EXCHANGE, routing_key="case_act")

    eventually(lambda: talk.anna.gets(f"/api/v1/cases/{case_id}")["status"] == "Paused")
    refused = channel.basic_get(PLATFORM_DEAD_QUEUE, no_ack=True)
    assert "field action" in refused.headers["x-parley-reason"]
    connection.close()

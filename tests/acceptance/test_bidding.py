"""A case that asks for quotes, as creditor and rival partners live it over HTTP."""

import json
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from shared.testing import eventually
from tests.acceptance.conftest import Stack
from tests.acceptance.portal import Json, LiveEvent, Person
from tests.acceptance.world import Case, World


@dataclass(frozen=True)
class Bidding:
    """Anna's case, for which Paul and Rita may quote and Stan may not."""

    anna: Person
    paul: Person
    rita: Person
    stan: Person
    case: Case
    lead_id: str

    def asks(self, person: Person, kind: str, partner: Person | None = None) -> Json:
        """Open the person's chat of the lead and return it."""
        query = f"?partner_id={partner.company_id}" if partner else ""
        answer = person.asks("PUT", f"/api/v1/cases/{self.case.id}/threads/{kind}{query}")
        assert answer.status_code == 200, answer.text
        thread: Json = answer.json()
        return thread

    def quotes(self, person: Person, percent: str) -> Json:
        answer = person.asks(
            "POST", f"/api/v1/leads/{self.lead_id}/quotes", body={"success_fee_percent": percent}
        )
        assert answer.status_code == 201, answer.text
        quote: Json = answer.json()
        return quote


@pytest.fixture
def bidding(world: World) -> Bidding:
    creditor = world.company("creditor", "Nordvik Steel")
    anna = world.person(creditor, "Anna Holm")
    people = [
        (company, world.person(company, f"{name} Brandt"))
        for name in ("Paul", "Rita", "Stan")
        for company in [world.company("partner", f"{name} Legal")]
    ]
    case = world.case(creditor, None, status="Leads")
    for company, _ in people[:2]:
        world.tells("invitations", {"case_id": str(case.id), "partner_id": str(company.id)})
    paul, rita, stan = (person for _, person in people)
    [lead] = paul.gets("/api/v1/leads", status="open")["items"]
    return Bidding(anna, paul, rita, stan, case, lead["id"])


def test_partners_ask_quote_and_one_wins(bidding: Bidding) -> None:
    anna, paul, rita, case = bidding.anna, bidding.paul, bidding.rita, bidding.case
    seen = paul.gets(f"/api/v1/leads/{bidding.lead_id}")
    assert seen["closes_at"].endswith("Z")
    assert (seen["status"], seen["debtor"]["name"]) == ("Open", case.debtor_name)

    question = bidding.asks(paul, "invoice_questions_chat")
    paul.writes(question["id"], "Is there a signed contract?")
    anna.owes(question["id"], 1)
    anna.writes(bidding.asks(anna, "invoice_questions_chat", paul)["id"], "There is.")
    won = bidding.quotes(paul, "12.5")
    bidding.quotes(rita, "9")
    again = paul.asks("POST", f"/api/v1/leads/{bidding.lead_id}/quotes", body={"success_fee_percent": "12.5"})
    assert (again.status_code, again.json()["id"]) == (200, won["id"])
    other = paul.asks("POST", f"/api/v1/leads/{bidding.lead_id}/quotes", body={"success_fee_percent": "8"})
    assert (other.status_code, other.json()["code"]) == (409, "quote_given")
    rita.writes(bidding.asks(rita, "lead_chat")["id"], "We could start on Monday.")

    chosen = anna.asks("POST", f"/api/v1/leads/{bidding.lead_id}/winner", body={"quote_id": won["id"]})

    assert chosen.status_code == 200, chosen.text
    assert paul.gets(f"/api/v1/cases/{case.id}")["status"] == "Active"
    paul.writes(case.chat(paul)["id"], "We begin today.")
    assert rita.asks("GET", f"/api/v1/cases/{case.id}").status_code == 404
    late = rita.posts(bidding.asks(rita, "lead_chat")["id"], "Why not us?")
    assert (late.status_code, late.json()["code"]) == (409, "thread_read_only")
    assert rita.gets(f"/api/v1/leads/{bidding.lead_id}")["bids"][0]["outcome"] == "lost"
    assert {each["partner"]["id"] for each in anna.gets("/api/v1/partnerships")["items"]} == {
        str(paul.company_id),
        str(rita.company_id),
    }


def test_rivals_and_strangers_find_nothing_of_a_bid(bidding: Bidding) -> None:
    paul, rita, stan, case = bidding.paul, bidding.rita, bidding.stan, bidding.case
    bidding.quotes(paul, "12.5")
    chat = bidding.asks(paul, "lead_chat")["id"]
    paul.writes(chat, "Xylophone is our secret word.")

    def hits(person: Person) -> list[Json]:
        found: list[Json] = person.gets("/api/v1/search", q="xylophone")["items"]
        return found

    for person in (paul, bidding.anna):
        assert [hit["thread_id"] for hit in hits(person)] == [chat]
    for person in (rita, stan):
        assert hits(person) == []
        assert person.asks("GET", f"/api/v1/threads/{chat}/messages").status_code == 404
        assert person.asks("GET", f"/api/v1/cases/{case.id}").status_code == 404
        named = person.asks("PUT", f"/api/v1/cases/{case.id}/threads/lead_chat?partner_id={paul.company_id}")
        assert named.status_code == 404
    [seen] = rita.gets("/api/v1/leads")["items"]
    assert (seen["status"], [bid["partner"]["id"] for bid in seen["bids"]]) == (
        "Open",
        [str(rita.company_id)],
    )
    assert str(paul.company_id) not in str(seen)
    assert stan.gets("/api/v1/leads")["items"] == []
    assert stan.asks("GET", f"/api/v1/leads/{bidding.lead_id}").status_code == 404
    refused = stan.asks("POST", f"/api/v1/leads/{bidding.lead_id}/quotes", body={"success_fee_percent": "1"})
    assert refused.status_code == 404


def test_who_speaks_for_the_client_hears_live_what_the_client_hears(bidding: Bidding) -> None:
    """And rivals hear of nobody but themselves, whoever else listens."""
    anna, paul, rita, mia, world = bidding.anna, bidding.paul, bidding.rita, bidding.stan, bidding.case.world
    world.ops.asks(
        "PUT",
        f"/api/v1/admin/cases/{bidding.case.id}/managing-partner",
        body={"partner_id": str(mia.company_id)},
    )
    late = world.company("partner", "Late Legal")

    with anna.listens() as client, mia.listens() as third, rita.listens() as rival:
        world.tells("invitations", {"case_id": str(bidding.case.id), "partner_id": str(late.id)})
        won = bidding.quotes(paul, "12.5")
        anna.asks("POST", f"/api/v1/leads/{bidding.lead_id}/winner", body={"quote_id": won["id"]})
        for ear in (client, third):
            ear.until(lambda event: event.type == "case.status_changed" and event.data["status"] == "Active")
        rival.until(lambda event: event.type == "lead.bid_ended")

    def of_leads(events: list[LiveEvent]) -> list[tuple[str, Json]]:
        return [(event.type, event.data) for event in events if event.type.startswith("lead.")]

    assert {kind for kind, _ in of_leads(client.events)} == {
        "lead.invited",
        "lead.quoted",
        "lead.bid_ended",
        "lead.closed",
    }
    assert of_leads(third.events) == of_leads(client.events)
    assert [data["partner_id"] for _, data in of_leads(rival.events)] == [str(rita.company_id)]
    heard = str([event.data for event in rival.events])
    for foreign in (paul.company_id, mia.company_id, late.id, won["id"]):
        assert str(foreign) not in heard


def test_a_quote_after_the_window_is_refused_and_leaves_nothing(
    stack: Stack, bidding: Bidding, tmp_path: Path
) -> None:
    """The same is said of a lead that is over and of one whose window is: a late bidder learns no more."""
    anna, paul, rita = bidding.anna, bidding.paul, bidding.rita
    case_id = str(uuid4())
    lines = [
        {
            "kind": "case",
            "id": case_id,
            "reference": "NV-LATE",
            "creditor_id": str(anna.company_id),
            "partner_id": None,
            "status": "Leads",
            "debtor": {"type": "Company", "name": "Hafen GmbH"},
            "amount": "8400.00",
            "currency": "EUR",
        },
        *(
            {"kind": "invitation", "case_id": case_id, "partner_id": str(person.company_id)}
            for person in (paul, rita)
        ),
    ]
    file = tmp_path / "a month ago.jsonl"
    file.write_text("\n".join(map(json.dumps, lines)))
    stack.parley("messaging", "import", str(file), "--now", "2026-10-20T09:00:00Z")
    [lead] = eventually(lambda: paul.gets("/api/v1/leads", case_id=case_id)["items"])

    def refused(person: Person, lead_id: str, **quote: str) -> Json:
        answer = person.asks("POST", f"/api/v1/leads/{lead_id}/quotes", body=quote)
        assert (answer.status_code, answer.headers["content-type"]) == (409, "application/problem+json")
        problem: Json = answer.json()
        return {name: problem[name] for name in ("type", "title", "status", "detail", "code")}

    late = refused(paul, lead["id"], success_fee_percent="12.5")
    anna.asks("POST", f"/api/v1/leads/{bidding.lead_id}/pullback")
    over = refused(paul, bidding.lead_id, success_fee_percent="12.5")

    assert late == over == refused(rita, lead["id"], fixed_fee="70")
    assert late["code"] == "quotes_closed"
    [seen] = anna.gets("/api/v1/leads", case_id=case_id)["items"]
    assert (seen["status"], [bid["quote"] for bid in seen["bids"]]) == ("Open", [None, None])
    assert anna.gets(f"/api/v1/cases/{case_id}")["status"] == "Leads"
    assert anna.gets("/api/v1/partnerships")["items"] == []
    assert paul.asks("PUT", f"/api/v1/cases/{case_id}/threads/lead_chat").status_code == 409


def test_files_of_a_lead_go_between_the_client_and_one_bidder(bidding: Bidding) -> None:
    """They come with the messages of the bidder's own chats, and stand among the case's files for both."""
    anna, paul, rita, case = bidding.anna, bidding.paul, bidding.rita, bidding.case
    bidding.quotes(paul, "12.5")
    chat = bidding.asks(paul, "lead_chat")["id"]
    files = f"/api/v1/cases/{case.id}/files"
    offer = paul.adds("/api/v1/attachments", b"%PDF-1.7 our offer", name="offer.pdf", thread_id=chat)
    contract = anna.adds("/api/v1/attachments", b"%PDF-1.7 contract", name="contract.pdf", thread_id=chat)
    assert paul.posts(chat, "Our offer.", attachment_ids=[offer["id"]]).status_code == 201
    assert anna.posts(chat, "The contract.", attachment_ids=[contract["id"]]).status_code == 201

    for person in (anna, paul):
        assert [file["id"] for file in person.gets(files)["items"]] == [contract["id"], offer["id"]]
        assert person.asks("GET", f"/api/v1/attachments/{offer['id']}").content == b"%PDF-1.7 our offer"
    for refused in (
        rita.asks("GET", files),
        rita.asks("GET", f"/api/v1/attachments/{offer['id']}"),
        rita.asks("GET", f"/api/v1/attachments/{contract['id']}"),
        rita.asks("DELETE", f"/api/v1/files/{offer['id']}"),
        rita.uploads("/api/v1/attachments", b"%PDF-1.7 mine", thread_id=chat),
        rita.uploads(files, b"%PDF-1.7 mine"),
    ):
        assert refused.status_code == 404, refused.text
    assert "contract.pdf" not in str(rita.gets("/api/v1/leads"))


def test_the_platform_speaks_in_a_thread(bidding: Bidding) -> None:
    thread_id = bidding.asks(bidding.paul, "invoice_questions_chat")["id"]
    said = {"client_message_id": "notice-1", "body": "Two days are left to quote."}
    path = f"/api/v1/admin/threads/{thread_id}/messages"

    answers = [bidding.case.world.ops.asks("POST", path, body=said) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 200]
    [message] = bidding.anna.messages(thread_id)
    assert (message["role"], message["author"], message["body"]) == ("platform", None, said["body"])
    assert bidding.anna.asks("POST", path, body=said).status_code == 403
    assert bidding.anna.gets("/api/v1/tasks", tab="messages", status="open")["items"] == []

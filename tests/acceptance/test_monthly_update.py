"""The monthly update over HTTP: what may not be submitted changes nothing, what may is told to both sides."""

from typing import Any

import pytest

from shared.testing import eventually
from tests.acceptance.conftest import Stack, text_of
from tests.acceptance.portal import Json, Person
from tests.acceptance.world import Conversation, World

A_MONTH_LATER = "2026-12-21T12:00:00Z"


def payment(**changes: Any) -> Json:
    return {"amount": "250.00", "currency": "EUR", "on": "2026-11-19", "received_by": "partner", **changes}


# What is wrong with a report, and the code and the field that say so.
WRONG: dict[str, tuple[Json, int, str, str]] = {
    "no recommendation": ({}, 422, "recommendation_missing", "recommendation"),
    "another currency": ({"payments": [payment(currency="DKK")]}, 422, "currency_of_case", "currency"),
    "paid in the future": ({"payments": [payment(on="2027-01-19")]}, 422, "date_in_future", "on"),
    "conditions do not hold": (
        {"recommendation": "close", "close_code": "Paid", "payments": [payment()]},
        409,
        "close_code_needs_payment",
        "",
    ),
    "nobody has to act": (
        {"recommendation": "pause", "pause_reason": "payment_plan"},
        422,
        "must_act_missing",
        "must_act",
    ),
}
STAYS = {"recommendation": "stay_active"}


@pytest.fixture
def survey(stack: Stack, talk: Conversation) -> Json:
    """The open survey of the talk's case, as its partner sees it."""

    def asked() -> Json | None:
        stack.parley("surveys", "request", "--now", A_MONTH_LATER)
        items: list[Json] = talk.bob.gets("/api/v1/surveys", case_id=str(talk.case.id))["items"]
        return items[0] if items else None

    found = eventually(asked)
    assert found is not None
    return found


def submits(person: Person, survey: Json, report: Json) -> Any:
    return person.asks("POST", f"/api/v1/surveys/{survey['id']}/submission", body=report)


def test_an_update_that_is_wrong_changes_nothing_and_one_that_is_right_is_told_to_both(
    world: World, talk: Conversation, survey: Json
) -> None:
    strangers = world.person(world.company("partner", "Rivalen Inkasso"), "Rita Rival")
    case = f"/api/v1/cases/{talk.case.id}"
    before = talk.anna.gets(case)["status"]

    for why, (report, status, code, field) in WRONG.items():
        refused = submits(talk.bob, survey, {**STAYS, **report} if why != "no recommendation" else {})
        assert (refused.status_code, refused.json()["code"]) == (status, code), why
        assert field in refused.text, why
    for person in (talk.anna, strangers):
        assert submits(person, survey, STAYS).status_code == 404
        assert person.asks("PUT", f"/api/v1/surveys/{survey['id']}/draft", body={}).status_code == 404

    assert talk.bob.gets(f"/api/v1/surveys/{survey['id']}")["status"] == "open"
    assert talk.anna.gets(case)["status"] == before
    assert talk.anna.gets(f"{case}/payments")["items"] == []
    assert talk.anna.messages(talk.thread_id) == []

    report = {
        **STAYS,
        "actions": [{"kind": "call", "on": "2026-11-19", "text": "Spoke with the director."}],
        "payments": [payment()],
    }
    first, again = submits(talk.bob, survey, report), submits(talk.bob, survey, report)
    assert (first.status_code, again.status_code) == (201, 200)
    assert submits(talk.bob, survey, STAYS).status_code == 409
    eventually(lambda: talk.anna.gets(f"{case}/payments")["items"])
    eventually(lambda: talk.anna.messages(talk.thread_id))
    assert [each["amount"] for each in talk.anna.gets(f"{case}/payments")["items"]] == ["250.00"]
    [summary] = talk.anna.messages(talk.thread_id)
    assert "Spoke with the director." in summary["body"]
    timeline = talk.anna.gets(f"{case}/timeline", type="update_action")["items"]
    assert [item["description"] for item in timeline] == ["Spoke with the director."]
    assert submits(talk.anna, survey, STAYS).status_code == 403


def test_an_update_is_told_in_the_portal_and_with_its_summary_in_the_e_mail_about_messages(
    stack: Stack, talk: Conversation, survey: Json
) -> None:
    report = {**STAYS, "actions": [{"kind": "letter", "on": "2026-11-19", "text": "Wrote to the director."}]}

    assert submits(talk.bob, survey, report).status_code == 201

    def notice() -> Json:
        items: list[Json] = talk.anna.gets("/api/v1/notifications")["items"]
        [found] = [item for item in items if item["kind"] == "survey_submitted"]
        return found

    told = eventually(notice)
    [mail] = eventually(lambda: stack.mails_to(talk.anna))
    assert (told["case_id"], told["read"]) == (str(talk.case.id), False)
    assert "Wrote to the director." in text_of(mail)
    assert mail.message["Subject"] == f"[{talk.case.reference}] New message from {talk.partner.name}"
    # It tells, and asks for nothing: nobody owes an answer to it, and who wrote it is told nothing.
    [summary] = talk.anna.messages(talk.thread_id)
    assert talk.anna.gets("/api/v1/tasks", case_id=str(talk.case.id), status="open")["items"] == []
    assert talk.bob.gets("/api/v1/tasks", case_id=str(talk.case.id), status="open")["items"] == []
    assert "survey_submitted" not in {
        item["kind"] for item in talk.bob.gets("/api/v1/notifications")["items"]
    }
    assert stack.mails_to(talk.bob) == []
    explained = eventually(lambda: stack.parley("notifier", "explain", summary["id"], "--json"))
    assert str(talk.anna.id) in explained

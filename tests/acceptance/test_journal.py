"""What the partner logs, what the creditor complains of, and the timeline where both read it."""

from datetime import UTC, datetime, timedelta

from shared.testing import eventually
from tests.acceptance.portal import Json, Person
from tests.acceptance.world import Conversation, World, conversation

VISIT = {"client_note_id": "n-1", "title": "Visited the debtor", "description": "Nobody there."}
CALL = {"client_call_id": "c-1", "number": "+45 70 10 20 30", "outcome": "dispute", "notes": "Denies it all."}


def on(talk: Conversation, what: str) -> str:
    return f"/api/v1/cases/{talk.case.id}/{what}"


def timeline(person: Person, talk: Conversation, *types: str) -> list[Json]:
    """Return what the person sees of these types, oldest first."""
    items: list[Json] = person.gets(on(talk, "timeline"), type=list(types))["items"]
    return items[::-1]


def refusal(person: Person, talk: Conversation, what: str, body: Json) -> tuple[int, str]:
    answer = person.asks("POST", on(talk, what), body=body)
    return answer.status_code, answer.json()["code"]


def test_a_note_from_its_first_words_to_its_deletion(talk: Conversation) -> None:
    with talk.anna.listens() as ear:
        logged = talk.bob.asks("POST", on(talk, "notes"), body=VISIT)
        heard = ear.until(lambda event: event.type == "note.added")
        note = f"{on(talk, 'notes')}/{logged.json()['id']}"
        edited = talk.bob.asks("PATCH", note, body={"title": "Came by", "event_date": "2026-11-19"})
        ear.until(lambda event: event.type == "note.changed")
        [seen] = timeline(talk.anna, talk, "note")
        deleted = talk.bob.asks("DELETE", note)
        ear.until(lambda event: event.type == "note.deleted")
    again = talk.bob.asks("POST", on(talk, "notes"), body=VISIT)

    assert (logged.status_code, edited.status_code, deleted.status_code) == (201, 200, 204)
    assert heard.data == logged.json()
    assert (seen["title"], seen["description"], seen["actor"]["name"]) == (
        "Came by",
        "Nobody there.",
        "Bob Brandt",
    )
    assert seen["at"] == "2026-11-18T23:00:00Z", "midnight in Berlin"
    assert (again.status_code, again.json()["id"]) == (200, logged.json()["id"])
    assert [item["type"] for item in timeline(talk.anna, talk, "note", "note_deleted")] == ["note_deleted"]
    assert talk.anna.gets(on(talk, "notes"))["items"] == []


def test_a_complaint_becomes_a_task_of_the_partner_until_it_responds(
    world: World, talk: Conversation
) -> None:
    filed = talk.anna.asks(
        "POST", on(talk, "complaints"), body={"client_complaint_id": "k-1", "text": "Nobody answers."}
    ).json()
    accepted = world.ops.asks("POST", f"/api/v1/admin/complaints/{filed['id']}/acceptance")

    def owed() -> list[Json]:
        return [task for task in talk.bob.open_tasks() if task["type"] == "RespondToComplaint"]

    eventually(owed)
    answered = talk.bob.asks(
        "POST", on(talk, f"complaints/{filed['id']}/response"), body={"text": "We are sorry."}
    )
    eventually(lambda: owed() == [])

    assert accepted.status_code == 200
    assert (answered.status_code, answered.json()["status"]) == (201, "answered")
    told = timeline(talk.anna, talk, "complaint_filed", "complaint_accepted", "complaint_answered")
    assert [(item["type"], item["description"]) for item in told] == [
        ("complaint_filed", "Nobody answers."),
        ("complaint_accepted", None),
        ("complaint_answered", "We are sorry."),
    ]
    assert [item["actor"]["type"] for item in told] == ["creditor_user", "operator", "partner_user"]


def test_each_keeps_to_its_own_part(world: World, talk: Conversation) -> None:
    stranger = conversation(world).bob
    complaint = {"client_complaint_id": "k-1", "text": "Nobody answers."}

    assert refusal(talk.anna, talk, "notes", VISIT) == (403, "not_yours_to_do")
    assert refusal(talk.anna, talk, "calls", CALL) == (403, "not_yours_to_do")
    assert refusal(talk.bob, talk, "complaints", complaint) == (403, "not_yours_to_do")
    for what, body in (("notes", VISIT), ("calls", CALL), ("complaints", complaint)):
        assert refusal(stranger, talk, what, body) == (404, "case_not_found")
    talk.case.becomes(status="Merged", partner=talk.partner)
    assert refusal(talk.bob, talk, "notes", VISIT) == (409, "case_merged")
    assert refusal(talk.bob, talk, "calls", CALL) == (409, "case_merged")
    assert refusal(talk.anna, talk, "complaints", complaint) == (409, "case_merged")


def test_what_cannot_be_is_refused_by_its_field(talk: Conversation) -> None:
    wrong: list[tuple[str, Json, str]] = [
        ("notes", {**VISIT, "title": " "}, "title"),
        ("notes", {**VISIT, "title": "x" * 201}, "title"),
        ("notes", {**VISIT, "description": "x" * 10_001}, "description"),
        ("notes", {**VISIT, "event_date": "2999-01-01"}, "event_date"),
        ("notes", {**VISIT, "event_date": "0001-01-01T00:00:00+14:00"}, "event_date"),
        ("notes", {**VISIT, "event_date": "9999-12-31T23:59:59-12:00"}, "event_date"),
        ("calls", {**CALL, "called_at": "0001-01-01T00:00:00+14:00"}, "called_at"),
        ("calls", {**CALL, "called_at": "2999-01-01T12:00:00Z"}, "called_at"),
        ("calls", {**CALL, "outcome": "rude"}, "outcome"),
        ("calls", {**CALL, "notes": ""}, "notes"),
        ("calls", {**CALL, "number": "nobody"}, "number"),
    ]
    for what, body, field in wrong:
        answer = talk.bob.asks("POST", on(talk, what), body=body)

        problem = answer.json()
        named = [problem.get("field"), *(fault["field"] for fault in problem.get("errors", ()))]
        assert (answer.status_code, field in named) == (422, True), answer.text
    assert timeline(talk.anna, talk, "note", "call") == []


def test_a_call_stands_where_it_was_made(talk: Conversation) -> None:
    talk.anna.writes(talk.thread_id, "Have you called?")
    made_at = datetime.now(UTC) - timedelta(days=400)
    logged = talk.bob.asks("POST", on(talk, "calls"), body={**CALL, "called_at": made_at.isoformat()})

    assert logged.status_code == 201
    assert [item["type"] for item in timeline(talk.anna, talk, "message", "call")] == ["call", "message"]

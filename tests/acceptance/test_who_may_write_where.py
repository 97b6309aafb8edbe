"""Reassigned, merged, closed and not yet assigned cases: who may read and who may write."""

from shared.testing import eventually
from tests.acceptance.portal import Person
from tests.acceptance.world import Conversation, World


def refusal(person: Person, thread_id: str) -> tuple[int, str]:
    """Return status and code of the problem that posting there runs into."""
    answer = person.posts(thread_id, "May I?")
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def test_a_reassigned_case_has_a_new_thread_and_the_old_one_is_read_only(
    world: World, talk: Conversation
) -> None:
    talk.bob.writes(talk.thread_id, "I will call the debtor.")
    talk.anna.owes(talk.thread_id, 1)
    successor = world.company("partner", "Neue Inkasso")
    clara = world.person(successor, "Clara Neu")

    talk.case.becomes(partner=successor)

    new_thread = talk.case.chat(clara)
    assert new_thread["id"] != talk.thread_id
    eventually(lambda: talk.bob.posts(talk.thread_id, "Still there?").status_code == 409)
    assert refusal(talk.bob, talk.thread_id) == (409, "thread_read_only")
    assert refusal(talk.anna, talk.thread_id) == (409, "thread_read_only")
    talk.anna.writes(new_thread["id"], "Welcome.")


def test_the_former_partner_keeps_reading_and_the_new_one_learns_nothing(
    world: World, talk: Conversation
) -> None:
    written = talk.bob.writes(talk.thread_id, "My strategy is a secret.")
    successor = world.company("partner", "Neue Inkasso")
    clara = world.person(successor, "Clara Neu")

    talk.case.becomes(partner=successor)
    new_thread = talk.case.chat(clara)

    assert written["id"] in {message["id"] for message in talk.bob.messages(talk.thread_id)}
    assert talk.bob.asks("GET", f"/api/v1/threads/{new_thread['id']}/messages").status_code == 404
    assert clara.asks("GET", f"/api/v1/threads/{talk.thread_id}/messages").status_code == 404
    assert clara.posts(talk.thread_id, "Hello?").status_code == 404
    seen_by_creditor = talk.anna.gets(f"/api/v1/cases/{talk.case.id}/threads")["items"]
    assert {talk.thread_id, new_thread["id"]} <= {thread["id"] for thread in seen_by_creditor}
    seen_by_successor = clara.gets(f"/api/v1/cases/{talk.case.id}/threads")["items"]
    assert talk.thread_id not in {thread["id"] for thread in seen_by_successor}


def test_reassignment_withdraws_what_was_owed_in_the_old_thread(world: World, talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "Do you accept?")
    [task] = talk.anna.owes(talk.thread_id, 1)

    talk.case.becomes(partner=world.company("partner", "Neue Inkasso"))

    def withdrawn() -> bool:
        seen = talk.anna.gets(f"/api/v1/tasks/{task['id']}")
        return bool(seen["status"] == "solved" and seen["solved_by"] == "withdrawn")

    eventually(withdrawn)


def test_a_retry_gets_its_first_outcome_even_after_the_thread_was_closed(
    world: World, talk: Conversation
) -> None:
    first = talk.bob.posts(talk.thread_id, "Accepted.", client_message_id="before the end")
    talk.case.becomes(partner=world.company("partner", "Neue Inkasso"))
    eventually(lambda: talk.bob.posts(talk.thread_id, "Too late.").status_code == 409)

    again = talk.bob.posts(talk.thread_id, "Accepted.", client_message_id="before the end")

    assert again.status_code == 200
    assert again.json()["id"] == first.json()["id"]


def test_a_merged_case_is_read_only(talk: Conversation) -> None:
    written = talk.bob.writes(talk.thread_id, "Before the merger.")

    talk.case.becomes(status="Merged", partner=talk.partner)

    eventually(lambda: talk.anna.posts(talk.thread_id, "Hello?").status_code == 409)
    assert refusal(talk.bob, talk.thread_id)[0] == 409
    assert written["id"] in {message["id"] for message in talk.anna.messages(talk.thread_id)}


def test_both_sides_write_on_a_closed_case(talk: Conversation) -> None:
    talk.case.becomes(status="Closed", partner=talk.partner)
    eventually(lambda: talk.anna.gets(f"/api/v1/cases/{talk.case.id}")["status"] == "Closed")

    talk.bob.writes(talk.thread_id, "The file is closed.")
    talk.anna.writes(talk.thread_id, "Thank you.")

    assert len(talk.anna.messages(talk.thread_id)) == 2


def test_a_case_without_a_partner_has_nobody_to_talk_to(world: World, talk: Conversation) -> None:
    case = world.case(talk.creditor, status="PendingVerificationInternal")
    eventually(lambda: talk.anna.asks("GET", f"/api/v1/cases/{case.id}").status_code == 200)

    answer = talk.anna.asks("PUT", f"/api/v1/cases/{case.id}/threads/invoice_chat")

    assert answer.status_code == 409
    assert talk.anna.gets(f"/api/v1/cases/{case.id}/threads")["items"] == []
    assert talk.bob.asks("GET", f"/api/v1/cases/{case.id}").status_code == 404

"""Nobody hears of another's cases, threads, tasks or people; what they may ask is in test_isolation.py."""

import json

import pytest

from tests.acceptance.portal import Person
from tests.acceptance.world import Conversation, World, conversation

SECRET_FILE = b"%PDF-1.7 what only the two of them may read"


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
    """Give ids of what the victim has, which a stranger may have come to know."""
    talk.bob.writes(talk.thread_id, "This is between the two of us.")
    talk.anna.owes(talk.thread_id, 1)
    talk.anna.adds(f"/api/v1/cases/{talk.case.id}/files", SECRET_FILE, name="Confidential contract.pdf")
    return {"case_id": str(talk.case.id), "thread_id": talk.thread_id}


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

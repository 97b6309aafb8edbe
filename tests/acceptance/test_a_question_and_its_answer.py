"""The main job: a question reaches the other side, asks for an answer, and the answer settles it."""

from datetime import datetime, timedelta

from shared.testing import eventually
from tests.acceptance.world import Conversation, World


def test_the_creditor_sees_what_the_partner_wrote(talk: Conversation) -> None:
    message = talk.bob.writes(talk.thread_id, "The debtor offers 4 200 EUR now. Do you accept?")

    [seen] = talk.anna.messages(talk.thread_id)

    assert seen["id"] == message["id"]
    assert seen["body"] == "The debtor offers 4 200 EUR now. Do you accept?"
    assert seen["role"] == "partner"
    assert seen["author"] == {
        "id": str(talk.bob.id),
        "name": "Bob Brandt",
        "company_id": str(talk.partner.id),
    }


def test_a_friday_question_is_due_on_tuesday_at_the_same_time(talk: Conversation) -> None:
    message = talk.bob.writes(talk.thread_id, "Do you accept?")

    [task] = talk.anna.owes(talk.thread_id, 1)

    assert (task["type"], task["type_label"], task["status"]) == ("ReplyToChat", "New Message", "open")
    assert task["company_id"] == str(talk.creditor.id)
    assert task["case_id"] == str(talk.case.id)
    assert message["created_at"].startswith("2026-11-20T14:")
    assert task["due_at"].startswith("2026-11-24T14:")
    assert task["due_at"].endswith("Z")
    written = datetime.fromisoformat(message["created_at"])
    assert datetime.fromisoformat(task["due_at"]) == written + timedelta(days=4)
    assert task["deadline"] == {
        "calendar": "DK",
        "time_zone": "Europe/Copenhagen",
        "skipped_days": ["2026-11-21", "2026-11-22"],
        "rule": "2 business days",
        "asked_time_zone": "Europe/Berlin",
    }


def test_the_writer_owes_nothing(talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "Do you accept?")

    talk.anna.owes(talk.thread_id, 1)

    assert talk.bob.open_tasks(talk.thread_id) == []


def test_a_question_arrives_live_and_its_task_after_it(talk: Conversation) -> None:
    with talk.anna.listens() as ear:
        message = talk.bob.writes(talk.thread_id, "Do you accept?")
        ear.until(lambda event: event.type == "task.opened")

    assert ear.types() == ["message.posted", "task.opened"]
    posted, opened = ear.conversation()
    assert posted.id < opened.id
    assert posted.data["id"] == message["id"]
    assert posted.data["body"] == "Do you accept?"
    assert opened.data["thread_id"] == talk.thread_id
    assert opened.data["status"] == "open"


def test_the_answer_solves_the_creditors_task_and_opens_the_partners(talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "Do you accept?")
    talk.bob.writes(talk.thread_id, "He can pay on Monday.")
    asked = talk.anna.owes(talk.thread_id, 2)

    with talk.bob.listens() as bobs_ear, talk.anna.listens() as annas_ear:
        talk.anna.writes(talk.thread_id, "Yes, we accept.")
        bobs_ear.until(lambda event: event.type == "task.opened")
        annas_ear.until(lambda event: event.type == "task.solved")
        annas_ear.until(lambda event: event.type == "task.solved")

    assert bobs_ear.types() == ["message.posted", "task.opened"]
    assert annas_ear.types() == ["message.posted", "task.solved", "task.solved"]
    [owed] = talk.bob.owes(talk.thread_id, 1)
    assert owed["company_id"] == str(talk.partner.id)
    assert owed["deadline"]["calendar"] == "DE"
    talk.anna.owes(talk.thread_id, 0)
    for task in asked:
        solved = talk.anna.gets(f"/api/v1/tasks/{task['id']}")
        assert (solved["status"], solved["solved_by"]) == ("solved", "reply")
        assert solved["due_at"] == task["due_at"]


def test_the_case_counts_what_is_unread_and_owed_until_it_is_read(talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "First.")
    last = talk.bob.writes(talk.thread_id, "Second.")

    def seen() -> tuple[int, int]:
        case = talk.anna.gets(f"/api/v1/cases/{talk.case.id}")
        return case["unread_count"], case["open_task_count"]

    eventually(lambda: seen() == (2, 2))
    with talk.bob.listens() as ear:
        talk.anna.reads(talk.thread_id, last["id"])
        ear.until(lambda event: event.type == "thread.read")

    eventually(lambda: seen() == (0, 2))
    assert eventually(lambda: all(message["seen"] for message in talk.bob.messages(talk.thread_id)))


def test_a_message_is_read_at_once_by_who_asks_for_its_position(talk: Conversation) -> None:
    answer = talk.bob.posts(talk.thread_id, "Read your own writes.")
    position = answer.headers["Parley-Position"]

    seen = talk.anna.asks(
        "GET",
        f"/api/v1/threads/{talk.thread_id}/messages",
        headers={"Parley-Min-Position": position},
    )
    owed = talk.anna.asks(
        "GET", "/api/v1/tasks", params={"status": "open"}, headers={"Parley-Min-Position": position}
    )

    assert [message["id"] for message in seen.json()["items"]] == [answer.json()["id"]]
    assert [task["thread_id"] for task in owed.json()["items"]] == [talk.thread_id]


def test_the_same_message_sent_twice_stands_there_once(talk: Conversation) -> None:
    first = talk.bob.posts(talk.thread_id, "Once.", client_message_id="retry-me")
    second = talk.bob.posts(talk.thread_id, "Once.", client_message_id="retry-me")

    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert len(talk.anna.messages(talk.thread_id)) == 1
    talk.anna.owes(talk.thread_id, 1)


def test_creditor_and_partner_talk_about_their_relationship(world: World, talk: Conversation) -> None:
    def chat() -> str:
        [partnership] = talk.anna.gets("/api/v1/partnerships")["items"]
        return partnership["thread"]["id"] if partnership["thread"] else ""

    thread_id = eventually(chat)

    talk.anna.writes(thread_id, "How do we proceed in general?")

    [message] = talk.bob.messages(thread_id)
    assert message["role"] == "creditor"
    [task] = talk.bob.owes(thread_id, 1)
    assert task["case_id"] is None
    assert task["due_at"].startswith("2026-11-24T14:")


def test_long_threads_are_read_page_by_page(talk: Conversation) -> None:
    written = [talk.bob.writes(talk.thread_id, f"Message {number}.")["id"] for number in range(7)]

    first = talk.anna.gets(f"/api/v1/threads/{talk.thread_id}/messages", limit=3)
    second = talk.anna.gets(
        f"/api/v1/threads/{talk.thread_id}/messages", limit=3, cursor=first["next_cursor"]
    )
    later = talk.anna.gets(f"/api/v1/threads/{talk.thread_id}/messages", after=written[4])

    assert [message["id"] for message in first["items"]] == written[6:3:-1]
    assert [message["id"] for message in second["items"]] == written[3:0:-1]
    assert [message["id"] for message in later["items"]] == written[5:]


def test_a_partnership_tells_both_how_timely_its_partner_was_and_nobody_else(
    world: World, talk: Conversation
) -> None:
    rita = world.person(world.company("partner", "Rivalen Inkasso"), "Rita Rival")
    talk.anna.writes(talk.thread_id, "Has the debtor paid?")
    talk.bob.writes(talk.thread_id, "Yesterday.")
    [partnership] = talk.anna.gets("/api/v1/partnerships")["items"]
    path = f"/api/v1/partnerships/{partnership['id']}"

    shown = talk.anna.gets(path)["sla"]

    assert (shown["this_month"]["month"], shown["this_month"]["in_time"]) == ("2026-11", 1)
    assert (shown["last_month"]["month"], shown["last_month"]["share_in_time"]) == ("2026-10", None)
    assert talk.bob.gets(path)["sla"] == shown
    assert rita.asks("GET", path).status_code == 404

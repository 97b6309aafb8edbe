"""What operators see of the log and build anew from it, whichever engine keeps it."""

import json

from shared.testing import eventually
from tests.acceptance.conftest import Stack
from tests.acceptance.world import Conversation


def test_the_log_shows_what_was_written(stack: Stack, talk: Conversation) -> None:
    message = talk.bob.writes(talk.thread_id, "Do you accept?")

    lines = [json.loads(line) for line in stack.parley("events", "tail", "--json").splitlines()]
    [posted] = [line for line in lines if line["id"] == message["id"]]
    by_position = json.loads(stack.parley("events", "show", str(posted["position"]), "--json"))
    by_id = json.loads(stack.parley("events", "show", message["id"], "--json", "--reveal"))

    assert len(lines) <= 20
    assert by_position == posted
    assert posted["type"] == "MessagePosted"
    assert posted["data"]["body"] == "[personal]"
    assert by_id["data"]["body"] == "Do you accept?"


def test_the_log_is_sound(stack: Stack, talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "Do you accept?")

    assert "The log is sound" in stack.parley("events", "verify")
    assert json.loads(stack.parley("events", "stats", "--json"))["unreadable"] == 0


def test_read_models_are_built_anew_while_everything_runs(stack: Stack, talk: Conversation) -> None:
    talk.bob.writes(talk.thread_id, "Do you accept?")
    [before] = talk.anna.owes(talk.thread_id, 1)

    for name in ("messaging", "tasks"):
        stack.parley(name, "rebuild")

    [task] = talk.anna.open_tasks(talk.thread_id)
    assert task == before
    talk.anna.writes(talk.thread_id, "Yes.")
    eventually(lambda: talk.anna.open_tasks(talk.thread_id) == [])
    assert len(talk.bob.messages(talk.thread_id)) == 2


def test_a_position_that_the_log_never_gave_is_refused_or_empty(stack: Stack, talk: Conversation) -> None:
    beyond = 2**50

    assert stack.parley("events", "tail", "--after", str(beyond)) == ""
    stack.parley("events", "show", str(beyond), exit_code=2)

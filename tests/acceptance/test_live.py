"""The live stream: in order, without gap and without repeat, also for who was away."""

from itertools import pairwise

from tests.acceptance.portal import Listener
from tests.acceptance.world import Conversation


def bodies(ear: Listener) -> list[str]:
    return [event.data["body"] for event in ear.events if event.type == "message.posted"]


def test_who_was_away_is_told_what_happened_meanwhile_and_then_goes_on(talk: Conversation) -> None:
    with talk.anna.listens() as ear:
        first = talk.bob.writes(talk.thread_id, "1")
        ear.until_message(first)
        ear.until(lambda event: event.type == "task.opened")
    last_heard = ear.events[-1].id
    missed = [talk.bob.writes(talk.thread_id, body) for body in ("2", "3", "4")]

    with talk.anna.listens(last_event_id=last_heard) as ear:
        ear.until_message(missed[-1])
        live = talk.bob.writes(talk.thread_id, "5")
        ear.until_message(live)

    assert bodies(ear) == ["2", "3", "4", "5"]


def test_reconnecting_again_and_again_during_a_burst_loses_and_repeats_nothing(talk: Conversation) -> None:
    with talk.anna.listens() as ear:
        start = talk.bob.writes(talk.thread_id, "start")
        ear.until_message(start)
    heard = [event.id for event in ear.events]
    seen: list[str] = []

    for turn in range(8):
        written = [talk.bob.writes(talk.thread_id, f"{turn}.{number}") for number in range(5)]
        with talk.anna.listens(last_event_id=heard[-1]) as ear:
            # Leaves in the middle of what is being caught up, on purpose: the rest must come next time.
            ear.until(lambda event: event.type == "message.posted")
            if turn == 7:
                ear.until_message(written[-1])
        heard += [event.id for event in ear.events]
        seen += bodies(ear)

    assert seen == [f"{turn}.{number}" for turn in range(8) for number in range(5)]
    assert all(earlier < later for earlier, later in pairwise(heard))


def test_both_sides_hear_the_same_conversation_in_the_same_order(talk: Conversation) -> None:
    with talk.anna.listens() as annas_ear, talk.bob.listens() as bobs_ear:
        for number in range(6):
            speaker = talk.bob if number % 2 == 0 else talk.anna
            last = speaker.writes(talk.thread_id, str(number))
        annas_ear.until_message(last)
        bobs_ear.until_message(last)

    assert bodies(annas_ear) == bodies(bobs_ear) == [str(number) for number in range(6)]

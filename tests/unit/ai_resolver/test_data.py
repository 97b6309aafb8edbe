"""The labelled data: stories stay in one part, and what may be measured was not learnt."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from services.ai_resolver.decider.languages import SUPPORTED
from services.ai_resolver.handlers.evaluating import read_items

FOLDER = Path(__file__).parents[2] / "evaluation" / "ai_resolver"
PARTS = ("train", "dev", "test", "reply_expected_dev")


def lines(part: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]


def bursts(part: str) -> set[tuple[str, str, tuple[str, ...]]]:
    items, broken = read_items((FOLDER / f"{part}.jsonl").read_text(encoding="utf-8").splitlines())
    assert broken == []
    return {
        (item.lang, re.sub(r"\W+", " ", burst.text.casefold()).strip(), item.attachments)
        for item in items
        if (burst := item.burst()) is not None
    }


def test_a_story_is_in_one_part_only() -> None:
    stories = Counter(story for part in PARTS[:3] for story in {line["story"] for line in lines(part)})

    assert [story for story, count in stories.items() if count > 1] == []


def test_no_burst_of_the_test_part_stands_in_another() -> None:
    known = bursts("train") | bursts("dev") | bursts("reply_expected_dev")

    assert bursts("test") & known == set()


def test_the_test_part_is_large_enough_to_tell() -> None:
    counts = Counter(line["expected"] for line in lines("test"))

    assert counts["concluded"] >= 300
    assert counts["reply_expected"] >= 300


def test_the_test_part_has_what_is_worst_to_get_wrong_in_every_language() -> None:
    wanted = {"injection": 60, "attachment": 40, "promise": 40, "absence": 40}
    items = [line for line in lines("test") if line["category"] in wanted]

    counts = Counter(item["category"] for item in items)
    assert {name: counts[name] for name in wanted if counts[name] < wanted[name]} == {}
    assert {(item["category"], item["lang"]) for item in items} == {
        (category, language) for category in wanted for language in SUPPORTED
    }

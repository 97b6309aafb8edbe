"""The labelled data: stories stay in one part, and what may be measured was not learnt."""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

from services.ai_resolver.handlers.evaluating import read_items

FOLDER = Path(__file__).parents[2] / "evaluation" / "ai_resolver"
PARTS = ("train", "dev", "test", "reply_expected_dev")


def lines(part: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()]


def bursts(part: str) -> set[tuple[str, str]]:
    items, broken = read_items((FOLDER / f"{part}.jsonl").read_text(encoding="utf-8").splitlines())
    assert broken == []
    return {
        (item.lang, re.sub(r"\W+", " ", burst.text.casefold()).strip())
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

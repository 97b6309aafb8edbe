"""When the local stack's scheduler starts which verb."""

import json
import sys
import threading
from pathlib import Path

import pytest

from shared import scheduler
from shared.scheduler import Schedule, ScheduledVerb
from shared.settings import Settings

OFTEN = ScheduledVerb(("notifier", "daily-summary"), every_seconds=10)
SELDOM = ScheduledVerb(("notifier", "weekly-overdue"), every_seconds=25)


def test_each_verb_comes_one_interval_after_the_start_and_then_again() -> None:
    schedule = Schedule([OFTEN, SELDOM], now=0)

    assert [schedule.take_due(now) for now in (9.9, 10, 19, 21, 25, 31)] == [
        [],
        [OFTEN],
        [],
        [OFTEN],
        [SELDOM],
        [OFTEN],
    ]


def test_it_says_how_long_nothing_is_due() -> None:
    schedule = Schedule([OFTEN, SELDOM], now=0)

    assert schedule.seconds_until_next(4) == 6
    assert schedule.seconds_until_next(100) == 0
    assert Schedule([], now=0).seconds_until_next(0) is None


def test_a_verb_that_fails_is_logged_with_its_last_words(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    verb = ScheduledVerb(("no-such-group",), every_seconds=1)
    assert Path(sys.executable).exists()

    scheduler._run(verb, Settings(home=tmp_path), threading.Event())

    [line] = [each for each in caplog.records if each.__dict__.get("action") == "scheduled_verb"]
    assert line.levelname == "ERROR"
    assert "no-such-group" in json.dumps(line.__dict__["error"])

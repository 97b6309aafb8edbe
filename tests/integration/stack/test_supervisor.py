"""The supervisor starts again what ends, later each time."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.child_process import Command
from shared.stack_state import ProcessReport
from shared.supervisor import Supervisor
from shared.testing import eventually

_ENVIRONMENT = {"PATH": os.environ["PATH"]}
_SLEEP = Command(argv=("sleep", "600"), environment=_ENVIRONMENT)
_FAIL = Command(argv=("sh", "-c", "echo no luck; exit 3"), environment=_ENVIRONMENT)


class Watch:
    """A supervisor with one process named `it`, and what it complained of."""

    def __init__(self, logs: Path) -> None:
        self.complaints: list[str] = []
        self.supervisor = Supervisor(logs, self.complaints.append)

    def report(self) -> ProcessReport:
        self.supervisor.tend()
        (report,) = self.supervisor.reports()
        return report

    def until(self, state: str) -> ProcessReport:
        return eventually(lambda: (report := self.report()).state == state and report) or self.report()


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    watch = Watch(tmp_path)
    yield watch
    watch.supervisor.stop(["it"], within=5)


def test_a_process_is_running_when_it_says_that_it_is_ready(watch: Watch, tmp_path: Path) -> None:
    door = tmp_path / "open"
    watch.supervisor.start("it", _SLEEP, door.exists)
    assert watch.report().state == "starting"

    door.touch()

    assert watch.until("running").restarts == 0


def test_a_process_that_was_killed_is_started_again(watch: Watch) -> None:
    watch.supervisor.start("it", _SLEEP, lambda: True)
    first = watch.until("running").identity
    assert first is not None

    os.kill(first.pid, 9)

    eventually(lambda: watch.report().restarts == 1)
    second = watch.until("running").identity
    assert second is not None
    assert second.pid != first.pid
    assert first.find() is None


def test_a_process_that_keeps_failing_is_complained_of_with_its_last_words(watch: Watch) -> None:
    watch.supervisor.start("it", _FAIL, lambda: True)

    eventually(lambda: watch.report() and watch.complaints)

    assert "it keeps failing" in watch.complaints[0]
    assert "no luck" in watch.complaints[0]
    assert watch.report().state == "waiting"
    assert not watch.supervisor.are_ready()


def test_what_was_stopped_is_not_started_again(watch: Watch) -> None:
    watch.supervisor.start("it", _SLEEP, lambda: True)
    identity = watch.until("running").identity
    assert identity is not None

    watch.supervisor.stop(["it"], within=5)
    watch.supervisor.tend()

    assert identity.find() is None
    assert watch.supervisor.reports() == ()

"""How many e-mails go out at the same time, and how many per second."""

import threading

import pytest

from services.notifier.handlers.pacing import Pace, Senders


def test_places_lie_as_far_apart_as_the_limit_says_whoever_takes_them() -> None:
    now = 100.0
    pace = Pace(4, now=lambda: now)

    assert [pace.take() for _ in range(3)] == [0.0, 0.25, 0.5]
    now = 110.0
    assert [pace.take() for _ in range(2)] == [0.0, 0.25]


def test_without_a_limit_nobody_waits() -> None:
    assert [Pace(0).take() for _ in range(3)] == [0.0] * 3


class Waits:
    """Runs until it is told to stop."""

    def __init__(self) -> None:
        self.stopped = False

    def run(self, stop: threading.Event) -> None:
        stop.wait()
        self.stopped = True


class Fails:
    """Fails at once."""

    def run(self, stop: threading.Event) -> None:
        raise RuntimeError("broken")


def test_senders_run_together_and_stop_together() -> None:
    stop, first, second = threading.Event(), Waits(), Waits()
    stop.set()

    Senders((first, second)).run(stop)

    assert first.stopped
    assert second.stopped


def test_one_that_fails_takes_the_others_down() -> None:
    other = Waits()

    with pytest.raises(RuntimeError, match="broken"):
        Senders((other, Fails())).run(threading.Event())

    assert other.stopped

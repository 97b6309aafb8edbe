"""Requests of several threads are carried out in groups, and none of them is lost with another."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from shared.eventlog.protocol import LogUnavailable
from shared.eventlog.together import Together
from shared.testing import eventually


class Doubling:
    """Answers each number with its double, and does not go on while it is held."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def __call__(self, numbers: Sequence[int]) -> list[int]:
        self.groups.append(list(numbers))
        assert self.go_on.wait(30)
        if 13 in numbers:
            raise ValueError("unlucky")
        if 404 in numbers:
            raise LogUnavailable("away")
        return [number * 2 for number in numbers]


@contextmanager
def asked_while_one_is_under_way(
    together: Together[int, int], doubling: Doubling, numbers: Sequence[int]
) -> Any:
    """Give the futures of 1, which is under way until the block ends, and of numbers that wait for it."""
    doubling.go_on.clear()
    with ThreadPoolExecutor(len(numbers) + 1) as pool:
        try:
            futures = [pool.submit(together.ask, 1)]
            eventually(lambda: doubling.groups)
            for number in numbers:
                futures.append(pool.submit(together.ask, number))
                eventually(lambda: together.waiting == len(futures) - 1)
            yield futures
        finally:
            doubling.go_on.set()


def answers(futures: Sequence[Future[int]]) -> list[int]:
    return [future.result(timeout=30) for future in futures]


def test_one_who_asks_alone_is_served_at_once() -> None:
    doubling = Doubling()
    together = Together(doubling)

    assert [together.ask(1), together.ask(2)] == [2, 4]
    assert doubling.groups == [[1], [2]]


def test_those_who_ask_meanwhile_are_served_together() -> None:
    doubling = Doubling()
    together = Together(doubling)

    with asked_while_one_is_under_way(together, doubling, [2, 3, 4]) as futures:
        pass

    assert answers(futures) == [2, 4, 6, 8]
    assert doubling.groups == [[1], [2, 3, 4]]


def test_two_requests_of_a_key_never_share_a_group() -> None:
    doubling = Doubling()
    together = Together(doubling, key=lambda number: number % 2)

    with asked_while_one_is_under_way(together, doubling, [2, 4, 3]) as futures:
        pass

    assert answers(futures) == [2, 4, 8, 6]
    assert doubling.groups == [[1], [2, 3], [4]]


def test_a_group_has_a_largest_size() -> None:
    doubling = Doubling()
    together = Together(doubling, most=2)

    with asked_while_one_is_under_way(together, doubling, [2, 3, 4]) as futures:
        pass

    assert answers(futures) == [2, 4, 6, 8]
    assert doubling.groups == [[1], [2, 3], [4]]


def test_one_that_fails_fails_alone() -> None:
    doubling = Doubling()
    together = Together(doubling)

    with asked_while_one_is_under_way(together, doubling, [2, 13, 4]) as (one, two, unlucky, four):
        pass

    assert answers([one, two, four]) == [2, 4, 8]
    with pytest.raises(ValueError, match="unlucky"):
        unlucky.result(timeout=30)
    assert together.ask(5) == 10


def test_a_failure_when_alone_reaches_who_asked_and_nobody_waits_for_ever() -> None:
    doubling = Doubling()
    together = Together(doubling)

    with pytest.raises(ValueError, match="unlucky"):
        together.ask(13)

    assert together.ask(2) == 4


def test_a_log_that_is_away_is_so_for_the_whole_group_and_asked_no_more_for_each() -> None:
    doubling = Doubling()
    together = Together(doubling)

    with asked_while_one_is_under_way(together, doubling, [2, 404]) as (one, *others):
        pass

    assert answers([one]) == [2]
    for other in others:
        with pytest.raises(LogUnavailable, match="away"):
            other.result(timeout=30)
    assert doubling.groups == [[1], [2, 404]]
    assert together.ask(3) == 6


def test_nobody_waits_for_ever_behind_one_that_hangs() -> None:
    doubling = Doubling()
    together = Together(doubling, seconds_to_wait=0.01)

    with asked_while_one_is_under_way(together, doubling, []) as (one,):
        with pytest.raises(LogUnavailable, match="in time"):
            together.ask(2)
        assert together.waiting == 0

    assert answers([one]) == [2]
    assert together.ask(3) == 6
    assert doubling.groups == [[1], [3]]


class Ended(BaseException):
    """As a green thread is ended in the middle of a wait."""


class EndedWait(threading.Event):
    """An event whose waiter is ended once its wait has begun and `first` was called."""

    def __init__(self, first: Callable[[], object]) -> None:
        super().__init__()
        self._first = first

    def wait(self, timeout: float | None = None) -> bool:
        del timeout
        self._first()
        raise Ended


@pytest.mark.parametrize("has_turn", [False, True], ids=["while it waits", "when the turn was given to it"])
def test_a_thread_that_is_ended_takes_no_turn_with_it(
    monkeypatch: pytest.MonkeyPatch, *, has_turn: bool
) -> None:
    doubling = Doubling()
    together = Together(doubling)

    with asked_while_one_is_under_way(together, doubling, []) as (one,):

        def release_the_first() -> None:
            if has_turn:
                doubling.go_on.set()
                one.result(timeout=30)

        with monkeypatch.context() as patch:
            patch.setattr("shared.eventlog.together.threading.Event", lambda: EndedWait(release_the_first))
            with pytest.raises(Ended):
                together.ask(2)

    assert answers([one]) == [2]
    assert together.ask(3) == 6
    assert doubling.groups == [[1], [3]]

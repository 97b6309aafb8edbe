"""
Doing together what several threads ask for at the same time.

One who asks while nothing is under way is served at once. Whoever asks meanwhile waits for that to end, and
is then served together with all others who waited: the busier a process is, the less each of its requests
costs the database. This is what databases call group commit.
"""

import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Generic, TypeVar

from shared.eventlog.protocol import LogUnavailable

Q = TypeVar("Q")
A = TypeVar("A")


class _Asked(Generic[Q, A]):
    """One request; `told` is set once its group is done, answered or not, or once it has the turn."""

    __slots__ = ("answers", "failure", "has_turn", "request", "told")

    def __init__(self, request: Q) -> None:
        self.request = request
        self.answers: list[A] = []
        self.failure: LogUnavailable | None = None
        self.has_turn = False
        self.told = threading.Event()


class Together(Generic[Q, A]):
    """
    Carries out requests in groups by calling `carry_out`, which answers one for one.

    Two requests of the same `key` never share a group. Safe to share between threads, also green ones.
    """

    def __init__(
        self,
        carry_out: Callable[[Sequence[Q]], Sequence[A]],
        *,
        key: Callable[[Q], Hashable] = id,
        most: int = 64,
        seconds_to_wait: float = 10,
    ) -> None:
        self._carry_out = carry_out
        self._key = key
        self._most = most
        self._seconds_to_wait = seconds_to_wait
        self._lock = threading.Lock()
        self._waiting: list[_Asked[Q, A]] = []
        self._under_way = False

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        with self._lock:
            return len(self._waiting)

    def ask(self, request: Q) -> A:
        """
        Return the answer to the request, alone or in a group.

        Raises what carrying it out by itself raises: where a group fails, each of its requests is carried out
        once more by itself, so it must be harmless to repeat. Only LogUnavailable is raised for all of a
        group, and for those who have waited too long; of their requests nothing can be said.
        """
        if self._take_free_turn():
            try:
                return self._carry_out([request])[0]
            finally:
                self._pass_turn_on()
        asked: _Asked[Q, A] = _Asked(request)
        with self._lock:
            self._waiting.append(asked)
            asked.has_turn, self._under_way = not self._under_way, True
        if not asked.has_turn:
            self._wait(asked)
        if asked.has_turn:
            self._take_turn()
        if asked.failure is not None:
            raise LogUnavailable(str(asked.failure)) from asked.failure
        if not asked.answers:
            asked.answers += self._carry_out([request])
        return asked.answers[0]

    def _take_free_turn(self) -> bool:
        with self._lock:
            taken, self._under_way = not self._under_way, True
            return taken

    def _wait(self, asked: _Asked[Q, A]) -> None:
        in_time = False
        try:
            in_time = asked.told.wait(self._seconds_to_wait)
        finally:
            # Too late, or the thread is being ended: a turn that was given to it must not end with it.
            if not in_time:
                self._withdraw(asked)
        if not in_time:
            raise LogUnavailable("the log does not answer in time")

    def _withdraw(self, asked: _Asked[Q, A]) -> None:
        with self._lock:
            if asked in self._waiting:
                self._waiting.remove(asked)
        if asked.has_turn:
            self._pass_turn_on()

    def _take_turn(self) -> None:
        group = self._next_group()
        try:
            answers = self._carry_out([each.request for each in group])
        except LogUnavailable as failure:
            for each in group:
                each.failure = failure
        except Exception:
            if len(group) == 1:
                raise
            # Whose fault it was, each of them finds out by itself.
        else:
            for each, answer in zip(group, answers, strict=True):
                each.answers.append(answer)
        finally:
            self._pass_turn_on()
            for each in group:
                each.told.set()

    def _next_group(self) -> list[_Asked[Q, A]]:
        """Take those who wait, in the order they came, the caller being the first of them."""
        with self._lock:
            group: dict[Hashable, _Asked[Q, A]] = {}
            for each in self._waiting:
                if len(group) < self._most:
                    group.setdefault(self._key(each.request), each)
            taken = list(group.values())
            self._waiting = [each for each in self._waiting if each not in taken]
            return taken

    def _pass_turn_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].has_turn = True
                self._waiting[0].told.set()
            else:
                self._under_way = False

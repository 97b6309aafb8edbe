"""How often a judge is right, on items somebody has labelled."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import exp, lgamma, log, log1p
from typing import Literal
from uuid import NAMESPACE_OID, uuid5

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from services.ai_resolver.decider.bursts import Burst, Message, last_burst
from services.ai_resolver.handlers.judging import Judge, Judgement
from shared.contracts.messaging import SenderRole

Expected = Literal["concluded", "reply_expected"]

LEVEL = 0.95
_ALL = "all"
# Bursts of an evaluation happened at no time in particular.
_SOME_TIME = datetime(2026, 1, 1, tzinfo=UTC)


class Said(BaseModel):
    model_config = ConfigDict(frozen=True)
    role: SenderRole
    text: str


class Item(BaseModel):
    """
    A thread and what a person says of its end. `attachments` are file names on the last message; `category`
    and `story` are for reports and for splitting.
    """

    model_config = ConfigDict(frozen=True)
    id: str
    lang: str
    thread: tuple[Said, ...] = Field(min_length=1)
    expected: Expected
    attachments: tuple[str, ...] = ()
    category: str = "none"
    story: str = ""

    def burst(self) -> Burst | None:
        last = len(self.thread) - 1
        return last_burst(
            [
                Message(
                    id=uuid5(NAMESPACE_OID, f"{self.id}:{index}"),
                    version=index + 2,
                    role=said.role,
                    body=said.text,
                    attachments=self.attachments if index == last else (),
                    time=_SOME_TIME,
                )
                for index, said in enumerate(self.thread)
            ]
        )


@dataclass(frozen=True, slots=True)
class BrokenLine:
    number: int
    problem: str


def read_items(lines: Iterable[str]) -> tuple[list[Item], list[BrokenLine]]:
    """Return the items of a JSON Lines file, and the lines that hold none with the reason why."""
    items: list[Item] = []
    broken: list[BrokenLine] = []
    seen: set[str] = set()
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            item = Item.model_validate(json.loads(line))
        except json.JSONDecodeError as error:
            broken.append(BrokenLine(number, f"no JSON: {error.msg} at column {error.colno}"))
            continue
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the line"
            broken.append(BrokenLine(number, f"{where}: {first['msg']}"))
            continue
        if item.id in seen:
            broken.append(BrokenLine(number, f"id: {item.id!r} has been used above"))
            continue
        if item.burst() is None:
            broken.append(BrokenLine(number, "thread: nobody but the platform speaks"))
            continue
        seen.add(item.id)
        items.append(item)
    return items, broken


@dataclass(frozen=True, slots=True)
class Judged:
    item: Item
    judgement: Judgement

    @property
    def is_wrong(self) -> bool:
        return (self.judgement.outcome == "concluded") != (self.item.expected == "concluded")

    @property
    def is_false_resolve(self) -> bool:
        return self.judgement.outcome == "concluded" and self.item.expected != "concluded"


@dataclass(slots=True)
class Table:
    """
    A confusion table. "Positive" is "concluded": a false positive closes a task that somebody waits on.
    """

    counts: Counter[tuple[Expected, bool]] = field(default_factory=Counter)

    def add(self, judged: Judged) -> None:
        self.counts[judged.item.expected, judged.judgement.outcome == "concluded"] += 1

    @property
    def true_resolves(self) -> int:
        return self.counts["concluded", True]

    @property
    def false_resolves(self) -> int:
        return self.counts["reply_expected", True]

    @property
    def missed(self) -> int:
        return self.counts["concluded", False]

    @property
    def left_open(self) -> int:
        return self.counts["reply_expected", False]

    def precision(self) -> "Share":
        return Share(self.true_resolves, self.true_resolves + self.false_resolves)

    def recall(self) -> "Share":
        return Share(self.true_resolves, self.true_resolves + self.missed)

    def false_rate(self) -> "Share":
        return Share(self.false_resolves, self.false_resolves + self.left_open)


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, with the exact (Clopper-Pearson) bounds of what it may be in truth."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        return self.hits / self.of if self.of else None

    def bounds(self, level: float = LEVEL) -> tuple[float, float]:
        if not self.of:
            return (0.0, 1.0)
        tail = (1 - level) / 2
        low = 0.0 if self.hits == 0 else _bisect(lambda p: 1 - _at_most(self.hits - 1, self.of, p) < tail)
        high = 1.0 if self.hits == self.of else _bisect(lambda p: _at_most(self.hits, self.of, p) > tail)
        return (low, high)


def _bisect(below: Callable[[float], bool]) -> float:
    """Return where `below`, true for small shares and false for large ones, changes."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if below(middle) else (low, middle)
    return (low + high) / 2


def _at_most(hits: int, of: int, share: float) -> float:
    """Return the probability of at most that many hits."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if hits >= of else 0.0
    return sum(
        exp(lgamma(of + 1) - lgamma(k + 1) - lgamma(of - k + 1) + k * log(share) + (of - k) * log1p(-share))
        for k in range(hits + 1)
    )


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was judged; tables by language and by category."""

    judged: tuple[Judged, ...]

    @property
    def total(self) -> Table:
        return self._tables(lambda _: _ALL)[_ALL] if self.judged else Table()

    @property
    def by_language(self) -> dict[str, Table]:
        return self._tables(lambda item: item.lang)

    @property
    def by_category(self) -> dict[str, Table]:
        return self._tables(lambda item: item.category)

    @property
    def false_resolves(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.is_false_resolve]

    @property
    def undecided(self) -> dict[str, int]:
        """How many could not be judged, by reason; they count as left open."""
        reasons = (each.judgement.reason for each in self.judged if each.judgement.outcome == "undecided")
        return dict(Counter(reasons).most_common())

    @property
    def wrong(self) -> list[Judged]:
        """Every wrong item, those first that would have closed a task somebody waits on."""
        return sorted(
            (judged for judged in self.judged if judged.is_wrong), key=lambda j: not j.is_false_resolve
        )

    def is_under(self, precision: float) -> bool:
        """
        Say whether the judge stays under the bar; one that concluded nothing has no precision and does too.
        """
        value = self.total.precision().value
        return value is None or value < precision

    def _tables(self, key: Callable[[Item], str]) -> dict[str, Table]:
        tables: dict[str, Table] = {}
        for judged in self.judged:
            tables.setdefault(key(judged.item), Table()).add(judged)
        return dict(sorted(tables.items()))


def evaluate(items: Sequence[Item], judge: Judge) -> Iterator[Judged]:
    """Judge each item, as if its company had allowed the model that is configured."""
    for item in items:
        burst = item.burst()
        if burst is not None:
            yield Judged(item, judge.judge(burst, may_leave=True))

"""The run of a night: every open chat task whose night has come is looked at once."""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from services.ai_resolver import queries
from services.ai_resolver.commands import GiveVerdict
from services.ai_resolver.decider.bursts import Burst, last_burst
from services.ai_resolver.decider.candidates import (
    Company,
    OwedThread,
    at_most,
    brake,
    candidate_gate,
    effective_mode,
    night_before,
)
from services.ai_resolver.decider.verdicts import is_settled
from services.ai_resolver.handlers.judging import Judge, Judgement
from services.ai_resolver.handlers.subscribing import Desk
from services.ai_resolver.handlers.threads import LOOK_BACK, THREAD, messages_of, names_in
from shared.contracts.ai_resolver import GateResult, Mode
from shared.contracts.envelope import RecordedEvent, Stream
from shared.contracts.messaging import MessagePosted, ThreadClosed
from shared.db import DatabaseConnection
from shared.eventlog.protocol import EventLog

_PORTION = 100
_EXPERIENCE = timedelta(days=30)
# What another night does not mend: somebody has to look at the settings.
TO_BE_MENDED = frozenset({"model_no_such_model", "model_not_allowed", "model_refused"})
# Another night will do as well, and an event for each would tell nothing.
_NOT_WORTH_AN_EVENT = frozenset({"model_budget_spent", "model_circuit_open"})

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """
    When something may be judged. `at_once` looks at what is open now, whatever the hour. Beyond `brake_rate`,
    the share of closed tasks that people bring back, nothing is closed, whatever a company wants.
    """

    installation_mode: Mode
    minimum_age: timedelta
    at_once: bool = False
    brake_rate: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What came of one thread; `verdict` is what would be recorded, or was."""

    thread_id: UUID
    reason: str
    verdict: GiveVerdict | None
    recorded: bool


@dataclass(slots=True)
class Summary:
    """What a run did, in figures."""

    reasons: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    closing: int = 0
    tokens: int = 0

    def add(self, looked: Looked) -> None:
        self.reasons[looked.reason] += 1
        if looked.verdict is not None:
            self.outcomes[looked.verdict.outcome] += 1
            if looked.verdict.outcome == "concluded" and looked.verdict.mode == "live":
                self.closing += 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ripe:
    """A burst that passed the first gate, with all that its verdict will say beside the judgement."""

    owed: OwedThread
    burst: Burst
    last_event: RecordedEvent
    result: GateResult
    mode: Mode
    night: datetime
    may_leave: bool


class NightRun:
    """
    Looks at every open chat task once and records a verdict on each burst whose night has come.

    Safe to run twice, late, or on two machines at once: a verdict is decided on the stream of the thread's
    verdicts. Whatever goes wrong with a thread leaves its tasks open.
    """

    def __init__(
        self, *, log: EventLog, connection: DatabaseConnection, judge: Judge, rules: Rules, desk: Desk
    ) -> None:
        self._log = log
        self._connection = connection
        self._judge = judge
        self._rules = rules
        self._desk = desk
        self._limit: Mode = "live"

    def limit(self, now: datetime) -> Mode:
        """Return the boldest mode that the objections of the last weeks allow."""
        lived = [
            each for each in queries.rates(self._connection, since=now - _EXPERIENCE) if each.mode == "live"
        ]
        return brake(
            closed=sum(each.concluded for each in lived),
            brought_back=sum(each.disputed for each in lived),
            rate=self._rules.brake_rate,
        )

    def count(self, now: datetime) -> int:
        """Return how many threads will be looked at."""
        return queries.count_candidates(self._connection, before=self._ripe_at_the_latest(now))

    def run(self, now: datetime, *, dry: bool, workers: int = 1) -> Iterator[Looked]:
        """Look at every thread in which answers are owed; record verdicts unless it is a dry run."""
        after: UUID | None = None
        self._limit = self.limit(now)
        while True:
            portion = queries.candidates(
                self._connection, before=self._ripe_at_the_latest(now), after=after, limit=_PORTION
            )
            if not portion:
                return
            after = portion[-1].thread_id
            yield from self._look_at(portion, now, dry=dry, workers=workers)
            if len(portion) < _PORTION:
                return

    def _ripe_at_the_latest(self, now: datetime) -> datetime:
        return now if self._rules.at_once else now - self._rules.minimum_age

    def _look_at(
        self, portion: Sequence[OwedThread], now: datetime, *, dry: bool, workers: int
    ) -> Iterator[Looked]:
        known = queries.companies(self._connection, {id_ for owed in portion for id_ in owed.company_ids})
        threads = self._read_threads(portion)
        ripe: list[_Ripe] = []
        for owed in portion:
            found = self._first_gate(owed, threads[owed.thread_id], known, now)
            if isinstance(found, _Ripe):
                ripe.append(found)
            else:
                yield Looked(thread_id=owed.thread_id, reason=found, verdict=None, recorded=False)
        for each, judgement in zip(ripe, self._judged(ripe, workers), strict=True):
            yield self._conclude(each, judgement, now, dry=dry)

    def _read_threads(self, portion: Iterable[OwedThread]) -> dict[UUID, list[RecordedEvent]]:
        """Return the end of each thread: its open tasks' messages and some of what was said before."""
        after = {Stream(THREAD, owed.thread_id): max(0, owed.first_version - LOOK_BACK) for owed in portion}
        threads: dict[UUID, list[RecordedEvent]] = {stream.id: [] for stream in after}
        for event in self._log.read_streams(after):
            threads[event.stream.id].append(event)
        return threads

    def _first_gate(
        self, owed: OwedThread, events: Sequence[RecordedEvent], known: Mapping[UUID, Company], now: datetime
    ) -> "_Ripe | str":
        """Return the burst if it may be judged now, or the code of why not."""
        companies = [known[id_] for id_ in owed.company_ids if id_ in known]
        if len(companies) < len(owed.company_ids):
            return "company_unknown"
        mode = at_most(effective_mode(companies, self._rules.installation_mode), self._limit)
        if mode == "off":
            return "switched_off"
        night = now if self._rules.at_once else min(night_before(now, each.time_zone) for each in companies)
        burst = last_burst(messages_of(events))
        result = candidate_gate(
            owed,
            burst,
            closed=any(isinstance(event.data, ThreadClosed) for event in events),
            ripe_before=night if self._rules.at_once else night - self._rules.minimum_age,
        )
        if not result.passed or burst is None:
            return f"candidate_{result.reason}"
        if self._judge.model is not None:
            burst = replace(burst, names=names_in(self._log, events))
        last_event = next(event for event in events if event.version == burst.last.version)
        ripe = _Ripe(
            owed=owed,
            burst=burst,
            last_event=last_event,
            result=result,
            mode=mode,
            night=night,
            may_leave=all(each.remote_model for each in companies),
        )
        key = (burst.last.version, *self._judge.judged_by(may_leave=ripe.may_leave), mode)
        return (
            "judged_before"
            if is_settled(key, self._desk.verdicts.load(owed.thread_id).state, night)
            else ripe
        )

    def _judged(self, ripe: Sequence[_Ripe], workers: int) -> Iterator[Judgement]:
        """Judge each burst, so many at a time; what is judged is recorded while the next are being judged."""
        if workers == 1 or len(ripe) < 2:  # noqa: PLR2004 - one needs no company
            yield from (self._judge_one(each) for each in ripe)
            return
        with ThreadPoolExecutor(workers) as pool:
            yield from pool.map(self._judge_one, ripe)

    def _judge_one(self, ripe: _Ripe) -> Judgement:
        return self._judge.judge(ripe.burst, may_leave=ripe.may_leave)

    def _conclude(self, ripe: _Ripe, judgement: Judgement, now: datetime, *, dry: bool) -> Looked:
        command = _verdict(ripe, judgement, now)
        recorded = False
        if not dry and judgement.reason not in _NOT_WORTH_AN_EVENT:
            appended = self._desk.handle(command)
            recorded = appended is not None
            logger.info(
                "Judged whether a reply is still expected",
                extra={
                    "action": "verdict_given" if recorded else "verdict_not_needed",
                    "thread_id": str(command.thread_id),
                    "outcome": command.outcome,
                    "reason": command.reason,
                    "mode": command.mode,
                    "correlation_id": str(command.correlation_id),
                },
            )
        return Looked(
            thread_id=command.thread_id, reason=judgement.reason, verdict=command, recorded=recorded
        )


def _verdict(ripe: _Ripe, judgement: Judgement, now: datetime) -> GiveVerdict:
    message = ripe.last_event
    return GiveVerdict(
        thread_id=ripe.owed.thread_id,
        case_id=message.data.case_id if isinstance(message.data, MessagePosted) else None,
        subject=message.subject,
        thread_version=ripe.burst.last.version,
        side=ripe.owed.side,
        task_ids=ripe.owed.task_ids,
        company_ids=ripe.owed.company_ids,
        message_ids=tuple(each.id for each in ripe.burst.messages),
        last_message_event_id=message.id,
        outcome=judgement.outcome,
        mode=ripe.mode,
        reason=judgement.reason,
        results=(ripe.result, *judgement.results),
        label=judgement.label,
        language=judgement.language,
        model=judgement.model,
        prompt_version=judgement.prompt_version,
        classifier=judgement.classifier,
        threshold=judgement.threshold,
        sentence=judgement.sentence,
        night=ripe.night,
        at=now,
        correlation_id=uuid4(),
    )

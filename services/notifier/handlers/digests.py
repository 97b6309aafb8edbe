"""Summaries and reminders of tasks: who gets which, once a date, however often and late the run."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from services.notifier import decider, queries
from services.notifier.commands import DecideDigest
from services.notifier.decider import DigestState
from services.notifier.handlers import people
from services.notifier.handlers.rows import Pool, project_now
from services.notifier.queries import DigestCompany, DigestReader
from shared.checkpoint import Checkpoint
from shared.command_handling import Loaded
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import Side
from shared.contracts.notifier import DigestDecided, DigestKind
from shared.errors import Invalid
from shared.eventlog.protocol import Append, EventLog, VersionConflict

logger = logging.getLogger(__name__)

NAME = "notifier"
SIDES: dict[DigestKind, Side] = {
    "daily_summary": "partner",
    "weekly_overdue": "partner",
    "creditor_overdue": "creditor",
}
FARTHEST_AHEAD = timedelta(days=7)
FARTHEST_BACK = timedelta(days=366)
_TOGETHER = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestRequest:
    """
    What a run is to send: the summaries due at `now`, or those of `local_date`.

    With `dry_run` it is only said what would be sent.
    """

    kinds: Sequence[DigestKind]
    now: datetime
    local_date: date | None = None
    dry_run: bool = False


class Digester:
    """Decides summaries. Any number may run: each user gets one per kind and date."""

    def __init__(self, *, log: EventLog, pool: Pool) -> None:
        self._log = log
        self._pool = pool

    def run(self, request: DigestRequest) -> Iterator[DigestDecided]:
        """
        Decide every summary that the request asks for, and yield the decisions.

        Raises Invalid for a date more than a week ahead, which would silence its readers until then, or more
        than a year back.
        """
        if request.local_date is not None and request.now.date() - request.local_date > FARTHEST_BACK:
            raise Invalid(
                "date_too_old", f"{request.local_date} lies more than a year back: name a later date.", "date"
            )
        if request.local_date is not None and request.local_date - request.now.date() > FARTHEST_AHEAD:
            raise Invalid(
                "date_too_far",
                f"{request.local_date} lies more than a week ahead: summaries of that date would keep all"
                " earlier ones from being sent.",
                "date",
            )
        for kind in request.kinds:
            with self._pool.connection() as connection:
                known_up_to = Checkpoint(connection, NAME).read()
                companies = queries.companies_with_tasks(connection, SIDES[kind])
            for company in companies:
                yield from self._of_company(kind, company, request, known_up_to)

    def _of_company(
        self, kind: DigestKind, company: DigestCompany, request: DigestRequest, known_up_to: int
    ) -> list[DigestDecided]:
        due = _due(kind, company, request)
        if due is None:
            return []
        local_date, moment = due
        with self._pool.connection() as connection:
            tasks = queries.open_tasks(connection, company.company_id, known_up_to=known_up_to)
            readers = queries.digest_readers(connection, company.company_id, kind)
        commands = [
            (
                reader,
                DecideDigest(
                    kind=kind,
                    user_id=reader.user_id,
                    company_id=company.company_id,
                    local_date=local_date,
                    moment=moment,
                    tasks=tasks,
                    known_up_to=known_up_to,
                    since=reader.since,
                    now=request.now,
                ),
            )
            for reader in readers
        ]
        wanted = [
            (reader, each) for reader, each in commands if decider.decide_digest(each, reader.held.state)
        ]
        standings = people.standings(self._log, [reader.user_id for reader, _ in wanted])
        sendable = [
            (reader, command)
            for reader, command in wanted
            if standings[reader.user_id].reach(kind) == "reachable"
        ]
        if request.dry_run:
            return [
                decided
                for reader, command in sendable
                for decided in _data(decider.decide_digest(command, reader.held.state))
            ]
        appended = [event for few in _few(sendable) for event in self._decide_together(few)]
        if appended:
            project_now(appended, self._pool)
            logger.info(
                "Summaries decided",
                extra={
                    "action": "digests_decided",
                    "kind": kind,
                    "company_id": str(company.company_id),
                    "digests": len(appended),
                },
            )
        return _data(appended)

    def _decide_together(self, wanted: Sequence[tuple[DigestReader, DecideDigest]]) -> list[RecordedEvent]:
        """Append the decisions on the states in the tables, or where the log has gone on, on the log's."""
        outcomes = self._log.append_several(
            [
                Append(
                    decider.digest_stream(command.user_id, command.kind),
                    decider.decide_digest(command, reader.held.state),
                    reader.held.version,
                )
                for reader, command in wanted
            ]
        )
        appended: list[RecordedEvent] = []
        for (_, command), outcome in zip(wanted, outcomes, strict=True):
            if isinstance(outcome, VersionConflict):
                appended += self._decide_anew(command)
            elif not outcome.duplicate:
                # What had been there before is somebody else's to tell of.
                appended += outcome.events
        return appended

    def _decide_anew(self, command: DecideDigest) -> Sequence[RecordedEvent]:
        stream = decider.digest_stream(command.user_id, command.kind)
        while True:
            loaded = self._folded(stream)
            decided = decider.decide_digest(command, loaded.state)
            if not decided:
                return ()
            try:
                appended = self._log.append(stream, decided, expected=loaded.version)
            except VersionConflict:
                continue
            return () if appended.duplicate else appended.events

    def _folded(self, stream: Stream) -> Loaded[DigestState]:
        state, version = decider.initial_digest(), 0
        for event in self._log.read_stream(stream):
            state, version = decider.evolve_digest(state, event), event.version
        return Loaded(state, version)


def _few(
    wanted: Sequence[tuple[DigestReader, DecideDigest]],
) -> Iterator[Sequence[tuple[DigestReader, DecideDigest]]]:
    """Give as many at a time as may be appended together."""
    for start in range(0, len(wanted), _TOGETHER):
        yield wanted[start : start + _TOGETHER]


def _due(kind: DigestKind, company: DigestCompany, request: DigestRequest) -> tuple[date, datetime] | None:
    """
    Return the date of the summary that is due for people of the company, and the moment it became due.

    None where none is: before its hour, and on days off.
    """
    calendar = company.calendar
    today = request.local_date or calendar.local_date(request.now)
    find = decider.weekly_date if kind == "weekly_overdue" else decider.daily_date
    day = find(today, calendar.is_business_day)
    if day is None:
        return None
    moment = calendar.at(day, decider.DIGEST_TIME)
    if request.local_date is None and moment > request.now:
        return None
    return day, moment


def _data(events: Iterable[NewEvent | RecordedEvent]) -> list[DigestDecided]:
    return [event.data for event in events if isinstance(event.data, DigestDecided)]

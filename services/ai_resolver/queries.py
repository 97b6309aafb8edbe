"""Reads over the tables of ai_resolver."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.ai_resolver.decider.candidates import Company, OwedThread
from shared.contracts.ai_resolver import Mode
from shared.db import DatabaseConnection, load_queries

_QUERIES = load_queries("services.ai_resolver.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictRow:
    """A verdict by which a burst was called concluded."""

    id: UUID
    thread_id: UUID
    thread_version: int
    mode: Mode
    reason: str
    judged_at: datetime
    disputed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class DisputedRow:
    verdict_id: UUID
    thread_id: UUID
    thread_version: int
    language: str | None
    disputed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """How many bursts a mode judged, and how many of those closed people brought back."""

    mode: Mode
    concluded: int
    reply_expected: int
    undecided: int
    disputed: int

    @property
    def false_resolve_rate(self) -> float | None:
        return self.disputed / self.concluded if self.mode == "live" and self.concluded else None


def count_candidates(connection: DatabaseConnection, *, before: datetime) -> int:
    row = connection.execute(_QUERIES["count_candidates"], {"before": before}).fetchone()
    return row[0] if row else 0


def candidates(
    connection: DatabaseConnection, *, before: datetime, after: UUID | None, limit: int
) -> Sequence[OwedThread]:
    """Return the next threads by id, after that one, whose open tasks are all from before that instant."""
    rows = connection.execute(_QUERIES["candidates"], {"before": before, "after": after, "limit": limit})
    return [
        OwedThread(
            thread_id=thread_id,
            side=side,
            task_ids=tuple(task_ids),
            company_ids=tuple(dict.fromkeys(company_ids)),
            message_ids=tuple(message_ids),
            first_version=first,
            last_version=last,
            reopened=reopened,
        )
        for thread_id, side, task_ids, company_ids, message_ids, first, last, reopened in rows
    ]


def companies(connection: DatabaseConnection, ids: Collection[UUID]) -> Mapping[UUID, Company]:
    rows = connection.execute(_QUERIES["companies_by_id"], {"ids": list(ids)})
    return {
        id_: Company(id=id_, time_zone=time_zone, mode=mode, remote_model=remote_model)
        for id_, time_zone, mode, remote_model in rows
    }


def sample(
    connection: DatabaseConnection, *, since: datetime, until: datetime, seed: str, limit: int
) -> Sequence[VerdictRow]:
    """Return some of the verdicts `concluded`, the same ones for the same seed."""
    rows = connection.execute(
        _QUERIES["sample"], {"since": since, "until": until, "seed": seed, "limit": limit}
    )
    return [
        VerdictRow(
            id=id_,
            thread_id=thread_id,
            thread_version=version,
            mode=mode,
            reason=reason,
            judged_at=judged_at,
            disputed_at=disputed_at,
        )
        for id_, thread_id, version, mode, reason, judged_at, disputed_at in rows
    ]


def rates(connection: DatabaseConnection, *, since: datetime) -> Sequence[Rates]:
    rows = connection.execute(_QUERIES["rates"], {"since": since})
    return [
        Rates(mode=mode, concluded=concluded, reply_expected=open_, undecided=undecided, disputed=disputed)
        for mode, concluded, open_, undecided, disputed in rows
    ]


def disputed(connection: DatabaseConnection) -> Sequence[DisputedRow]:
    """Return every verdict that people objected to, the first one first."""
    rows = connection.execute(_QUERIES["disputed"])
    return [
        DisputedRow(
            verdict_id=id_, thread_id=thread_id, thread_version=version, language=language, disputed_at=at
        )
        for id_, thread_id, version, language, at in rows
    ]

"""Reads over the tables of surveys. `viewer` None is the platform; every other sees its own company's."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from services.surveys.decider.cadence import Cadence
from shared import page_cursors
from shared.business_calendar import Calendar
from shared.contracts.surveys import PrefilledEntry, SurveyPage, SurveyStatus, SurveyView
from shared.db import DatabaseConnection, load_queries
from shared.errors import Invalid, NotFound

LONGEST_PAGE = 200
_QUERIES = load_queries("services.surveys.sql")
_PAST_EVERYTHING = 2**63 - 1
_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class ActiveCase:
    """A case that surveys are asked for; `last_month` is what its engagement was asked for last."""

    id: UUID
    partner_id: UUID
    engagement_id: UUID
    activated_at: datetime
    last_month: str | None


@dataclass(frozen=True, slots=True)
class Partner:
    calendar: Calendar
    cadence: Cadence


def active_cases(connection: DatabaseConnection, *, portion: int) -> Iterator[list[ActiveCase]]:
    """Return all active cases in portions, by id; each portion is read when it is asked for."""
    after = _NOBODY
    while rows := connection.execute(_QUERIES["active_cases"], {"after": after, "limit": portion}).fetchall():
        cases = [ActiveCase(*row) for row in rows]
        yield cases
        after = cases[-1].id


def count_active_cases(connection: DatabaseConnection) -> int:
    row = connection.execute(_QUERIES["count_active_cases"]).fetchone()
    return int(row[0]) if row else 0


def partners(connection: DatabaseConnection, ids: Collection[UUID]) -> dict[UUID, Partner]:
    """Return calendar and cadence of these companies; unknown ones are absent."""
    rows = connection.execute(_QUERIES["partners_by_id"], {"ids": list(ids)}).fetchall()
    return {
        id_: Partner(
            Calendar(
                country=country,
                subdivision=subdivision,
                time_zone=time_zone,
                observes_holidays=observes_holidays,
            ),
            Cadence(mode or 0, day),
        )
        for id_, country, subdivision, time_zone, observes_holidays, mode, day in rows
    }


def overdue_surveys(connection: DatabaseConnection, *, now: datetime) -> list[tuple[UUID, UUID]]:
    """Return the open surveys past their deadline with their cases, the latest first."""
    rows = connection.execute(_QUERIES["overdue_surveys"], {"now": now}).fetchall()
    return [(row[0], row[1]) for row in rows]


def case_of(connection: DatabaseConnection, survey_id: UUID, *, viewer: UUID | None) -> UUID:
    """Return the case that the survey is about. Raises NotFound where the viewer may not know of it."""
    case_id: UUID = _survey(connection, survey_id, viewer)["case_id"]
    return case_id


def get_survey(
    connection: DatabaseConnection, survey_id: UUID, *, viewer: UUID | None, now: datetime
) -> SurveyView:
    """Return the survey, for its partner with draft and known entries. Raises NotFound."""
    row = _survey(connection, survey_id, viewer)
    known: tuple[PrefilledEntry, ...] = ()
    if row["status"] == "open":
        known = tuple(
            PrefilledEntry(**entry)
            for entry in _fetch(
                connection,
                "known_since_last_update",
                {"case_id": row["case_id"], "engagement_id": row["engagement_id"]},
            )
        )
    return _view(row, now, draft=row["draft"], known=known)


def list_surveys(
    connection: DatabaseConnection,
    *,
    viewer: UUID | None,
    status: SurveyStatus | None,
    case_id: UUID | None,
    now: datetime,
    limit: int,
    cursor: str | None,
) -> SurveyPage:
    """Return surveys, the latest requested first. Raises Invalid for a limit or cursor that is none."""
    if not 1 <= limit <= LONGEST_PAGE:
        raise Invalid("bad_limit", f"Give a limit from 1 to {LONGEST_PAGE}.", "limit")
    scope = page_cursors.scope("surveys", status, case_id)
    rows = _fetch(
        connection,
        "list_surveys",
        {
            "viewer": viewer,
            "status": status,
            "case_id": case_id,
            "before": page_cursors.parse(scope, cursor, default=_PAST_EVERYTHING),
            "limit": limit + 1,
        },
    )
    items = rows[:limit]
    return SurveyPage(
        items=tuple(_view(row, now) for row in items),
        next_cursor=page_cursors.text(scope, items[-1]["position"]) if len(rows) > limit else None,
    )


def _survey(connection: DatabaseConnection, survey_id: UUID, viewer: UUID | None) -> Mapping[str, Any]:
    rows = _fetch(connection, "survey_by_id", {"id": survey_id, "viewer": viewer})
    if not rows:
        raise NotFound("survey_not_found", "There is no such survey.")
    return rows[0]


def _fetch(connection: DatabaseConnection, query: str, parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as reader:
        return reader.execute(_QUERIES[query], parameters).fetchall()


def _view(
    row: Mapping[str, Any],
    now: datetime,
    *,
    draft: Mapping[str, Any] | None = None,
    known: tuple[PrefilledEntry, ...] = (),
) -> SurveyView:
    is_open = row["status"] == "open"
    return SurveyView.model_validate(
        {
            **{name: row[name] for name in _COPIED},
            "overdue": is_open and row["due_at"] < now,
            "submitted_at": row["ended_at"] if row["status"] == "submitted" else None,
            "draft": draft,
            "known": known,
        }
    )


_COPIED = (
    "id",
    "case_id",
    "case_reference",
    "partner_id",
    "creditor_id",
    "month",
    "status",
    "requested_at",
    "due_at",
    "currency",
    "report",
)

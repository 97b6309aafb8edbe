"""How timely partners were."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from services.tasks.catalogue import KINDS
from services.tasks.queries.boards import companies
from services.tasks.queries.rows import fetch
from shared.contracts.tasks import RecentSla, SlaFigures, SlaReport
from shared.db import DatabaseConnection
from shared.errors import Invalid

_MONTH = re.compile(r"[12][0-9]{3}-(0[1-9]|1[0-2])")


def sla(
    connection: DatabaseConnection,
    *,
    months: tuple[str, str],
    partner_id: UUID | None,
    creditor_id: UUID | None,
    now: datetime,
) -> SlaReport:
    """
    Return how timely partners were from one month to another (`2026-11`), the latest first.

    With a creditor only in what they owed to it; with a partner only that one. Raises Invalid for what is no
    month.
    """
    first, last = (_month(text) for text in months)
    rows = fetch(
        connection,
        "sla_by_month",
        {
            "types": [kind.type for kind in KINDS.values() if kind.sla],
            "company_id": partner_id,
            "asked_by": creditor_id,
            "now": now,
            "from": first - timedelta(days=1),
            "until": last + timedelta(days=33),
            "first_month": months[0],
            "last_month": months[1],
        },
    )
    return SlaReport(items=tuple(_sla_figures(row) for row in rows))


def recent_sla(
    connection: DatabaseConnection, *, partner_id: UUID, creditor_id: UUID, now: datetime
) -> RecentSla:
    """Return how timely the partner was to the creditor this month and last, by the partner's clock."""
    partner = companies(connection, [partner_id]).get(partner_id)
    zone = ZoneInfo(partner.calendar.time_zone) if partner is not None else UTC
    month = f"{now.astimezone(zone):%Y-%m}"
    before = months_before(month, 1)
    report = sla(connection, months=(before, month), partner_id=partner_id, creditor_id=creditor_id, now=now)
    found = {figures.month: figures for figures in report.items}
    return RecentSla(
        this_month=found.get(month) or _nothing_due(partner_id, month),
        last_month=found.get(before) or _nothing_due(partner_id, before),
    )


def _nothing_due(partner_id: UUID, month: str) -> SlaFigures:
    return SlaFigures(
        partner_id=partner_id,
        month=month,
        in_time=0,
        late=0,
        share_in_time=None,
        median_hours=None,
        p90_hours=None,
        surveys=0,
        survey_score=None,
    )


def months_before(month: str, number: int) -> str:
    """Return the month so many months before. Raises Invalid for what is no month."""
    start = _month(month)
    count = start.year * 12 + start.month - 1 - number
    return f"{count // 12:04}-{count % 12 + 1:02}"


def _month(text: str) -> datetime:
    if not _MONTH.fullmatch(text):
        raise Invalid("bad_month", "Write the month as 2026-11.", "month")
    return datetime(int(text[:4]), int(text[5:]), 1, tzinfo=UTC)


def _sla_figures(row: Mapping[str, Any]) -> SlaFigures:
    counted = row["in_time"] + row["late"]
    return SlaFigures(
        partner_id=row["company_id"],
        month=row["month"],
        in_time=row["in_time"],
        late=row["late"],
        share_in_time=row["in_time"] / counted if counted else None,
        median_hours=row["median_hours"],
        p90_hours=row["p90_hours"],
        surveys=row["surveys"],
        survey_score=None if row["survey_score"] is None else float(row["survey_score"]),
    )

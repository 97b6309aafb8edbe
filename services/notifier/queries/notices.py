"""Notices as their readers see them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import class_row

from shared.contracts.messaging import Side
from shared.contracts.notifier import NoticeKind
from shared.cursors import bad_cursor, decode, encode
from shared.db import DatabaseConnection, load_queries
from shared.errors import Invalid, NotFound

_SQL = load_queries("services.notifier.sql")
_CONTENT = re.compile(r"notices:([1-9][0-9]{0,17})")
LONGEST_PAGE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    notification_id: UUID
    position: int
    kind: NoticeKind
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    facts: Mapping[str, str]
    created_at: datetime
    read: bool


@dataclass(frozen=True, slots=True)
class NoticePage:
    items: Sequence[Notice]
    next_cursor: str | None
    unread_count: int


def sides_of(connection: DatabaseConnection, company_ids: Sequence[UUID]) -> dict[UUID, Side]:
    """Return the side of each of these companies; unknown ones are absent."""
    rows = connection.execute(_SQL["companies_by_id"], {"company_ids": list(company_ids)})
    return {company_id: "partner" if side == "partner" else "creditor" for company_id, side, _ in rows}


def list_notices(
    connection: DatabaseConnection,
    user_id: UUID,
    *,
    company_id: UUID,
    unread: bool,
    limit: int,
    cursor: str | None,
) -> NoticePage:
    """
    Return a page of the user's notices, the newest first. Raises Invalid for a cursor or limit that is none.
    """
    if not 1 <= limit <= LONGEST_PAGE:
        raise Invalid("bad_limit", f"limit must be 1 to {LONGEST_PAGE}.", "limit")
    before = None
    if cursor is not None:
        found = _CONTENT.fullmatch(decode(cursor))
        if found is None:
            raise bad_cursor()
        before = int(found[1])
    values: dict[str, Any] = {
        "user_id": user_id,
        "company_id": company_id,
        "unread": unread,
        "before": before,
        "limit": limit + 1,
    }
    with connection.cursor(row_factory=class_row(Notice)) as rows:
        items = rows.execute(_SQL["notices"], values).fetchall()
    counted = connection.execute(_SQL["unread_notices"], values).fetchone()
    more = len(items) > limit
    items = items[:limit]
    return NoticePage(
        items,
        encode(f"notices:{items[-1].position}") if more else None,
        counted[0] if counted is not None else 0,
    )


def notice_positions(
    connection: DatabaseConnection, user_id: UUID, *, company_id: UUID, notification_ids: Sequence[UUID]
) -> dict[UUID, int]:
    """Return the log position of each of these notices. Raises NotFound where one is not the user's."""
    values = {"user_id": user_id, "company_id": company_id, "ids": list(notification_ids)}
    found: dict[UUID, int] = dict(connection.execute(_SQL["notice_positions"], values).fetchall())
    if set(found) != set(notification_ids):
        raise NotFound("notification_not_found", "There is no such notification.")
    return found


def doer_company(connection: DatabaseConnection, actor: str) -> UUID | None:
    """Return the company of the user who acted; None where no user did."""
    kind, _, user_id = actor.partition(":")
    if kind != "user":
        return None
    row = connection.execute(_SQL["company_of_user"], {"user_id": user_id}).fetchone()
    return None if row is None else UUID(str(row[0]))

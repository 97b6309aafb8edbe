"""Addresses that do not work."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import class_row

from shared.db import DatabaseConnection, load_queries

_SQL = load_queries("services.notifier.sql")


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressedAddress:
    """A user whose address a mail server refused for good, and the e-mail at which it did."""

    user_id: UUID
    company_id: UUID
    address: str
    mail_id: UUID
    since: datetime


def was_reached_meanwhile(connection: DatabaseConnection, mail_id: UUID) -> bool:
    """Tell whether a mail server took another e-mail for its reader since this one was scheduled."""
    row = connection.execute(_SQL["reached_meanwhile"], {"mail_id": mail_id}).fetchone()
    return row is not None and bool(row[0])


def suppressed_addresses(connection: DatabaseConnection) -> list[SuppressedAddress]:
    """Return those that nothing is sent to, the latest first."""
    with connection.cursor(row_factory=class_row(SuppressedAddress)) as cursor:
        return cursor.execute(_SQL["suppressed_addresses"]).fetchall()

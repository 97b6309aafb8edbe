"""
Where something stands in the order of search hits: by the month it happened in, then by its position.

Months are what the index is searched by; positions are unique, so a page never ends between two of the same.
"""

from datetime import UTC, datetime
from uuid import UUID

PER_MONTH = 10**12
PAST_EVERYTHING = 10**17
_MONTHS = 12


def place(at: datetime, position: int) -> int:
    """Return the place of what happened then, at that position of the log."""
    moment = at.astimezone(UTC)
    return (moment.year * _MONTHS + moment.month - 1) * PER_MONTH + position


def month(of_place: int) -> int:
    return of_place // PER_MONTH


def company_term(company_id: UUID, in_month: int) -> str:
    """Return the term by which the index knows what a company may find of a month; no word is like it."""
    return f"#{company_id.hex}/{in_month}"

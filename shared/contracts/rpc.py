"""
What every RPC has in common: one JSON object in, one JSON object out, a caller, and positions to read one's
own writes.
"""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    """Base of the objects that cross a service's boundary; unknown fields are a mistake of the sender."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Caller(Shape):
    """
    Who asks, as the gateway verified it.

    A caller with role `ops` is the platform itself: `company_id` is None and every tenant is visible.
    """

    user_id: UUID | None
    company_id: UUID | None
    role: Literal["creditor", "partner", "ops"]
    name: str = ""


class Request(Shape):
    """
    Base of every RPC's single argument.

    `correlation_id` follows the request into every event and log line it causes.
    """

    caller: Caller
    correlation_id: UUID


class Query(Request):
    """
    A read. With `min_position` it first waits (bounded) until the read model has handled the log up to there;
    a position past the log's end is refused as Invalid.
    """

    min_position: int | None = None


class PagedQuery(Query):
    """
    A read in pages. `cursor` is what an earlier page returned as `next_cursor`; anything else is refused as
    Invalid.
    """

    limit: int = 50
    cursor: str | None = None


class Done(Shape):
    """A command's outcome where only the position matters: the log's position that the command reached."""

    position: int

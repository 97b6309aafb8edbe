"""Cases and their life: events and RPC."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import PERSONAL, EventData, PersonalText
from shared.contracts.messaging.directory import CompanyRef
from shared.contracts.messaging.values import (
    EXCHANGE_SOURCE,
    CaseStatus,
)
from shared.contracts.rpc import PagedQuery, Query, Request, Shape

# --- events: case-<id>; subject case:<id> ---


class Debtor(Shape):
    type: Literal["Company", "Private"]
    name: str


class CaseOpened(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    creditor_id: UUID
    debtor_type: Literal["Company", "Private"]
    debtor_name: PersonalText
    amount: Decimal
    currency: str
    status: CaseStatus


class CaseDetailsChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    debtor_type: Literal["Company", "Private"]
    debtor_name: PersonalText
    amount: Decimal
    currency: str


class CaseAssigned(EventData):
    """
    The case got a partner. With `previous_engagement_id` it is a reassignment: that engagement is over.

    Who the former partner was is not said: the new partner is in the audience and may not know.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID
    creditor_id: UUID
    partner_id: UUID
    previous_engagement_id: UUID | None = None


class CaseStatusChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    previous: CaseStatus
    status: CaseStatus


class CaseClosed(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    close_code: str
    comment: Annotated[str | None, PERSONAL] = None


class CaseMerged(EventData):
    """The case was folded into another: read-only for ever. `engagement_id` is the one that ended, if any."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID | None = None
    into_case_id: UUID | None = None


# --- RPC: answers ---


class CaseView(Shape):
    """A case as clients see it; `open_task_count` is filled in by the gateway, which asks tasks."""

    id: UUID
    reference: str
    status: CaseStatus
    creditor: CompanyRef
    partner: CompanyRef | None
    debtor: Debtor
    amount: Decimal
    currency: str
    opened_at: datetime
    unread_count: int
    open_task_count: int = 0


class CasePage(Shape):
    items: tuple[CaseView, ...]
    next_cursor: str | None


# --- RPC: requests ---


class ListCases(PagedQuery):
    """`list_cases`: answers CasePage, newest first."""

    status: CaseStatus | None = None


class GetCase(Query):
    """`get_case`: answers CaseView."""

    case_id: UUID


class PutCase(Request):
    """`put_case`: answers Done; opens the case or brings partner, status and details up to date."""

    id: UUID
    reference: str
    creditor_id: UUID
    partner_id: UUID | None = None
    status: CaseStatus
    debtor: Debtor
    amount: Decimal
    currency: str
    close_code: str | None = None

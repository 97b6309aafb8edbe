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
    Division,
    StatusCause,
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

    Who the former partner was is not said: the new partner is in the audience and may not know. While the
    platform verifies the case (`hidden`) the partner does not know of it; it learns of it by CaseReleased.
    `exclusive_until` is set where collecting begins with the assignment.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID
    creditor_id: UUID
    partner_id: UUID
    previous_engagement_id: UUID | None = None
    managing_partner_id: UUID | None = None
    hidden: bool = False
    exclusive_until: datetime | None = None


class CaseStatusChanged(EventData):
    """
    The case moved on. `cause` says by which act, `note` what its doer added: what information is needed, why
    it is paused. With the first acceptance the exclusive period begins, which ends at `exclusive_until`.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    previous: CaseStatus
    status: CaseStatus
    cause: StatusCause = "moved"
    note: Annotated[str | None, PERSONAL] = None
    exclusive_until: datetime | None = None


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


class CaseUser(Shape):
    """Whom one side has put in charge of the case."""

    id: UUID
    name: str


class CaseView(Shape):
    """
    A case as clients see it; `open_task_count` is filled in by the gateway, which asks tasks.

    `outstanding` is the amount less the payments reported. A former partner sees the case as it was when its
    time ended.
    """

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
    close_code: str | None = None
    outstanding: Decimal
    exclusive_until: datetime | None = None
    closure_requested: bool = False
    division: Division | None = None
    managing_partner: CompanyRef | None = None
    creditor_user: CaseUser | None = None
    partner_user: CaseUser | None = None


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

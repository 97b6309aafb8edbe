"""Companies, their users and who works with whom: events and RPC."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar
from uuid import UUID

from shared.contracts.envelope import EventData, PersonalText
from shared.contracts.messaging.threads import ThreadView
from shared.contracts.messaging.values import (
    EXCHANGE_SOURCE,
    OnDecline,
    PartnerKind,
    Side,
    UserRole,
    Value,
)
from shared.contracts.rpc import PagedQuery, Query, Request, Shape

# --- events: company-<id> ---


class CompanyDetails(Value):
    """
    What a company is called and which calendar its deadlines follow.

    `country` is ISO 3166-1 alpha-2, `subdivision` the part after the dash of ISO 3166-2 (`BY`), `time_zone`
    an IANA name, `locale` a BCP 47 language. `observes_holidays` false counts public holidays as business
    days. `on_decline` is what becomes of a creditor's case that its partner declines. `partner_kind` tells
    partners that get cases assigned from those of the Legal Network, who win them by a quote; None is a
    creditor, or a partner of the first kind.
    """

    name: str
    country: str
    subdivision: str | None = None
    time_zone: str
    locale: str = "en"
    observes_holidays: bool = True
    on_decline: OnDecline = "network"
    partner_kind: PartnerKind | None = None


class CompanyRegistered(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    company_id: UUID
    side: Side
    details: CompanyDetails


class CompanyDetailsChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    company_id: UUID
    side: Side
    details: CompanyDetails


# --- events: user-<id>; subject user:<id> ---


class UserAdded(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID
    side: Side
    email: PersonalText
    name: PersonalText
    role: UserRole


class UserDetailsChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID
    email: PersonalText
    name: PersonalText
    role: UserRole


class UserDeactivated(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID


class UserActivated(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID


# --- events: partnership-<uuid5 of the pair> ---


class PartnershipEstablished(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    partnership_id: UUID
    creditor_id: UUID
    partner_id: UUID


# --- RPC: answers ---


class CompanyRef(Shape):
    id: UUID
    name: str


class Identity(Shape):
    """A user and its company as the directory knows them now."""

    user_id: UUID
    email: str
    name: str
    role: UserRole
    active: bool
    company_id: UUID
    company_name: str
    side: Side
    country: str
    time_zone: str
    locale: str


class Money(Shape):
    amount: Decimal
    currency: str


class PartnershipView(Shape):
    """
    Two companies and what their work amounts to, each sum by currency.

    `total_value` is of the cases that they work on now, `amount_collected` of all payments in the partner's
    time. `partner_revenue` is what the partner's winning quotes earn it by them, and their fixed fees; None
    for the creditor, who is not told.
    """

    id: UUID
    creditor: CompanyRef
    partner: CompanyRef
    established_at: datetime
    total_cases: int
    active_cases: int
    total_value: tuple[Money, ...] = ()
    amount_collected: tuple[Money, ...] = ()
    partner_revenue: tuple[Money, ...] | None = None
    thread: ThreadView | None


class PartnershipPage(Shape):
    items: tuple[PartnershipView, ...]
    next_cursor: str | None


# --- RPC: requests ---


class Identify(Query):
    """
    `identify`: answers Identity; NotFound where no such user belongs to that company. Give `user_id` or
    `email`.
    """

    user_id: UUID | None = None
    email: str | None = None


class ListPartnerships(PagedQuery):
    """`list_partnerships`: answers PartnershipPage."""


class GetPartnership(Query):
    """`get_partnership`: answers PartnershipView."""

    partnership_id: UUID


class RegisterCompany(Request):
    """`register_company`: answers Done; the same again changes nothing, other details change them."""

    id: UUID
    side: Side
    name: str
    country: str
    subdivision: str | None = None
    time_zone: str
    locale: str = "en"
    observes_holidays: bool = True
    on_decline: OnDecline = "network"
    partner_kind: PartnerKind | None = None


class PutUser(Request):
    """`put_user`: answers Done; adds the user or brings its details and its active flag up to date."""

    id: UUID
    company_id: UUID
    email: str
    name: str
    role: UserRole = "user"
    active: bool = True


class EstablishPartnership(Request):
    """`establish_partnership`: answers Done."""

    id: UUID
    creditor_id: UUID
    partner_id: UUID

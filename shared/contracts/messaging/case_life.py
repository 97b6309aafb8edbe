"""The life of a case: acts of its parties, payments, and who looks after it: events and RPC."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import PERSONAL, EventData, PersonalText
from shared.contracts.messaging.threads import AuthorRef
from shared.contracts.messaging.values import EXCHANGE_SOURCE, CaseParty, CaseStatus, Division, Side
from shared.contracts.rpc import Query, Request, Shape

# --- events: case-<id>; subject case:<id> ---


class CaseReleased(EventData):
    """The platform has verified the case: its partner may know of it from now on, and its chat opens."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID
    creditor_id: UUID
    partner_id: UUID
    status: CaseStatus
    managing_partner_id: UUID | None = None


class CaseDeclined(EventData):
    """
    The partner does not take the case. `outcome` is what the creditor has chosen for that: the case goes to
    the network, and the engagement is over, or it is closed.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID
    partner_id: UUID
    reason: PersonalText
    outcome: Literal["network", "close"]


class CaseClosureRequested(EventData):
    """
    The client wants the case closed and its partner has exclusive rights yet: the case is paused, and the
    partner is asked in the case chat (`thread_id`) by a message in the client's name.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    engagement_id: UUID
    thread_id: UUID
    author_id: UUID
    author_name: PersonalText
    author_company_id: UUID
    comment: Annotated[str | None, PERSONAL] = None


class PaymentReported(EventData):
    """
    Money came in. `engagement_id` is whose time it counts for, `outstanding` what is owed after it;
    `commission_paid` is said where the creditor received it.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    payment_id: UUID
    client_payment_id: str
    case_id: UUID
    reference: str
    engagement_id: UUID | None
    amount: Decimal
    currency: str
    paid_on: date
    received_by: Side
    commission_paid: bool | None
    outstanding: Decimal
    reported_by: CaseParty
    reporter_id: UUID | None
    reporter_company_id: UUID | None


class CaseUserAssigned(EventData):
    """One side has put this user of its in charge of the case, or with None nobody any more."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    side: Side
    company_id: UUID
    user_id: UUID | None


class CaseDivisionChanged(EventData):
    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    division: Division | None


class CaseManagingPartnerNamed(EventData):
    """
    That partner speaks for the client on this case from now on, with None nobody; `previous_id` does no more.

    `engagement_ids` are the engagements whose chats it takes part in.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    case_id: UUID
    reference: str
    managing_partner_id: UUID | None
    previous_id: UUID | None
    engagement_ids: tuple[UUID, ...]


# --- RPC: answers ---


class CaseOutcome(Shape):
    """
    How a case stands after an act. `closure_requested` says that its closing awaits the partner, `changed`
    is false where there was nothing to do.
    """

    case_id: UUID
    status: CaseStatus
    close_code: str | None
    closure_requested: bool
    outstanding: Decimal
    changed: bool
    position: int


class PaymentView(Shape):
    """A payment on a case; `reporter` is None where the platform reported it."""

    id: UUID
    client_payment_id: str
    case_id: UUID
    amount: Decimal
    currency: str
    paid_on: date
    received_by: Side
    commission_paid: bool | None
    reported_by: CaseParty
    reporter: AuthorRef | None
    reported_at: datetime


class ReportedPayment(Shape):
    """`created` is False when the same `client_payment_id` and content had been reported before."""

    payment: PaymentView
    outstanding: Decimal
    created: bool
    position: int


class PaymentList(Shape):
    items: tuple[PaymentView, ...]


# --- RPC: requests ---

CaseAction = Literal[
    "sign", "release", "accept", "decline", "request_information", "begin_custom_quote", "pause", "resume"
]
CASE_TEXT_MAX_CHARACTERS = 2_000


class ActOnCase(Request):
    """
    `act_on_case`: answers CaseOutcome; the same again changes nothing.

    `sign` and `release` are the platform's; the others its and the partner's. `note` must be given for
    `decline`, whose reason it is, and for `request_information`.
    """

    case_id: UUID
    action: CaseAction
    note: str | None = None


class CloseCase(Request):
    """
    `close_case`: answers CaseOutcome.

    A client gives no code: it withdraws the case, or asks the partner to close it within its exclusive
    period. Everybody else gives one, and payments must bear it out.
    """

    case_id: UUID
    close_code: str | None = None
    comment: str | None = None


class ReportPayment(Request):
    """
    `report_payment`: answers ReportedPayment. `commission_paid` is for what the creditor received.
    """

    case_id: UUID
    client_payment_id: str = Field(
        description="chosen by the client, 1 to 200 characters; makes a retry harmless"
    )
    amount: Decimal
    currency: str
    paid_on: date
    received_by: Side
    commission_paid: bool | None = None


class ListPayments(Query):
    """`list_payments`: answers PaymentList, newest report first; a partner sees those of its own time."""

    case_id: UUID


class AssignCase(Request):
    """
    `assign_case`: answers CaseOutcome; gives the case to this partner, in `status` where one is named.
    """

    case_id: UUID
    partner_id: UUID
    status: Literal["PendingVerification", "Active"] | None = None


class MergeCase(Request):
    """`merge_case`: answers CaseOutcome; folds the case into another one of the same creditor, for ever."""

    case_id: UUID
    into_case_id: UUID


class AssignCaseUser(Request):
    """
    `assign_case_user`: answers CaseOutcome; puts a user of the caller's company in charge, with None nobody.

    Operators name the `side`.
    """

    case_id: UUID
    user_id: UUID | None
    side: Side | None = None


class NameManagingPartner(Request):
    """`name_managing_partner`: answers CaseOutcome; with None the client speaks alone again."""

    case_id: UUID
    partner_id: UUID | None


class SetCaseDivision(Request):
    """`set_case_division`: answers CaseOutcome."""

    case_id: UUID
    division: Division | None

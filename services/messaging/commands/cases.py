"""What can be asked of cases."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

from shared.contracts.messaging import (
    CaseAction,
    CaseStatus,
    Debtor,
    Division,
    MessageAuthor,
    OnDecline,
    PartnerKind,
    Side,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCase:
    """
    Open the case, or bring its partner, status and details up to date.

    With `at` the exclusive period of a case that becomes active begins then. `partner_kind` is the partner's.
    """

    case_id: UUID
    reference: str
    creditor_id: UUID
    partner_id: UUID | None
    status: CaseStatus
    debtor: Debtor
    amount: Decimal
    currency: str
    close_code: str | None
    at: datetime | None = None
    partner_kind: PartnerKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOnCase:
    """Move the case along its life; `company_id` is who does it, None the platform."""

    case_id: UUID
    company_id: UUID | None
    action: CaseAction
    note: str | None
    at: datetime
    on_decline: OnDecline = "network"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCase:
    """
    Close the case, or ask for it; `author` is the person who does it, None the platform.

    `by_system` lets in the codes that only the platform's own machinery uses.
    """

    case_id: UUID
    author: MessageAuthor | None
    close_code: str | None
    comment: str | None
    at: datetime
    by_system: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCase:
    """Give the case to the partner, which is of that kind, in `status` where one is named."""

    case_id: UUID
    partner_id: UUID
    status: Literal["PendingVerification", "Active"] | None
    at: datetime
    partner_kind: PartnerKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeCase:
    """Fold the case into another one, whose creditor is `into_creditor_id`."""

    case_id: UUID
    into_case_id: UUID
    into_creditor_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPayment:
    """Tell of money that came in; `reporter` is who tells it, None the platform."""

    case_id: UUID
    payment_id: UUID
    client_payment_id: str
    amount: Decimal
    currency: str
    paid_on: date
    today: date
    received_by: Side
    commission_paid: bool | None
    reporter: MessageAuthor | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignCaseUser:
    """
    Put a user in charge of the case for its side, with None nobody; `company_id` None is the platform.

    `user_company_id` is the company that the user belongs to, None where it is no active user.
    """

    case_id: UUID
    company_id: UUID | None
    side: Side | None
    user_id: UUID | None
    user_company_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NameManagingPartner:
    """Let the partner speak for the client on this case, with None nobody."""

    case_id: UUID
    partner_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCaseDivision:
    """Note which of its creditor's divisions the case belongs to."""

    case_id: UUID
    division: Division | None


CaseCommand = (
    PutCase
    | ActOnCase
    | CloseCase
    | AssignCase
    | MergeCase
    | ReportPayment
    | AssignCaseUser
    | NameManagingPartner
    | SetCaseDivision
)

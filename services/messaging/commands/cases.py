"""What can be asked of cases."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared.contracts.messaging import (
    CaseStatus,
    Debtor,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PutCase:
    """Open the case, or bring its partner, status and details up to date."""

    case_id: UUID
    reference: str
    creditor_id: UUID
    partner_id: UUID | None
    status: CaseStatus
    debtor: Debtor
    amount: Decimal
    currency: str
    close_code: str | None

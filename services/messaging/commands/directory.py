"""What can be asked of companies, users and partnerships."""

from dataclasses import dataclass
from uuid import UUID

from shared.contracts.messaging import (
    CompanyDetails,
    Side,
    UserRole,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterCompany:
    """Register the company, or bring its details up to date."""

    company_id: UUID
    side: Side
    details: CompanyDetails


@dataclass(frozen=True, slots=True, kw_only=True)
class PutUser:
    """Add the user, or bring its details and its active flag up to date."""

    user_id: UUID
    company_id: UUID
    email: str
    name: str
    role: UserRole
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EstablishPartnership:
    """Let the two companies work together."""

    partnership_id: UUID
    creditor_id: UUID
    partner_id: UUID

"""What the contracts of messaging have in common."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict

EXCHANGE_SOURCE = "messaging"

Side = Literal["creditor", "partner"]
SenderRole = Literal["creditor", "partner", "managing_partner", "platform"]
UserRole = Literal["admin", "user"]
ThreadKind = Literal["invoice_chat", "lead_chat", "invoice_questions_chat", "relationship_chat"]
CaseStatus = Literal[
    "PendingContractSigning",
    "PendingVerificationInternal",
    "PendingVerification",
    "NeedsAdditionalDetails",
    "Leads",
    "LeadsQuoteGiven",
    "Active",
    "Paused",
    "Closed",
    "Merged",
]
ThreadCloseReason = Literal[
    "reassigned", "declined", "merged", "won", "lost", "pulled_back", "expired", "no_quote"
]
PartnerKind = Literal["exclusive", "legal_network"]
OnDecline = Literal["network", "close"]
CaseParty = Literal["platform", "creditor", "managing_partner", "partner"]
StatusCause = Literal[
    "moved",
    "released",
    "accepted",
    "resumed",
    "information_requested",
    "paused",
    "closure_requested",
    "declined",
    "custom_quote",
    "assigned",
]
IMPORT_ACTOR = "ops:import"
"""Who brings in what happened elsewhere: nobody is told of that, nor asked what they thought of it."""
MESSAGE_MAX_CHARACTERS = 10_000


class Value(BaseModel):
    """Base of objects inside events and answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Division(Value):
    """A part of a creditor that a case belongs to, as the creditor calls it."""

    id: UUID
    name: str

"""What the contracts of messaging have in common."""

from typing import Literal

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
ThreadCloseReason = Literal["reassigned", "merged", "won", "lost", "pulled_back", "expired"]
MESSAGE_MAX_CHARACTERS = 10_000


class Value(BaseModel):
    """Base of objects inside events and answers."""

    model_config = ConfigDict(frozen=True, extra="ignore")

"""What a reaction is told of a case beside the event itself."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from shared.contracts.envelope import EventData
from shared.contracts.messaging import (
    CaseClosed,
    CaseMerged,
    CaseOpened,
    CaseStatusChanged,
    Debtor,
    QuoteWindow,
)

_QUOTES = {"Leads", "LeadsQuoteGiven"}


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseThen:
    """
    A case as it stood right after the event, whatever has happened to it since.

    `lead_round` is how many times it had begun to ask for quotes, `window` until when quotes would be taken
    if it did so with this event.
    """

    id: UUID
    reference: str
    creditor_id: UUID
    partner_id: UUID | None
    debtor: Debtor
    amount: Decimal
    currency: str
    managing_partner_id: UUID | None = None
    lead_round: int
    window: QuoteWindow


def is_needed(event: EventData) -> bool:
    """Say whether the reactions to the event must be told how the case stood."""
    match event:
        case CaseOpened(status=status):
            return status == "Leads"
        case CaseStatusChanged(previous=previous, status=status):
            return previous == "PendingVerification" or not _QUOTES.isdisjoint((previous, status))
        case _:
            return isinstance(event, CaseClosed | CaseMerged)

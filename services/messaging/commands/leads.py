"""What can be asked of leads, and of a case because of its lead."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.messaging import Debtor, MessageAuthor, PartnerKind, QuoteTerms, QuoteWindow


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLead:
    """Ask for quotes for the case, but not its managing partner. `window` is until when they are taken."""

    lead_id: UUID
    case_id: UUID
    case_reference: str
    round: int
    creditor_id: UUID
    debtor: Debtor
    amount: Decimal
    currency: str
    window: QuoteWindow
    max_quotes: int
    managing_partner_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitePartner:
    """Let the partner, of that kind, quote; `custom_quote` where it is the case's own, who asked for it."""

    lead_id: UUID
    partner_id: UUID
    at: datetime
    custom_quote: bool = False
    partner_kind: PartnerKind | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitQuote:
    """Offer to collect the case on these terms."""

    lead_id: UUID
    author: MessageAuthor
    terms: QuoteTerms
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChooseWinner:
    """Take the quote and decline the others, in the name of the company."""

    lead_id: UUID
    company_id: UUID
    quote_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class PullBackLead:
    """End the lead without a winner; `company_id` None is the platform, whose case was closed."""

    lead_id: UUID
    company_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepLead:
    """Do what is due at that time: remind the creditor, or end a lead that nobody will end."""

    lead_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class BarBidder:
    """Let the partner not bid, as it is to speak for the client."""

    lead_id: UUID
    partner_id: UUID


LeadCommand = OpenLead | InvitePartner | BarBidder | SubmitQuote | ChooseWinner | PullBackLead | SweepLead


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteQuoteGiven:
    """The case's lead has a quote to choose from."""

    case_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class AwardCase:
    """The partner's quote was chosen: it gets the case and starts."""

    case_id: UUID
    partner_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseCaseOfLead:
    """The lead came to nothing: the case is closed with this code."""

    case_id: UUID
    close_code: str


CaseOfLeadCommand = NoteQuoteGiven | AwardCase | CloseCaseOfLead

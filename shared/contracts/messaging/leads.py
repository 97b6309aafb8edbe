"""Leads: a case for which quotes are asked for, who was invited, what they offer, whom the creditor chose."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import PERSONAL, EventData, PersonalText
from shared.contracts.messaging.cases import Debtor
from shared.contracts.messaging.directory import CompanyRef
from shared.contracts.messaging.threads import AuthorRef
from shared.contracts.messaging.values import EXCHANGE_SOURCE, Value
from shared.contracts.rpc import PagedQuery, Query, Request, Shape

LeadStatus = Literal["Open", "Qualified", "Closed"]
LeadOutcome = Literal["winner", "pullback", "expired", "no_quotes"]
BidOutcome = Literal["won", "lost", "pulled_back", "expired", "no_quote"]
"""`no_quote` is the end for whoever gave none, however and whenever the lead itself ends."""

QUOTE_COMMENT_MAX_CHARACTERS = 2_000

# --- events: lead-<uuid5 of case and round>; subject case:<id>. A partner is in the audience of what concerns
# its own bid alone: nobody learns from an event that there are rivals. Whoever speaks for the creditor when
# an event is decided is told what the creditor is. ---


class QuoteWindow(Value):
    """
    Until when quotes are taken, by the creditor's calendar.

    `calendar` names country and subdivision, `none` where holidays are switched off; `skipped_days` are the
    local dates on the way that were no business days. Later calendar changes move nothing.
    """

    closes_at: datetime
    calendar: str
    time_zone: str
    skipped_days: tuple[date, ...]


class QuoteTerms(Value):
    """What a partner asks for: a share of what it recovers, a fixed fee, or both."""

    success_fee_percent: Decimal | None = None
    fixed_fee: Decimal | None = None
    currency: str


class LeadOpened(EventData):
    """
    Quotes are asked for. A lead's id is uuid5(case id, `lead:<round>`); a case's rounds count from 1.

    Only the creditor's side knows of it until partners are invited. Whoever speaks for it by then (the
    managing partner) does not bid.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    lead_id: UUID
    case_id: UUID
    case_reference: str
    round: int
    creditor_id: UUID
    debtor_type: Literal["Company", "Private"]
    debtor_name: PersonalText
    amount: Decimal
    currency: str
    window: QuoteWindow
    max_quotes: int
    managing_partner_id: UUID | None = None


class BidderBarred(EventData):
    """The partner speaks for the client, sees every quote and so cannot bid in this lead any more."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    lead_id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    partner_id: UUID


class PartnerInvited(EventData):
    """
    The partner may quote. `custom_quote` says that it is the case's own exclusive partner, who asked for it.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    lead_id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    partner_id: UUID
    custom_quote: bool = False
    window: QuoteWindow


class QuoteSubmitted(EventData):
    """
    The partner's binding quote; there is one per lead and partner, its id is uuid5(lead id, partner id).
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    quote_id: UUID
    lead_id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    partner_id: UUID
    author_id: UUID
    author_name: PersonalText
    submitted_at: datetime
    terms: QuoteTerms
    comment: Annotated[str | None, PERSONAL] = None


class QuoteChoiceReminded(EventData):
    """Quotes have been waiting for the creditor's choice for so many days (7, 14)."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    lead_id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    days: int
    expires_at: datetime


class BidEnded(EventData):
    """
    The lead is over for this partner: `quote_id` is its quote, if it gave one. It hears of nobody else.

    For whoever gave none it is over with the window at the latest, also where the lead goes on with others'
    quotes. Events from before that rule have other outcomes than `no_quote` for it.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    lead_id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    partner_id: UUID
    quote_id: UUID | None = None
    outcome: BidOutcome


class LeadClosed(EventData):
    """
    The lead is over. With outcome `winner` the quote's partner gets the case; otherwise the case is closed.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    lead_id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    outcome: LeadOutcome
    quote_id: UUID | None = None
    partner_id: UUID | None = None


# --- RPC: answers (the gateway serves these shapes as they are) ---


class QuoteView(Shape):
    id: UUID
    success_fee_percent: Decimal | None
    fixed_fee: Decimal | None
    currency: str
    comment: str | None
    author: AuthorRef
    submitted_at: datetime


class BidView(Shape):
    """One invited partner's place in the lead."""

    partner: CompanyRef
    invited_at: datetime
    custom_quote: bool
    quote: QuoteView | None
    outcome: BidOutcome | None


class LeadView(Shape):
    """
    A lead as the viewer may see it.

    The creditor sees every bid. A partner sees its own alone, and of the lead whether it is `Open` or
    `Closed`, which it is with its own bid: `Qualified`, `outcome` and the end of the lead itself would tell
    it of others. Quotes are taken until `closes_at`, or until there are `max_quotes`. `unread_count` is of
    the viewer's threads in this lead.
    """

    id: UUID
    case_id: UUID
    case_reference: str
    status: LeadStatus
    outcome: LeadOutcome | None
    creditor: CompanyRef
    debtor: Debtor
    amount: Decimal
    currency: str
    opened_at: datetime
    closes_at: datetime
    calendar: str
    time_zone: str
    skipped_days: tuple[date, ...]
    max_quotes: int
    ended_at: datetime | None
    bids: tuple[BidView, ...]
    unread_count: int


class LeadPage(Shape):
    items: tuple[LeadView, ...]
    next_cursor: str | None


class SubmittedQuote(Shape):
    """`created` is False when the partner had given the same quote before."""

    quote: QuoteView
    created: bool
    position: int


# --- RPC: requests ---


class ListLeads(PagedQuery):
    """`list_leads`: answers LeadPage, newest first; `status` is open or closed, None both."""

    status: Literal["open", "closed"] | None = None
    case_id: UUID | None = None


class GetLead(Query):
    """`get_lead`: answers LeadView."""

    lead_id: UUID


class SubmitQuote(Request):
    """`submit_quote`: answers SubmittedQuote; the same again gives the first, other terms are a Conflict."""

    lead_id: UUID
    success_fee_percent: Decimal | None = None
    fixed_fee: Decimal | None = None
    currency: str | None = Field(None, description="the lead's where it is left out")
    comment: str | None = None


class ChooseWinner(Request):
    """`choose_winner`: answers Done; the quote's partner gets the case, the others are declined."""

    lead_id: UUID
    quote_id: UUID


class PullBackLead(Request):
    """`pull_back_lead`: answers Done; the lead ends without a winner and its case is closed."""

    lead_id: UUID


class InvitePartner(Request):
    """`invite_partner`: answers Done; lets the partner quote for the case, which must ask for quotes."""

    case_id: UUID
    partner_id: UUID

"""What is known of a lead, what each of its events makes of it, and who may know."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from shared.contracts.messaging import (
    BidderBarred,
    BidEnded,
    LeadClosed,
    LeadOpened,
    LeadOutcome,
    PartnerInvited,
    QuoteChoiceReminded,
    QuoteSubmitted,
    QuoteTerms,
    QuoteWindow,
)
from shared.errors import NotFound

LeadEvent = (
    LeadOpened | BidderBarred | PartnerInvited | QuoteSubmitted | QuoteChoiceReminded | BidEnded | LeadClosed
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFacts:
    """What was fixed when the lead was opened."""

    id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    currency: str
    window: QuoteWindow
    max_quotes: int


@dataclass(frozen=True, slots=True)
class Quote:
    id: UUID
    terms: QuoteTerms
    comment: str | None


@dataclass(frozen=True, slots=True)
class NoLead:
    """Nobody has asked for quotes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningLead:
    """
    `bids` holds who was invited, with its quote if it gave one; `full_at` is when the last one came in.

    `over` are the bidders whose bids have ended before the lead. `barred` are those that speak or spoke for
    the client meanwhile: they see every quote and do not bid.
    """

    facts: LeadFacts
    bids: Mapping[UUID, Quote | None] = field(default_factory=dict)
    over: frozenset[UUID] = frozenset()
    barred: frozenset[UUID] = frozenset()
    full_at: datetime | None = None
    reminded_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedLead:
    """Nothing about it changes any more; `chosen` is the quote that won."""

    facts: LeadFacts
    bids: Mapping[UUID, Quote | None]
    outcome: LeadOutcome
    chosen: UUID | None


State = NoLead | RunningLead | EndedLead


def initial() -> State:
    return NoLead()


def evolve(state: State, event: LeadEvent) -> State:  # noqa: PLR0911 - a table of events
    match event:
        case LeadOpened():
            return RunningLead(
                facts=LeadFacts(
                    id=event.lead_id,
                    case_id=event.case_id,
                    case_reference=event.case_reference,
                    creditor_id=event.creditor_id,
                    currency=event.currency,
                    window=event.window,
                    max_quotes=event.max_quotes,
                ),
                barred=frozenset(filter(None, [event.managing_partner_id])),
            )
        case BidderBarred():
            running = _running(state)
            return replace(running, barred=running.barred | {event.partner_id})
        case PartnerInvited():
            running = _running(state)
            return replace(running, bids={**running.bids, event.partner_id: None})
        case QuoteSubmitted():
            running = _running(state)
            quote = Quote(event.quote_id, event.terms, event.comment)
            bids = {**running.bids, event.partner_id: quote}
            full = count_quotes(bids) >= running.facts.max_quotes
            return replace(running, bids=bids, full_at=event.submitted_at if full else None)
        case QuoteChoiceReminded():
            return replace(_running(state), reminded_days=event.days)
        case BidEnded():
            running = _running(state)
            return replace(running, over=running.over | {event.partner_id})
        case LeadClosed():
            running = _running(state)
            return EndedLead(
                facts=running.facts, bids=running.bids, outcome=event.outcome, chosen=event.quote_id
            )
        case _:
            assert_never(event)


def audience(state: State) -> frozenset[UUID]:
    """
    Return who may know of the whole lead: the creditor alone.

    Who speaks for it may as well; who that is stands in the case's stream (`handlers/lead_voices.py`).
    """
    return frozenset() if isinstance(state, NoLead) else frozenset({state.facts.creditor_id})


def addressed(state: State, event: LeadEvent) -> frozenset[UUID]:
    """Return who may know of the event: the creditor, and of a bid's events its partner."""
    match event:
        case PartnerInvited() | QuoteSubmitted() | BidEnded():
            return audience(state) | {event.partner_id}
        case LeadOpened() | BidderBarred() | QuoteChoiceReminded() | LeadClosed():
            return audience(state)
        case _:
            assert_never(event)


def subject(state: State) -> str | None:
    """Return whose key encrypts what is said of the lead: the case's."""
    return None if isinstance(state, NoLead) else f"case:{state.facts.case_id}"


def may_see(state: State, company_id: UUID) -> "RunningLead | EndedLead":
    """
    Return the lead for its creditor or somebody who was invited. Raises NotFound for everybody else.
    """
    match state:
        case RunningLead() | EndedLead() if company_id == state.facts.creditor_id or company_id in state.bids:
            return state
        case _:
            raise NotFound("lead_not_found", "There is no such lead.")


def count_quotes(bids: Mapping[UUID, Quote | None]) -> int:
    """Return how many quotes there are."""
    return sum(quote is not None for quote in bids.values())


def _running(state: State) -> RunningLead:
    if isinstance(state, RunningLead):
        return state
    raise ValueError("this happens to a lead only between its opening and its end")

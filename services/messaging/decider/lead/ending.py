"""
How a lead ends: by a choice, by being withdrawn, or because its time is over.

A bidder that gave no quote is out with the window, whatever others did, and is told the same however the lead
ends: neither when nor how its bid ends says whether a rival has quoted.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import assert_never
from uuid import UUID

from services.messaging.commands import ChooseWinner, PullBackLead, SweepLead
from services.messaging.decider.lead.state import (
    EndedLead,
    LeadEvent,
    NoLead,
    Quote,
    RunningLead,
    State,
    count_quotes,
    may_see,
)
from services.messaging.decider.lead.timing import (
    REMINDER_DAYS,
    choice_since,
    expires_at,
    takes_quotes,
    window_is_over,
)
from shared.contracts.messaging import BidEnded, BidOutcome, LeadClosed, LeadOutcome, QuoteChoiceReminded
from shared.errors import Conflict, Forbidden, NotFound


def choose(command: ChooseWinner, state: State) -> tuple[LeadEvent, ...]:
    """Return what lets the quote win and ends all bids."""
    lead = may_see(state, command.company_id)
    if command.company_id != lead.facts.creditor_id:
        raise Forbidden("creditor_only", "The creditor chooses among the quotes.")
    chosen = next(
        (bidder for bidder, quote in lead.bids.items() if quote and quote.id == command.quote_id), None
    )
    if chosen is None:
        raise NotFound("quote_not_found", "There is no such quote for this case.", "quote_id")
    match lead:
        case RunningLead():
            return _end(lead, "winner", won_by=chosen)
        case EndedLead(chosen=earlier) if earlier == command.quote_id:
            return ()
        case EndedLead():
            raise _over()
        case _:
            assert_never(lead)


def pull_back(command: PullBackLead, state: State) -> tuple[LeadEvent, ...]:
    """Return what ends the lead without a winner."""
    if command.company_id is not None:
        lead = may_see(state, command.company_id)
        if command.company_id != lead.facts.creditor_id:
            raise Forbidden("creditor_only", "The creditor alone may withdraw the request for quotes.")
    match state:
        case RunningLead():
            return _end(state, "pullback")
        case EndedLead(outcome=outcome) if outcome != "pullback" and command.company_id is not None:
            raise _over()
        case NoLead() | EndedLead():
            return ()
        case _:
            assert_never(state)


def sweep(command: SweepLead, state: State) -> tuple[LeadEvent, ...]:
    """Return the reminder or the end that is due, of the lead or of those that gave no quote."""
    if not isinstance(state, RunningLead) or takes_quotes(state, command.at):
        return ()
    if not count_quotes(state.bids):
        return _end(state, "no_quotes")
    if command.at >= expires_at(state):
        return _end(state, "expired")
    silent = [bidder for bidder, quote in state.bids.items() if quote is None]
    out = _bids_end(state, silent, "expired") if window_is_over(state, command.at) else ()
    return (*out, *_reminder(command, state))


def _reminder(command: SweepLead, state: RunningLead) -> tuple[LeadEvent, ...]:
    waiting = command.at - choice_since(state)
    due = [days for days in REMINDER_DAYS if waiting >= timedelta(days=days) and days > state.reminded_days]
    if not due:
        return ()
    facts = state.facts
    return (
        QuoteChoiceReminded(
            lead_id=facts.id,
            case_id=facts.case_id,
            case_reference=facts.case_reference,
            creditor_id=facts.creditor_id,
            days=due[-1],
            expires_at=expires_at(state),
        ),
    )


def _end(lead: RunningLead, outcome: LeadOutcome, *, won_by: UUID | None = None) -> tuple[LeadEvent, ...]:
    facts = lead.facts
    quote = lead.bids[won_by] if won_by else None
    return (
        *_bids_end(lead, lead.bids, outcome, won_by=won_by),
        LeadClosed(
            lead_id=facts.id,
            case_id=facts.case_id,
            case_reference=facts.case_reference,
            creditor_id=facts.creditor_id,
            outcome=outcome,
            quote_id=quote.id if quote else None,
            partner_id=won_by,
        ),
    )


def _bids_end(
    lead: RunningLead, bidders: Iterable[UUID], outcome: LeadOutcome, *, won_by: UUID | None = None
) -> tuple[LeadEvent, ...]:
    """Return the end of these bids, but of those that ended before."""
    facts = lead.facts
    running = [(bidder, lead.bids[bidder]) for bidder in bidders if bidder not in lead.over]
    return tuple(
        BidEnded(
            lead_id=facts.id,
            case_id=facts.case_id,
            case_reference=facts.case_reference,
            creditor_id=facts.creditor_id,
            partner_id=bidder,
            quote_id=quote.id if quote else None,
            outcome=_outcome(outcome, quote, won=bidder == won_by),
        )
        for bidder, quote in running
    )


def _outcome(of_lead: LeadOutcome, quote: Quote | None, *, won: bool) -> BidOutcome:
    if quote is None:
        return "no_quote"
    return "won" if won else _OUTCOME_OF_QUOTES[of_lead]


_OUTCOME_OF_QUOTES: dict[LeadOutcome, BidOutcome] = {
    "winner": "lost",
    "pullback": "pulled_back",
    "expired": "expired",
    "no_quotes": "expired",
}


def _over() -> Conflict:
    return Conflict(
        "lead_over", "This request for quotes is over: nothing can be chosen or withdrawn any more."
    )

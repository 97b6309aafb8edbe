"""Asking for quotes: who may give one, who may not, and what a quote is."""

from decimal import Decimal
from typing import assert_never

from services.messaging.commands import BarBidder, InvitePartner, OpenLead, SubmitQuote, quote_id
from services.messaging.decider import shapes
from services.messaging.decider.lead.state import EndedLead, LeadEvent, NoLead, RunningLead, State, may_see
from services.messaging.decider.lead.timing import takes_quotes
from shared.contracts.messaging import (
    QUOTE_COMMENT_MAX_CHARACTERS,
    BidderBarred,
    LeadOpened,
    PartnerInvited,
    QuoteSubmitted,
    QuoteTerms,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound

_PERCENT_MAX = 100
_PERCENT_DECIMALS = 2


def open_lead(command: OpenLead, state: State) -> tuple[LeadEvent, ...]:
    """Return the beginning of the lead, nothing where it has begun."""
    match state:
        case NoLead():
            return (
                LeadOpened(
                    lead_id=command.lead_id,
                    case_id=command.case_id,
                    case_reference=command.case_reference,
                    round=command.round,
                    creditor_id=command.creditor_id,
                    debtor_type=command.debtor.type,
                    debtor_name=command.debtor.name,
                    amount=command.amount,
                    currency=command.currency,
                    window=command.window,
                    max_quotes=command.max_quotes,
                    managing_partner_id=command.managing_partner_id,
                ),
            )
        case RunningLead() | EndedLead():
            return ()
        case _:
            assert_never(state)


def invite(command: InvitePartner, state: State) -> tuple[LeadEvent, ...]:
    """Return what lets the partner quote, nothing where it may already."""
    match state:
        case NoLead():
            raise NotFound("lead_not_found", "There is no such lead.")
        case RunningLead() | EndedLead() if command.partner_id in state.bids:
            return ()
        case RunningLead(barred=barred) if command.partner_id in barred:
            raise Conflict(
                "partner_is_managing_partner",
                "This partner speaks or spoke for the client and sees every quote: ask another one to quote.",
                "partner_id",
            )
        case RunningLead() | EndedLead() if command.partner_kind == "exclusive" and not command.custom_quote:
            raise Conflict(
                "partner_is_assigned_cases",
                "An exclusive partner is assigned its cases and quotes for none of others': assign the case, "
                "and the partner may begin a quote of its own.",
                "partner_id",
            )
        case RunningLead(facts=facts) if takes_quotes(state, command.at):
            return (
                PartnerInvited(
                    lead_id=facts.id,
                    case_id=facts.case_id,
                    case_reference=facts.case_reference,
                    creditor_id=facts.creditor_id,
                    partner_id=command.partner_id,
                    custom_quote=command.custom_quote,
                    window=facts.window,
                ),
            )
        case RunningLead() | EndedLead():
            raise Conflict(
                "quotes_closed", "Quotes for this case are no longer taken: nobody can be invited."
            )
        case _:
            assert_never(state)


def bar(command: BarBidder, state: State) -> tuple[LeadEvent, ...]:
    """Return what keeps the partner from bidding. Raises Conflict for one that bids."""
    if not isinstance(state, RunningLead) or command.partner_id in state.barred:
        return ()
    if command.partner_id in state.bids:
        raise Conflict(
            "partner_bids",
            "This partner was asked for a quote and cannot speak for the client as well: name another one.",
            "partner_id",
        )
    facts = state.facts
    return (
        BidderBarred(
            lead_id=facts.id,
            case_id=facts.case_id,
            case_reference=facts.case_reference,
            creditor_id=facts.creditor_id,
            partner_id=command.partner_id,
        ),
    )


def submit(command: SubmitQuote, state: State) -> tuple[LeadEvent, ...]:
    """Return the quote, nothing for the same again."""
    partner_id = command.author.company_id
    lead = may_see(state, partner_id)
    if partner_id not in lead.bids:
        raise Forbidden("partners_only", "Quotes are given by the partners that were invited.")
    given = lead.bids[partner_id]
    if given is not None:
        if (given.terms, given.comment) == (command.terms, command.comment):
            return ()
        raise Conflict("quote_given", "Your company has given its quote for this case: it is binding.")
    _check_terms(command.terms, command.comment)
    match lead:
        case RunningLead(facts=facts) if takes_quotes(lead, command.at) and partner_id not in lead.over:
            return (
                QuoteSubmitted(
                    quote_id=quote_id(facts.id, partner_id),
                    lead_id=facts.id,
                    case_id=facts.case_id,
                    case_reference=facts.case_reference,
                    creditor_id=facts.creditor_id,
                    partner_id=partner_id,
                    author_id=command.author.id,
                    author_name=command.author.name,
                    submitted_at=command.at,
                    terms=command.terms,
                    comment=command.comment,
                ),
            )
        case RunningLead() | EndedLead():
            # One sentence for all reasons: another would tell what the rivals or the creditor did.
            raise Conflict("quotes_closed", "Quotes for this case are no longer taken.")
        case _:
            assert_never(lead)


def _check_terms(terms: QuoteTerms, comment: str | None) -> None:
    if terms.success_fee_percent is None and terms.fixed_fee is None:
        raise Invalid(
            "quote_without_price", "Give a success_fee_percent, a fixed_fee, or both.", "success_fee_percent"
        )
    if terms.success_fee_percent is not None:
        _check_percent(terms.success_fee_percent)
    if terms.fixed_fee is not None and shapes.amount(terms.fixed_fee, "fixed_fee") == 0:
        raise Invalid("fee_zero", "Give a fee of more than nothing, or leave it out.", "fixed_fee")
    shapes.currency(terms.currency)
    if comment is not None:
        shapes.text(comment, "comment", QUOTE_COMMENT_MAX_CHARACTERS)


def _check_percent(percent: Decimal) -> None:
    exponent = percent.as_tuple().exponent
    if not isinstance(exponent, int) or not 0 < percent <= _PERCENT_MAX or -exponent > _PERCENT_DECIMALS:
        raise Invalid(
            "percent_malformed",
            f"Give more than 0 and at most {_PERCENT_MAX}, with up to {_PERCENT_DECIMALS} decimals.",
            "success_fee_percent",
        )

"""
Leads: quotes are asked for, given, and one of them chosen; or the lead ends in another way.

Whoever is refused learns of its own bid alone: a full lead and one whose window has ended say the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from services.messaging.commands import (
    BarBidder,
    ChooseWinner,
    InvitePartner,
    LeadCommand,
    LeadThreadKind,
    OpenLead,
    OpenThread,
    PullBackLead,
    SubmitQuote,
    SweepLead,
    open_lead_thread,
    quote_id,
)
from services.messaging.decider import shapes
from shared.contracts.messaging import (
    QUOTE_COMMENT_MAX_CHARACTERS,
    BidderBarred,
    BidEnded,
    BidOutcome,
    LeadClosed,
    LeadOpened,
    LeadOutcome,
    PartnerInvited,
    QuoteChoiceReminded,
    QuoteSubmitted,
    QuoteTerms,
    QuoteWindow,
)
from shared.errors import Conflict, Forbidden, Invalid, NotFound

LeadEvent = (
    LeadOpened | BidderBarred | PartnerInvited | QuoteSubmitted | QuoteChoiceReminded | BidEnded | LeadClosed
)

WINDOW_BUSINESS_DAYS = 5
REMINDER_DAYS = (7, 14)
EXPIRY_DAYS = 21
"""How long after quotes were last taken the creditor may choose."""

_PERCENT_MAX = 100
_PERCENT_DECIMALS = 2


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

    `barred` are those that speak or spoke for the client meanwhile: they see every quote and do not bid.
    """

    facts: LeadFacts
    bids: Mapping[UUID, Quote | None] = field(default_factory=dict)
    barred: frozenset[UUID] = frozenset()
    full_at: datetime | None = None
    reminded_days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EndedLead:
    """`outcome` is None between the end of the bids and the closing, which are decided together."""

    facts: LeadFacts
    bids: Mapping[UUID, Quote | None]
    outcome: LeadOutcome | None = None
    chosen: UUID | None = None


State = NoLead | RunningLead | EndedLead


def initial() -> State:
    return NoLead()


def decide(command: LeadCommand, state: State) -> tuple[LeadEvent, ...]:  # noqa: PLR0911 - one per command
    match command:
        case OpenLead():
            return _open(command, state)
        case InvitePartner():
            return _invite(command, state)
        case BarBidder():
            return _bar(command, state)
        case SubmitQuote():
            return _submit(command, state)
        case ChooseWinner():
            return _choose(command, state)
        case PullBackLead():
            return _pull_back(command, state)
        case SweepLead():
            return _sweep(command, state)
        case _:
            assert_never(command)


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
            full = _count(bids) >= running.facts.max_quotes
            return replace(running, bids=bids, full_at=event.submitted_at if full else None)
        case QuoteChoiceReminded():
            return replace(_running(state), reminded_days=event.days)
        case BidEnded():
            return _ended(state)
        case LeadClosed():
            return replace(_ended(state), outcome=event.outcome, chosen=event.quote_id)
        case _:
            assert_never(event)


def audience(state: State) -> frozenset[UUID]:
    """Return who may know of the whole lead: the creditor alone."""
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


def thread_to_open(
    state: State, *, kind: LeadThreadKind, company_id: UUID | None, partner_id: UUID | None
) -> OpenThread:
    """
    Return the command that makes sure of a partner's thread in the lead; company None is the platform.

    A partner means itself, everybody else names the partner. Raises NotFound for a company that is neither
    the creditor nor invited and for a partner that asks for another's, Invalid where no partner is named,
    Conflict where that kind of thread is not to be had now.
    """
    if isinstance(state, NoLead):
        raise _no_case()
    facts = state.facts
    if company_id not in (None, facts.creditor_id):
        if company_id not in state.bids or partner_id not in (None, company_id):
            raise _no_case()
        partner_id = company_id
    if partner_id is None:
        raise Invalid(
            "partner_not_named",
            "This case has one such chat for each partner that may quote: name the partner in partner_id.",
            "partner_id",
        )
    if partner_id not in state.bids:
        raise NotFound("partner_not_invited", "This partner was not invited to quote.", "partner_id")
    quoted = state.bids[partner_id] is not None
    if kind == "lead_chat" and not quoted:
        raise Conflict(
            "thread_comes_with_quote",
            "This chat opens with the partner's quote: use the invoice_questions_chat until then.",
        )
    return open_lead_thread(
        kind,
        lead_id=facts.id,
        case_id=facts.case_id,
        reference=facts.case_reference,
        creditor_id=facts.creditor_id,
        partner_id=partner_id,
    )


def expires_at(state: RunningLead) -> datetime:
    """Return when a lead with quotes ends if nobody chooses."""
    return _choice_since(state) + timedelta(days=EXPIRY_DAYS)


def _open(command: OpenLead, state: State) -> tuple[LeadEvent, ...]:
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


def _invite(command: InvitePartner, state: State) -> tuple[LeadEvent, ...]:
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
        case RunningLead(facts=facts) if _takes_quotes(state, command.at):
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


def _bar(command: BarBidder, state: State) -> tuple[LeadEvent, ...]:
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


def _submit(command: SubmitQuote, state: State) -> tuple[LeadEvent, ...]:
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
        case RunningLead(facts=facts) if _takes_quotes(lead, command.at):
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


def _choose(command: ChooseWinner, state: State) -> tuple[LeadEvent, ...]:
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


def _pull_back(command: PullBackLead, state: State) -> tuple[LeadEvent, ...]:
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


def _sweep(command: SweepLead, state: State) -> tuple[LeadEvent, ...]:
    if not isinstance(state, RunningLead) or _takes_quotes(state, command.at):
        return ()
    if not _count(state.bids):
        return _end(state, "no_quotes")
    if command.at >= expires_at(state):
        return _end(state, "expired")
    waiting = command.at - _choice_since(state)
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
        *(
            BidEnded(
                lead_id=facts.id,
                case_id=facts.case_id,
                case_reference=facts.case_reference,
                creditor_id=facts.creditor_id,
                partner_id=partner_id,
                quote_id=bid.id if bid else None,
                outcome="won" if partner_id == won_by else _OUTCOME_OF_BIDS[outcome],
            )
            for partner_id, bid in lead.bids.items()
        ),
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


_OUTCOME_OF_BIDS: dict[LeadOutcome, BidOutcome] = {
    "winner": "lost",
    "pullback": "pulled_back",
    "expired": "expired",
    "no_quotes": "expired",
}


def _takes_quotes(lead: RunningLead, at: datetime) -> bool:
    return lead.full_at is None and at < lead.facts.window.closes_at


def _choice_since(lead: RunningLead) -> datetime:
    return lead.full_at or lead.facts.window.closes_at


def _count(bids: Mapping[UUID, Quote | None]) -> int:
    return sum(quote is not None for quote in bids.values())


def _check_terms(terms: QuoteTerms, comment: str | None) -> None:
    if terms.success_fee_percent is None and terms.fixed_fee is None:
        raise Invalid(
            "quote_without_price", "Give a success_fee_percent, a fixed_fee, or both.", "success_fee_percent"
        )
    if terms.success_fee_percent is not None:
        _check_percent(terms.success_fee_percent)
    if terms.fixed_fee is not None:
        shapes.amount(terms.fixed_fee, "fixed_fee")
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


def _running(state: State) -> RunningLead:
    if isinstance(state, RunningLead):
        return state
    raise ValueError("this happens to a lead only between its opening and its end")


def _ended(state: State) -> EndedLead:
    match state:
        case EndedLead():
            return state
        case RunningLead(facts=facts, bids=bids):
            return EndedLead(facts=facts, bids=bids)
        case NoLead():
            raise ValueError("a lead's stream begins with LeadOpened")
        case _:
            assert_never(state)


def _over() -> Conflict:
    return Conflict(
        "lead_over", "This request for quotes is over: nothing can be chosen or withdrawn any more."
    )


def _no_case() -> NotFound:
    return NotFound("case_not_found", "There is no such case.")

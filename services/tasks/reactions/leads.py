"""Whoever is invited to quote is to quote; whoever was quoted is to choose. Pure."""

from collections.abc import Iterable
from uuid import UUID, uuid5

from services.tasks.commands import Following
from services.tasks.reactions.cases import CaseFacts
from services.tasks.reactions.context import Context, asks, on_case, solving
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import BidEnded, LeadClosed, PartnerInvited, QuoteSubmitted
from shared.contracts.tasks import Deadline, SolvedBy


def invited_partner(invited: PartnerInvited, _: CaseFacts) -> Iterable[UUID | None]:
    return (invited.partner_id, invited.creditor_id)


def quoted_creditor(quote: QuoteSubmitted, _: CaseFacts) -> Iterable[UUID | None]:
    return (quote.creditor_id, quote.partner_id)


def partner_invited(event: RecordedEvent, invited: PartnerInvited, context: Context) -> Iterable[Following]:
    """Quotes are taken until the window's end, which the creditor's calendar has fixed."""
    window = invited.window
    deadline = Deadline(
        due_at=window.closes_at,
        calendar=window.calendar,
        time_zone=context.company(invited.partner_id).calendar.time_zone,
        skipped_days=window.skipped_days,
        rule="end of the quote window",
        asked_time_zone=window.time_zone,
    )
    task = asks(
        event,
        context,
        type="ProvideQuote",
        of=invited.partner_id,
        by=invited.creditor_id,
        case_id=invited.case_id,
        case_reference=invited.case_reference,
        about_id=invited.lead_id,
        deadline=deadline,
    )
    yield on_case(event, invited.case_id, opens=[task])


def quote_submitted(event: RecordedEvent, quote: QuoteSubmitted, context: Context) -> Iterable[Following]:
    """The quote is given. The first one of a lead asks the creditor to choose; later ones find it asked."""
    choice = asks(
        event,
        context,
        type="SelectQuoteWinner",
        of=quote.creditor_id,
        by=None,
        case_id=quote.case_id,
        case_reference=quote.case_reference,
        about_id=quote.lead_id,
    ).model_copy(update={"id": uuid5(quote.lead_id, "SelectQuoteWinner")})
    given = solving("ProvideQuote", by="quote", company_id=quote.partner_id, about_id=quote.lead_id)
    yield on_case(event, quote.case_id, solves=[given], opens=[choice])


def bid_ended(event: RecordedEvent, ended: BidEnded, _: Context) -> Iterable[Following]:
    """There is no lead to quote for any more."""
    over = solving("ProvideQuote", by="withdrawn", company_id=ended.partner_id, about_id=ended.lead_id)
    yield on_case(event, ended.case_id, solves=[over])


def lead_closed(event: RecordedEvent, closed: LeadClosed, _: Context) -> Iterable[Following]:
    """The creditor has chosen, or there is nothing left to choose from."""
    by: SolvedBy = "choice" if closed.outcome == "winner" else "withdrawn"
    yield on_case(
        event, closed.case_id, solves=[solving("SelectQuoteWinner", by=by, about_id=closed.lead_id)]
    )

"""Leads and bids."""

from services.messaging.projections.timeline_items.item import Item, Items, text
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    BidEnded,
    LeadClosed,
    LeadOpened,
    PartnerInvited,
    QuoteChoiceReminded,
    QuoteSubmitted,
)


def _lead_opened(event: RecordedEvent, data: LeadOpened) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="lead_opened",
        title="Quotes asked for",
        data={
            "lead_id": str(data.lead_id),
            "closes_at": text(data.window.closes_at),
            "max_quotes": data.max_quotes,
        },
    )


def _partner_invited(event: RecordedEvent, data: PartnerInvited) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="partner_invited",
        title="Partner invited to quote",
        data={
            "lead_id": str(data.lead_id),
            "partner_id": str(data.partner_id),
            "closes_at": text(data.window.closes_at),
        },
    )


def _quote_submitted(_: RecordedEvent, data: QuoteSubmitted) -> Item:
    terms = data.terms
    return Item(
        id=data.quote_id,
        case_id=data.case_id,
        type="quote_submitted",
        title="Quote",
        description=data.comment,
        author_id=data.author_id,
        author_name=data.author_name,
        data={
            "lead_id": str(data.lead_id),
            "quote_id": str(data.quote_id),
            "partner_id": str(data.partner_id),
            "success_fee_percent": text(terms.success_fee_percent),
            "fixed_fee": text(terms.fixed_fee),
            "currency": terms.currency,
        },
    )


def _choice_reminded(event: RecordedEvent, data: QuoteChoiceReminded) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="quote_choice_reminded",
        title="Quotes are waiting for a choice",
        data={
            "lead_id": str(data.lead_id),
            "days": data.days,
            "expires_at": text(data.expires_at),
        },
    )


def _bid_ended(event: RecordedEvent, data: BidEnded) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="bid_ended",
        title=f"Bid ended: {data.outcome.replace('_', ' ')}",
        data={
            "lead_id": str(data.lead_id),
            "partner_id": str(data.partner_id),
            "quote_id": text(data.quote_id),
            "outcome": data.outcome,
        },
    )


def _lead_closed(event: RecordedEvent, data: LeadClosed) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="lead_closed",
        title=f"Quotes closed: {data.outcome.replace('_', ' ')}",
        data={
            "lead_id": str(data.lead_id),
            "outcome": data.outcome,
            "quote_id": text(data.quote_id),
            "partner_id": text(data.partner_id),
        },
    )


ITEMS: Items = {
    BidEnded: _bid_ended,
    LeadClosed: _lead_closed,
    LeadOpened: _lead_opened,
    PartnerInvited: _partner_invited,
    QuoteChoiceReminded: _choice_reminded,
    QuoteSubmitted: _quote_submitted,
}

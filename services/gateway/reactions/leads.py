"""Leads, bidders and quotes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import messaging
from shared.contracts.envelope import RecordedEvent
from shared.contracts.rpc import Shape


class LeadNotice(Shape):
    """What happened to a lead, or to one partner's bid for it: what the event tells, and no more."""

    id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    partner_id: UUID | None = None
    quote_id: UUID | None = None
    outcome: messaging.LeadOutcome | messaging.BidOutcome | None = None
    closes_at: datetime | None = None
    expires_at: datetime | None = None


def _lead(
    kind: str,
    data: messaging.LeadOpened
    | messaging.PartnerInvited
    | messaging.QuoteSubmitted
    | messaging.QuoteChoiceReminded
    | messaging.BidEnded
    | messaging.LeadClosed,
    **more: Any,
) -> LiveEvent:
    return LiveEvent(
        kind,
        LeadNotice(
            id=data.lead_id,
            case_id=data.case_id,
            case_reference=data.case_reference,
            creditor_id=data.creditor_id,
            **more,
        ),
    )


def _lead_opened(_: RecordedEvent, data: messaging.LeadOpened) -> LiveEvent:
    return _lead("lead.opened", data, closes_at=utc(data.window.closes_at))


def _partner_invited(_: RecordedEvent, data: messaging.PartnerInvited) -> LiveEvent:
    return _lead("lead.invited", data, partner_id=data.partner_id, closes_at=utc(data.window.closes_at))


def _quote_submitted(_: RecordedEvent, data: messaging.QuoteSubmitted) -> LiveEvent:
    return _lead("lead.quoted", data, partner_id=data.partner_id, quote_id=data.quote_id)


def _choice_reminded(_: RecordedEvent, data: messaging.QuoteChoiceReminded) -> LiveEvent:
    return _lead("lead.reminded", data, expires_at=utc(data.expires_at))


def _bid_ended(_: RecordedEvent, data: messaging.BidEnded) -> LiveEvent:
    return _lead(
        "lead.bid_ended", data, partner_id=data.partner_id, quote_id=data.quote_id, outcome=data.outcome
    )


def _lead_closed(_: RecordedEvent, data: messaging.LeadClosed) -> LiveEvent:
    return _lead(
        "lead.closed", data, partner_id=data.partner_id, quote_id=data.quote_id, outcome=data.outcome
    )


REACTIONS: Reactions = {
    messaging.BidEnded: _bid_ended,
    messaging.LeadClosed: _lead_closed,
    messaging.LeadOpened: _lead_opened,
    messaging.PartnerInvited: _partner_invited,
    messaging.QuoteChoiceReminded: _choice_reminded,
    messaging.QuoteSubmitted: _quote_submitted,
}

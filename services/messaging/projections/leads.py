"""Leads and bids."""

from services.messaging.projections.statements import Execute
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    BidEnded,
    CaseDetailsChanged,
    LeadClosed,
    LeadOpened,
    PartnerInvited,
    QuoteSubmitted,
)


def project(event: RecordedEvent, execute: Execute) -> None:
    """Bring the rows that an event changes up to date; doing it again changes nothing."""
    match event.data:
        case LeadOpened() as data:
            execute(
                "open_lead",
                id=data.lead_id,
                case_id=data.case_id,
                case_reference=data.case_reference,
                creditor_id=data.creditor_id,
                debtor_type=data.debtor_type,
                debtor_name=data.debtor_name,
                amount=data.amount,
                currency=data.currency,
                opened_at=event.time,
                closes_at=data.window.closes_at,
                calendar=data.window.calendar,
                time_zone=data.window.time_zone,
                skipped_days=list(data.window.skipped_days),
                max_quotes=data.max_quotes,
                position=event.position,
            )
        case CaseDetailsChanged() as data:
            execute(
                "change_lead",
                case_id=data.case_id,
                case_reference=data.reference,
                debtor_type=data.debtor_type,
                debtor_name=data.debtor_name,
                amount=data.amount,
                currency=data.currency,
            )
        case PartnerInvited() as data:
            execute(
                "add_bid",
                lead_id=data.lead_id,
                partner_id=data.partner_id,
                invited_at=event.time,
                custom_quote=data.custom_quote,
            )
        case QuoteSubmitted() as data:
            execute(
                "give_quote",
                lead_id=data.lead_id,
                partner_id=data.partner_id,
                quote_id=data.quote_id,
                success_fee_percent=data.terms.success_fee_percent,
                fixed_fee=data.terms.fixed_fee,
                currency=data.terms.currency,
                comment=data.comment,
                author_id=data.author_id,
                author_name=data.author_name,
                submitted_at=data.submitted_at,
            )
        case BidEnded() as data:
            execute(
                "end_bid",
                lead_id=data.lead_id,
                partner_id=data.partner_id,
                outcome=data.outcome,
                ended_at=event.time,
            )
        case LeadClosed() as data:
            execute("end_lead", id=data.lead_id, outcome=data.outcome, ended_at=event.time)
        case _:
            pass

"""Cases and partnerships: what is told of their life."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import messaging
from shared.contracts.envelope import RecordedEvent
from shared.contracts.rpc import Shape


class CaseNotice(Shape):
    """What changed about a case: `id` and `reference`, and those of the other fields that the event tells."""

    id: UUID
    reference: str
    status: messaging.CaseStatus | None = None
    previous_status: messaging.CaseStatus | None = None
    creditor_id: UUID | None = None
    partner_id: UUID | None = None
    debtor: messaging.Debtor | None = None
    amount: Decimal | None = None
    currency: str | None = None
    opened_at: datetime | None = None
    close_code: str | None = None
    into_case_id: UUID | None = None
    note: str | None = None
    closure_requested: bool | None = None
    division: messaging.Division | None = None
    managing_partner_id: UUID | None = None
    side: messaging.Side | None = None
    user_id: UUID | None = None


class PaymentNotice(Shape):
    """A payment on a case, and what is outstanding after it."""

    id: UUID
    case_id: UUID
    amount: Decimal
    currency: str
    paid_on: date
    received_by: messaging.Side
    outstanding: Decimal
    reported_at: datetime


class PartnershipNotice(Shape):
    """Two companies work together from now on."""

    id: UUID
    creditor_id: UUID
    partner_id: UUID
    established_at: datetime


def _case_opened(event: RecordedEvent, data: messaging.CaseOpened) -> LiveEvent:
    return LiveEvent(
        "case.opened",
        CaseNotice(
            id=data.case_id,
            reference=data.reference,
            status=data.status,
            creditor_id=data.creditor_id,
            debtor=messaging.Debtor(type=data.debtor_type, name=data.debtor_name),
            amount=data.amount,
            currency=data.currency,
            opened_at=utc(event.time),
        ),
    )


def _case_details_changed(_: RecordedEvent, data: messaging.CaseDetailsChanged) -> LiveEvent:
    return LiveEvent(
        "case.details_changed",
        CaseNotice(
            id=data.case_id,
            reference=data.reference,
            debtor=messaging.Debtor(type=data.debtor_type, name=data.debtor_name),
            amount=data.amount,
            currency=data.currency,
        ),
    )


def _case_assigned(_: RecordedEvent, data: messaging.CaseAssigned) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id,
        reference=data.reference,
        creditor_id=data.creditor_id,
        partner_id=data.partner_id,
    )
    return LiveEvent("case.assigned", notice)


def _case_status_changed(_: RecordedEvent, data: messaging.CaseStatusChanged) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id,
        reference=data.reference,
        status=data.status,
        previous_status=data.previous,
        **_noted(data.note),
    )
    return LiveEvent("case.status_changed", notice)


def _noted(note: str | None) -> dict[str, Any]:
    return {} if note is None else {"note": note}


def _case_released(_: RecordedEvent, data: messaging.CaseReleased) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id,
        reference=data.reference,
        status=data.status,
        creditor_id=data.creditor_id,
        partner_id=data.partner_id,
        managing_partner_id=data.managing_partner_id,
    )
    return LiveEvent("case.assigned", notice)


def _case_declined(_: RecordedEvent, data: messaging.CaseDeclined) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, partner_id=data.partner_id, note=data.reason
    )
    return LiveEvent("case.declined", notice)


def _closure_requested(_: RecordedEvent, data: messaging.CaseClosureRequested) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, closure_requested=True, **_noted(data.comment)
    )
    return LiveEvent("case.closure_requested", notice)


def _payment_reported(event: RecordedEvent, data: messaging.PaymentReported) -> LiveEvent:
    notice = PaymentNotice(
        id=data.payment_id,
        case_id=data.case_id,
        amount=data.amount,
        currency=data.currency,
        paid_on=data.paid_on,
        received_by=data.received_by,
        outstanding=data.outstanding,
        reported_at=utc(event.time),
    )
    return LiveEvent("payment.reported", notice)


def _case_user_assigned(_: RecordedEvent, data: messaging.CaseUserAssigned) -> LiveEvent:
    notice = CaseNotice(id=data.case_id, reference=data.reference, side=data.side, user_id=data.user_id)
    return LiveEvent("case.user_assigned", notice)


def _case_division_changed(_: RecordedEvent, data: messaging.CaseDivisionChanged) -> LiveEvent:
    notice = CaseNotice(id=data.case_id, reference=data.reference, division=data.division)
    return LiveEvent("case.division_changed", notice)


def _managing_partner_named(_: RecordedEvent, data: messaging.CaseManagingPartnerNamed) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, managing_partner_id=data.managing_partner_id
    )
    return LiveEvent("case.managing_partner_named", notice)


def _case_closed(_: RecordedEvent, data: messaging.CaseClosed) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, status="Closed", close_code=data.close_code
    )
    return LiveEvent("case.closed", notice)


def _case_merged(_: RecordedEvent, data: messaging.CaseMerged) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, status="Merged", into_case_id=data.into_case_id
    )
    return LiveEvent("case.merged", notice)


def _partnership_established(event: RecordedEvent, data: messaging.PartnershipEstablished) -> LiveEvent:
    return LiveEvent(
        "partnership.established",
        PartnershipNotice(
            id=data.partnership_id,
            creditor_id=data.creditor_id,
            partner_id=data.partner_id,
            established_at=utc(event.time),
        ),
    )


REACTIONS: Reactions = {
    messaging.CaseAssigned: _case_assigned,
    messaging.CaseClosed: _case_closed,
    messaging.CaseClosureRequested: _closure_requested,
    messaging.CaseDeclined: _case_declined,
    messaging.CaseDetailsChanged: _case_details_changed,
    messaging.CaseDivisionChanged: _case_division_changed,
    messaging.CaseManagingPartnerNamed: _managing_partner_named,
    messaging.CaseMerged: _case_merged,
    messaging.CaseOpened: _case_opened,
    messaging.CaseReleased: _case_released,
    messaging.CaseStatusChanged: _case_status_changed,
    messaging.CaseUserAssigned: _case_user_assigned,
    messaging.PartnershipEstablished: _partnership_established,
    messaging.PaymentReported: _payment_reported,
}

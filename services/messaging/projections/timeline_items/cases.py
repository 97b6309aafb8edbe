"""The life of the case itself: how it stands, whose it is, what was paid."""

from typing import Any

from services.messaging.projections.timeline_items.item import Item, Items, text
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseClosureRequested,
    CaseDeclined,
    CaseDetailsChanged,
    CaseDivisionChanged,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseReleased,
    CaseStatus,
    CaseStatusChanged,
    CaseUserAssigned,
    PaymentReported,
)

STATUS_LABELS: dict[CaseStatus, str] = {
    "PendingContractSigning": "Pending contract signing",
    "PendingVerificationInternal": "Pending Verification Internal",
    "PendingVerification": "Pending Verification",
    "NeedsAdditionalDetails": "More Info Required",
    "Leads": "Collecting Quotes",
    "LeadsQuoteGiven": "Pending Quote Selection",
    "Active": "Active",
    "Paused": "Paused",
    "Closed": "Closed",
    "Merged": "Merged",
}


def _case_opened(event: RecordedEvent, data: CaseOpened) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_opened",
        title="Case opened",
        data={**_details(data), "status": data.status},
    )


def _case_details_changed(event: RecordedEvent, data: CaseDetailsChanged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_details_changed",
        title="Details changed",
        data=_details(data),
    )


def _details(data: CaseOpened | CaseDetailsChanged) -> dict[str, Any]:
    return {
        "reference": data.reference,
        "debtor": {"type": data.debtor_type, "name": data.debtor_name},
        "amount": str(data.amount),
        "currency": data.currency,
    }


def _case_assigned(event: RecordedEvent, data: CaseAssigned) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_assigned",
        title="Assigned to a partner",
        data={"engagement_id": str(data.engagement_id), "partner_id": str(data.partner_id)},
    )


def _case_released(event: RecordedEvent, data: CaseReleased) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_released",
        title="Verified by the platform and released to the partner",
        data={
            "engagement_id": str(data.engagement_id),
            "partner_id": str(data.partner_id),
            "status": data.status,
        },
    )


def _case_declined(event: RecordedEvent, data: CaseDeclined) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_declined",
        title="Case declined by the partner",
        description=data.reason,
        data={
            "engagement_id": str(data.engagement_id),
            "partner_id": str(data.partner_id),
            "outcome": data.outcome,
        },
    )


def _closure_requested(event: RecordedEvent, data: CaseClosureRequested) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="closure_requested",
        title="Closing of the case requested",
        description=data.comment,
        author_id=data.author_id,
        author_name=data.author_name,
        data={"engagement_id": str(data.engagement_id), "thread_id": str(data.thread_id)},
    )


def _payment_reported(_: RecordedEvent, data: PaymentReported) -> Item:
    return Item(
        id=data.payment_id,
        case_id=data.case_id,
        type="payment_reported",
        title=f"Payment of {data.amount} {data.currency}",
        author_id=data.reporter_id,
        data={
            "payment_id": str(data.payment_id),
            "amount": str(data.amount),
            "currency": data.currency,
            "paid_on": data.paid_on.isoformat(),
            "received_by": data.received_by,
            "commission_paid": data.commission_paid,
            "outstanding": str(data.outstanding),
            "reported_by": data.reported_by,
        },
    )


def _user_assigned(event: RecordedEvent, data: CaseUserAssigned) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_user_assigned",
        title="Somebody else is in charge" if data.user_id else "Nobody is in charge any more",
        data={"side": data.side, "company_id": str(data.company_id), "user_id": text(data.user_id)},
    )


def _division_changed(event: RecordedEvent, data: CaseDivisionChanged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="division_changed",
        title="Division changed",
        description=data.division.name if data.division else None,
        data={"division_id": str(data.division.id) if data.division else None},
    )


def _managing_partner_named(event: RecordedEvent, data: CaseManagingPartnerNamed) -> Item:
    named = data.managing_partner_id
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="managing_partner_named",
        title="Managing partner named" if named else "The case has no managing partner any more",
        data={"managing_partner_id": text(named)},
    )


def _status_changed(event: RecordedEvent, data: CaseStatusChanged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="status_changed",
        title=f"Status changed to {STATUS_LABELS[data.status]}",
        description=data.note,
        data={
            "previous_status": data.previous,
            "status": data.status,
            "cause": data.cause,
            "exclusive_until": text(data.exclusive_until),
        },
    )


def _case_closed(event: RecordedEvent, data: CaseClosed) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_closed",
        title=f"Case closed: {data.close_code}",
        description=data.comment,
        data={"close_code": data.close_code},
    )


def _case_merged(event: RecordedEvent, data: CaseMerged) -> Item:
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="case_merged",
        title="Case merged into another",
        data={"into_case_id": text(data.into_case_id)},
    )


ITEMS: Items = {
    CaseAssigned: _case_assigned,
    CaseClosed: _case_closed,
    CaseClosureRequested: _closure_requested,
    CaseDeclined: _case_declined,
    CaseDetailsChanged: _case_details_changed,
    CaseDivisionChanged: _division_changed,
    CaseManagingPartnerNamed: _managing_partner_named,
    CaseMerged: _case_merged,
    CaseOpened: _case_opened,
    CaseReleased: _case_released,
    CaseStatusChanged: _status_changed,
    CaseUserAssigned: _user_assigned,
    PaymentReported: _payment_reported,
}

"""What surveys must know of a case, folded from the case's own stream."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseDetailsChanged,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    PaymentReported,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCase:
    """
    A case as of its last event. `activated_at` is when the present engagement became active first: surveys
    are counted from there. `audience` are the companies that may know of the case now.
    """

    id: UUID
    reference: str
    creditor_id: UUID
    currency: str
    amount: Decimal
    status: CaseStatus
    audience: frozenset[UUID]
    engagement_id: UUID | None = None
    partner_id: UUID | None = None
    activated_at: datetime | None = None
    paid: Decimal = Decimal(0)


State = KnownCase | None


def evolve(state: State, event: RecordedEvent) -> State:
    """Return the case after the event; what surveys need not know changes nothing."""
    match event.data:
        case CaseOpened() as data:
            state = KnownCase(
                id=data.case_id,
                reference=data.reference,
                creditor_id=data.creditor_id,
                currency=data.currency,
                amount=data.amount,
                status=data.status,
                audience=event.audience,
            )
        case CaseDetailsChanged() as data if state:
            state = replace(state, reference=data.reference, currency=data.currency, amount=data.amount)
        case CaseAssigned() as data if state:
            state = replace(
                state, engagement_id=data.engagement_id, partner_id=data.partner_id, activated_at=None
            )
        case CaseStatusChanged() as data if state:
            state = replace(state, status=data.status)
        case PaymentReported() as data if state:
            state = replace(state, paid=state.paid + data.amount)
        case CaseClosed() if state:
            state = replace(state, status="Closed")
        case CaseMerged() if state:
            state = replace(state, status="Merged")
        case _:
            pass
    if state is None:
        return None
    state = replace(state, audience=event.audience)
    if state.status == "Active" and state.partner_id is not None and state.activated_at is None:
        state = replace(state, activated_at=event.time)
    return state

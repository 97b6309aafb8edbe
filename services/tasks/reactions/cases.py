"""What a case is to tasks, folded from its own stream up to the event in hand. Pure."""

from dataclasses import dataclass, replace
from uuid import UUID

from shared.contracts.envelope import EventData
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseDeclined,
    CaseDetailsChanged,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    PaymentReported,
)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """
    Whose case it is, who speaks beside the creditor, who collects it, and where it stands and stood before.

    `collected` says that the present partner has ever had it active; `commission_open` that the client has
    got money in the partner's time and had not paid its commission then.
    """

    reference: str | None = None
    creditor_id: UUID | None = None
    managing_partner_id: UUID | None = None
    partner_id: UUID | None = None
    status: CaseStatus | None = None
    previous: CaseStatus | None = None
    collected: bool = False
    commission_open: bool = False

    @property
    def clients_side(self) -> tuple[UUID, ...]:
        """Return who speaks for the client: the creditor, and a managing partner where there is one."""
        return tuple(id_ for id_ in (self.creditor_id, self.managing_partner_id) if id_ is not None)


def evolve_case(case: CaseFacts, data: EventData) -> CaseFacts:
    """Return the case after one event of its stream; what tasks does not know changes nothing."""
    match data:
        case CaseOpened():
            case = CaseFacts(reference=data.reference, creditor_id=data.creditor_id, status=data.status)
        case CaseDetailsChanged():
            case = replace(case, reference=data.reference)
        case CaseAssigned():
            managing = data.managing_partner_id or case.managing_partner_id
            case = replace(
                case,
                creditor_id=data.creditor_id,
                managing_partner_id=managing,
                partner_id=data.partner_id,
                collected=False,
                commission_open=False,
            )
        case CaseManagingPartnerNamed():
            case = replace(case, managing_partner_id=data.managing_partner_id)
        case CaseDeclined(outcome="network"):
            case = replace(case, partner_id=None)
        case CaseStatusChanged() | CaseClosed() | CaseMerged():
            case = replace(case, previous=case.status, status=_status_after(data))
        case PaymentReported(received_by="creditor", commission_paid=False):
            case = replace(case, commission_open=True)
        case _:
            pass
    if case.status == "Active" and case.partner_id is not None and not case.collected:
        case = replace(case, collected=True)
    return case


def _status_after(data: CaseStatusChanged | CaseClosed | CaseMerged) -> CaseStatus:
    if isinstance(data, CaseStatusChanged):
        return data.status
    return "Closed" if isinstance(data, CaseClosed) else "Merged"

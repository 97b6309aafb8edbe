"""What a case is to tasks, folded from its own stream up to the event in hand. Pure."""

from dataclasses import dataclass, replace
from uuid import UUID

from shared.contracts.envelope import EventData
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseDeclined,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Whose case it is, who speaks beside the creditor, who collects it, and where it stands."""

    creditor_id: UUID | None = None
    managing_partner_id: UUID | None = None
    partner_id: UUID | None = None
    status: CaseStatus | None = None

    @property
    def clients_side(self) -> tuple[UUID, ...]:
        """Return who speaks for the client: the creditor, and a managing partner where there is one."""
        return tuple(id_ for id_ in (self.creditor_id, self.managing_partner_id) if id_ is not None)


def evolve_case(case: CaseFacts, data: EventData) -> CaseFacts:
    """Return the case after one event of its stream; what tasks does not know changes nothing."""
    match data:
        case CaseOpened():
            case = CaseFacts(creditor_id=data.creditor_id, status=data.status)
        case CaseAssigned():
            managing = data.managing_partner_id or case.managing_partner_id
            case = replace(
                case,
                creditor_id=data.creditor_id,
                managing_partner_id=managing,
                partner_id=data.partner_id,
            )
        case CaseManagingPartnerNamed():
            case = replace(case, managing_partner_id=data.managing_partner_id)
        case CaseDeclined(outcome="network"):
            case = replace(case, partner_id=None)
        case CaseStatusChanged():
            case = replace(case, status=data.status)
        case CaseClosed():
            case = replace(case, status="Closed")
        case CaseMerged():
            case = replace(case, status="Merged")
        case _:
            pass
    return case

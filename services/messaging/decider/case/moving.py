"""What happens to a case when it gets a partner or another status, whoever decided so."""

from datetime import date, datetime
from uuid import UUID

from services.messaging.commands import engagement_id
from services.messaging.decider.case.state import (
    HIDDEN_STATUSES,
    CaseEvent,
    ClosedCase,
    OpenCase,
)
from shared.contracts.messaging import (
    CaseAssigned,
    CaseReleased,
    CaseStatus,
    CaseStatusChanged,
    PartnerKind,
    StatusCause,
)
from shared.errors import Conflict

EXCLUSIVE_MONTHS = 6

# Where a case may go besides Closed and Merged, which every open case may reach. Statuses that only a quote
# can bring about or end lead nowhere here.
NEXT_STATUSES: dict[CaseStatus, frozenset[CaseStatus]] = {
    "PendingContractSigning": frozenset({"PendingVerificationInternal"}),
    "PendingVerificationInternal": frozenset({"PendingVerification"}),
    "PendingVerification": frozenset({"Active", "NeedsAdditionalDetails", "Leads"}),
    "NeedsAdditionalDetails": frozenset({"Active"}),
    "Leads": frozenset(),
    "LeadsQuoteGiven": frozenset(),
    "Active": frozenset({"Paused", "NeedsAdditionalDetails"}),
    "Paused": frozenset({"Active", "NeedsAdditionalDetails"}),
}


def require_assignable(kind: PartnerKind | None) -> None:
    """Raise Conflict for a partner of the Legal Network: it gets a case by a quote that was chosen."""
    if kind == "legal_network":
        raise Conflict(
            "partner_wins_cases",
            "A partner of the Legal Network gets a case by winning it, not by assignment: "
            "put the case into Leads and invite the partner to quote.",
            "partner_id",
        )


def assignment(
    state: OpenCase | ClosedCase,
    *,
    partner_id: UUID,
    reference: str,
    hidden: bool = False,
    at: datetime | None,
) -> CaseAssigned:
    """Return the event that begins the partner's engagement. Raises Conflict for the managing partner."""
    facts = state.facts
    if partner_id == facts.managing_partner_id:
        raise Conflict(
            "partner_is_managing_partner",
            "This partner speaks for the client on the case and cannot collect it: name another one.",
            "partner_id",
        )
    present = facts.engagement
    collecting = isinstance(state, OpenCase) and state.status in ("Active", "Paused")
    return CaseAssigned(
        case_id=facts.id,
        reference=reference,
        engagement_id=engagement_id(facts.id, partner_id, len(facts.engagements) + 1),
        creditor_id=facts.creditor_id,
        partner_id=partner_id,
        previous_engagement_id=present.id if present else None,
        managing_partner_id=facts.managing_partner_id,
        hidden=hidden,
        exclusive_until=end_of_exclusive_period(at) if collecting and at else None,
    )


def status_change(
    state: OpenCase,
    status: CaseStatus,
    *,
    reference: str | None = None,
    cause: StatusCause = "moved",
    note: str | None = None,
    at: datetime | None,
    partner_is_new: bool = False,
) -> tuple[CaseEvent, ...]:
    """
    Return the move to another status, and the release of the case to its partner where that comes with it.

    The exclusive period begins when a case becomes active for the first time in an engagement.
    """
    facts = state.facts
    begins = status == "Active" and (partner_is_new or not facts.accepted)
    moved = CaseStatusChanged(
        case_id=facts.id,
        reference=reference or facts.reference,
        previous=state.status,
        status=status,
        cause=cause,
        note=note,
        exclusive_until=end_of_exclusive_period(at) if begins and at else None,
    )
    if not facts.hidden or partner_is_new or status in HIDDEN_STATUSES or facts.engagement is None:
        return (moved,)
    return (
        moved,
        CaseReleased(
            case_id=facts.id,
            reference=reference or facts.reference,
            engagement_id=facts.engagement.id,
            creditor_id=facts.creditor_id,
            partner_id=facts.engagement.partner_id,
            status=status,
            managing_partner_id=facts.managing_partner_id,
        ),
    )


def require_way(state: OpenCase, status: CaseStatus) -> None:
    """Raise Conflict, with the ways there are, where the case cannot go there from where it is."""
    if status not in NEXT_STATUSES[state.status]:
        possible = ", ".join((*sorted(NEXT_STATUSES[state.status]), "Closed", "Merged"))
        raise Conflict(
            "case_transition_not_allowed",
            f"A case that is {state.status} cannot become {status}. It can become: {possible}.",
            "status",
        )


def end_of_exclusive_period(start: datetime) -> datetime:
    """Return the same time of day six months later, on the last day of a month that is too short."""
    months = start.month - 1 + EXCLUSIVE_MONTHS
    year, month = start.year + months // 12, months % 12 + 1
    return start.replace(year=year, month=month, day=min(start.day, _last_day(year, month)))


def _last_day(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - date.resolution).day

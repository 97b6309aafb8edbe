"""Who looks after a case: users in charge, the creditor's division, the managing partner."""

from uuid import UUID

from services.messaging.commands import AssignCaseUser, NameManagingPartner, SetCaseDivision
from services.messaging.decider import shapes
from services.messaging.decider.case.parties import require
from services.messaging.decider.case.state import CaseEvent, CaseFacts, MergedCase, State, facts_of
from shared.contracts.messaging import (
    CaseDivisionChanged,
    CaseManagingPartnerNamed,
    CaseUserAssigned,
    Side,
)
from shared.errors import Conflict, Invalid


def assign_user(command: AssignCaseUser, state: State) -> tuple[CaseEvent, ...]:
    """
    Return what puts the user in charge for its side.

    Each side does so for itself, the platform for either. Raises Invalid for whoever is no active user of it,
    and tells nothing of other companies' users by it.
    """
    party = require(
        state, command.company_id, "creditor", "partner", "platform", act="put a user in charge of a case"
    )
    side = command.side if party == "platform" else _own_side(party)
    if side is None:
        raise Invalid("side_missing", "Say whose user it is: creditor or partner.", "side")
    facts = _changeable(state)
    company_id = _company_on(side, facts)
    if command.user_id is not None and command.user_company_id != company_id:
        raise Invalid("user_not_of_side", f"Name an active user of the case's {side}.", "user_id")
    present = facts.creditor_user_id if side == "creditor" else facts.partner_user_id
    if command.user_id == present:
        return ()
    return (
        CaseUserAssigned(
            case_id=facts.id,
            reference=facts.reference,
            side=side,
            company_id=company_id,
            user_id=command.user_id,
        ),
    )


def set_division(command: SetCaseDivision, state: State) -> tuple[CaseEvent, ...]:
    if command.division is not None:
        shapes.name(command.division.name, "division.name")
    facts = _changeable(state)
    if facts.division == command.division:
        return ()
    return (CaseDivisionChanged(case_id=facts.id, reference=facts.reference, division=command.division),)


def name_managing_partner(command: NameManagingPartner, state: State) -> tuple[CaseEvent, ...]:
    """Return what lets the partner speak for the client. Raises Conflict for the one that collects."""
    facts = _changeable(state)
    if command.partner_id == facts.managing_partner_id:
        return ()
    if facts.engagement is not None and command.partner_id == facts.engagement.partner_id:
        raise Conflict(
            "partner_collects",
            "This partner collects the case and cannot speak for the client as well: name another one.",
            "partner_id",
        )
    return (
        CaseManagingPartnerNamed(
            case_id=facts.id,
            reference=facts.reference,
            managing_partner_id=command.partner_id,
            previous_id=facts.managing_partner_id,
            engagement_ids=tuple(each.id for each in facts.engagements if not each.hidden),
        ),
    )


def _own_side(party: str) -> Side:
    return "partner" if party == "partner" else "creditor"


def _company_on(side: Side, facts: CaseFacts) -> UUID:
    if side == "creditor":
        return facts.creditor_id
    if facts.engagement is None:
        raise Conflict("case_not_assigned", "The case has no partner yet: assign it to one first.")
    return facts.engagement.partner_id


def _changeable(state: State) -> CaseFacts:
    facts = facts_of(state)
    if isinstance(state, MergedCase):
        raise Conflict("case_merged", "The case was merged into another: nothing about it changes any more.")
    return facts

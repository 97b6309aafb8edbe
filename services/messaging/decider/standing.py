"""Who may log on a case, who may complain, and who may not know of it at all."""

from uuid import UUID

from services.messaging.commands import OnCase
from services.messaging.decider import case
from shared.errors import Conflict, NotFound


def as_collector(state: case.State, company_id: UUID, *, act: str) -> OnCase:
    """
    Return the case and the present engagement, which must be the company's; `act` is what it wants to do.

    Raises NotFound where the company may not know of the case, Forbidden for the client's side, Conflict for
    a former partner and on a merged case.
    """
    case.require(state, company_id, "partner", act=act)
    return _on(state, act)


def as_client(state: case.State, company_id: UUID, *, act: str) -> OnCase:
    """
    Return the case and its present engagement to a company that the case is collected for.

    Raises NotFound where the company may not know of the case, Forbidden for its partner, Conflict for a
    former one, on a merged case and while no partner knows of the case.
    """
    case.require(state, company_id, "creditor", "managing_partner", act=act)
    return _on(state, act)


def require_known(state: case.State, company_id: UUID) -> None:
    """Raise NotFound where the company may not know of the case, now or for a time that is over."""
    if company_id not in case.audience(state) | case.former_partners(case.facts_of(state)):
        raise NotFound("case_not_found", "There is no such case.")


def require_writable(state: case.State) -> None:
    """Raise Conflict on a merged case."""
    if isinstance(state, case.MergedCase):
        raise Conflict("case_merged", "The case was merged into another: it can only be read.")


def between(state: case.State, partner_id: UUID) -> frozenset[UUID]:
    """Return who may know of what is between the client's side and this partner, present or former."""
    facts = case.facts_of(state)
    third_voice = {facts.managing_partner_id} if facts.managing_partner_id else set()
    return frozenset({facts.creditor_id, partner_id} | third_voice)


def _on(state: case.State, act: str) -> OnCase:
    require_writable(state)
    facts = case.facts_of(state)
    if facts.engagement is None or facts.hidden:
        raise Conflict("case_not_assigned", f"No partner works on the case yet: nobody can {act}.")
    return OnCase(
        case_id=facts.id,
        case_reference=facts.reference,
        engagement_id=facts.engagement.id,
        creditor_id=facts.creditor_id,
        partner_id=facts.engagement.partner_id,
    )

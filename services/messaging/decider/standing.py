"""What a company is to a case: who may log on it, who may complain, and who may not know of it at all."""

from uuid import UUID

from services.messaging.commands import OnCase
from services.messaging.decider import case
from shared.errors import Conflict, Forbidden, NotFound


def as_collector(state: case.State, company_id: UUID, *, deed: str) -> OnCase:
    """
    Return the case and the present engagement, which must be the company's; `deed` is what it wants to do.

    Raises NotFound where the company may not know of the case, Forbidden for the creditor's side, Conflict
    for a former partner and on a merged case.
    """
    facts = case.facts_of(state)
    _require_known(facts, company_id)
    engagement = facts.engagement
    if company_id not in case.partners_of(facts):
        raise Forbidden(
            "partner_only", f"Only the partner that collects on the case can {deed}; you can read it."
        )
    _require_writable(state)
    if engagement is None or engagement.partner_id != company_id:
        raise Conflict(
            "case_reassigned", "The case was given to another partner: what you logged can only be read."
        )
    return _on(facts, engagement)


def as_client(state: case.State, company_id: UUID, *, deed: str) -> OnCase:
    """
    Return the case and its present engagement to a company that the case is collected for.

    Raises NotFound where the company may not know of the case, Forbidden for its partners, Conflict on a
    merged case and while there is no partner.
    """
    facts = case.facts_of(state)
    _require_known(facts, company_id)
    if company_id not in (facts.creditor_id, facts.managing_partner_id):
        raise Forbidden("creditor_only", f"Only the creditor's side of the case can {deed}.")
    _require_writable(state)
    if facts.engagement is None:
        raise Conflict("case_not_assigned", f"The case has no partner yet: there is no work to {deed} about.")
    return _on(facts, facts.engagement)


def require_known(state: case.State, company_id: UUID) -> None:
    """Raise NotFound where the company may not know of the case."""
    _require_known(case.facts_of(state), company_id)


def require_writable(state: case.State) -> None:
    """Raise Conflict on a merged case."""
    _require_writable(state)


def _require_known(facts: case.CaseFacts, company_id: UUID) -> None:
    if company_id not in {facts.creditor_id, facts.managing_partner_id, *case.partners_of(facts)}:
        raise NotFound("case_not_found", "There is no such case.")


def _require_writable(state: case.State) -> None:
    if isinstance(state, case.MergedCase):
        raise Conflict("case_merged", "The case was merged into another: it can only be read.")


def _on(facts: case.CaseFacts, engagement: case.Engagement) -> OnCase:
    return OnCase(
        case_id=facts.id,
        case_reference=facts.reference,
        engagement_id=engagement.id,
        creditor_id=facts.creditor_id,
        partner_id=engagement.partner_id,
    )

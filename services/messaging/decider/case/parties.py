"""Who stands where on a case, and who may therefore do what."""

from uuid import UUID

from services.messaging.decider.case.state import CaseFacts, State, facts_of
from shared.contracts.messaging import CaseParty
from shared.errors import Conflict, Forbidden, NotFound


def standing(state: State, company_id: UUID | None) -> CaseParty:
    """
    Return what the company is on the case; None stands for the platform.

    Raises NotFound for a case that the company may not know of, Conflict for one that it worked on and works
    on no longer.
    """
    facts = facts_of(state)
    if company_id is None:
        return "platform"
    if company_id == facts.creditor_id:
        return "creditor"
    if company_id == facts.managing_partner_id:
        return "managing_partner"
    if facts.engagement is not None and facts.engagement.partner_id == company_id and not facts.hidden:
        return "partner"
    if company_id in former_partners(facts):
        raise Conflict("engagement_over", "Your time on this case is over: you can only read it.")
    raise _not_found()


def require(
    state: State, company_id: UUID | None, *parties: CaseParty, act: str = "do this on the case"
) -> CaseParty:
    """Return what the company is if it is one of the parties. Raises Forbidden, or as `standing`."""
    party = standing(state, company_id)
    if party not in parties:
        allowed = " or ".join(sorted({_NAMES[each] for each in parties}))
        raise Forbidden("not_yours_to_do", f"Only {allowed} may {act}.")
    return party


def former_partners(facts: CaseFacts) -> frozenset[UUID]:
    """Return the partners that knew of the case in a time of theirs that is over."""
    past = facts.engagements if facts.vacant else facts.engagements[:-1]
    return frozenset(engagement.partner_id for engagement in past if not engagement.hidden)


_NAMES: dict[CaseParty, str] = {
    "platform": "the platform",
    "creditor": "the client",
    "managing_partner": "the client",
    "partner": "the partner",
}


def _not_found() -> NotFound:
    return NotFound("case_not_found", "There is no such case.")

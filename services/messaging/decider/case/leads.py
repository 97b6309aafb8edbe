"""What a case does because of its lead: the lead's stream has decided, the case follows."""

from collections.abc import Iterable
from typing import assert_never

from services.messaging.commands import (
    AwardCase,
    CaseOfLeadCommand,
    CloseCaseOfLead,
    NoteQuoteGiven,
    engagement_id,
)
from services.messaging.decider.case.state import CaseEvent, OpenCase, State
from shared.contracts.envelope import EventData
from shared.contracts.messaging import CaseAssigned, CaseClosed, CaseOpened, CaseStatus, CaseStatusChanged

ASKING_FOR_QUOTES: frozenset[CaseStatus] = frozenset({"Leads", "LeadsQuoteGiven"})


def follow_lead(command: CaseOfLeadCommand, state: State) -> tuple[CaseEvent, ...]:
    """Return what follows for the case, nothing where it is not asking for quotes any more."""
    if not isinstance(state, OpenCase) or state.status not in ASKING_FOR_QUOTES:
        return ()
    facts = state.facts
    match command:
        case NoteQuoteGiven():
            return () if state.status == "LeadsQuoteGiven" else (_moved(state, "LeadsQuoteGiven"),)
        case AwardCase(partner_id=partner_id):
            present = facts.engagement
            return (
                CaseAssigned(
                    case_id=facts.id,
                    reference=facts.reference,
                    engagement_id=engagement_id(facts.id, partner_id, len(facts.engagements) + 1),
                    creditor_id=facts.creditor_id,
                    partner_id=partner_id,
                    previous_engagement_id=present.id if present else None,
                ),
                _moved(state, "Active"),
            )
        case CloseCaseOfLead(close_code=code):
            return (CaseClosed(case_id=facts.id, reference=facts.reference, close_code=code),)
        case _:
            assert_never(command)


def lead_round(events: Iterable[EventData]) -> int:
    """Return how many times the case, whose events these are, has begun to ask for quotes."""
    return sum(
        isinstance(event, CaseOpened | CaseStatusChanged) and event.status == "Leads" for event in events
    )


def _moved(state: OpenCase, status: CaseStatus) -> CaseStatusChanged:
    facts = state.facts
    return CaseStatusChanged(
        case_id=facts.id, reference=facts.reference, previous=state.status, status=status
    )

"""What a case does because of its lead: the lead's stream has decided, the case follows."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import assert_never
from uuid import UUID

from services.messaging.commands import (
    AwardCase,
    CaseOfLeadCommand,
    CloseCaseOfLead,
    NameManagingPartner,
    NoteQuoteGiven,
)
from services.messaging.decider.case import people
from services.messaging.decider.case.moving import assignment, status_change
from services.messaging.decider.case.state import CaseEvent, OpenCase, State
from shared.contracts.envelope import EventData
from shared.contracts.messaging import CaseClosed, CaseOpened, CaseStatus, CaseStatusChanged

ASKING_FOR_QUOTES: frozenset[CaseStatus] = frozenset({"Leads", "LeadsQuoteGiven"})


def follow_lead(command: CaseOfLeadCommand, state: State) -> tuple[CaseEvent, ...]:
    """Return what follows for the case, nothing where it is not asking for quotes any more."""
    if not isinstance(state, OpenCase) or state.status not in ASKING_FOR_QUOTES:
        return ()
    facts = state.facts
    match command:
        case NoteQuoteGiven():
            if state.status == "LeadsQuoteGiven":
                return ()
            return status_change(state, "LeadsQuoteGiven", at=None)
        case AwardCase(partner_id=partner_id):
            return _awarded(state, partner_id, command.at)
        case CloseCaseOfLead(close_code=code):
            return (CaseClosed(case_id=facts.id, reference=facts.reference, close_code=code),)
        case _:
            assert_never(command)


def lead_round(events: Iterable[EventData]) -> int:
    """Return how many times the case, whose events these are, has begun to ask for quotes."""
    return sum(
        isinstance(event, CaseOpened | CaseStatusChanged) and event.status == "Leads" for event in events
    )


def _awarded(state: OpenCase, partner_id: UUID, at: datetime) -> tuple[CaseEvent, ...]:
    """Who has won the case collects it, and speaks for its client no longer where it did."""
    facts = state.facts
    silenced: tuple[CaseEvent, ...] = ()
    if facts.managing_partner_id == partner_id:
        silenced = people.name_managing_partner(NameManagingPartner(case_id=facts.id, partner_id=None), state)
        state = replace(state, facts=replace(facts, managing_partner_id=None))
    assigned = assignment(state, partner_id=partner_id, reference=facts.reference, at=at)
    begun = status_change(state, "Active", cause="assigned", at=at, partner_is_new=True)
    return (*silenced, assigned, *begun)

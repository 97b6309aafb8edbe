"""Cases: opened once, then assigned, reassigned, moved between states, closed and at last perhaps merged."""

from services.messaging.decider.case.leads import ASKING_FOR_QUOTES, follow_lead, lead_round
from services.messaging.decider.case.putting import FIRST_STATUS, NEXT_STATUSES, decide
from services.messaging.decider.case.state import (
    CaseEvent,
    CaseFacts,
    ClosedCase,
    Engagement,
    MergedCase,
    OpenCase,
    State,
    UnknownCase,
    audience,
    evolve,
    facts_of,
    initial,
)
from services.messaging.decider.case.threads import thread_to_open

__all__ = [
    "ASKING_FOR_QUOTES",
    "FIRST_STATUS",
    "NEXT_STATUSES",
    "CaseEvent",
    "CaseFacts",
    "ClosedCase",
    "Engagement",
    "MergedCase",
    "OpenCase",
    "State",
    "UnknownCase",
    "audience",
    "decide",
    "evolve",
    "facts_of",
    "follow_lead",
    "initial",
    "lead_round",
    "thread_to_open",
]

"""Cases: opened once, then assigned, reassigned, moved between states, closed and at last perhaps merged."""

from services.messaging.decider.case.closing import PLATFORM_CODES
from services.messaging.decider.case.deciding import decide
from services.messaging.decider.case.leads import ASKING_FOR_QUOTES, follow_lead, lead_round
from services.messaging.decider.case.moving import NEXT_STATUSES, end_of_exclusive_period
from services.messaging.decider.case.parties import former_partners, require, standing
from services.messaging.decider.case.putting import FIRST_STATUS
from services.messaging.decider.case.state import (
    SYSTEM_CODES,
    CaseEvent,
    CaseFacts,
    ClosedCase,
    Engagement,
    MergedCase,
    OpenCase,
    State,
    UnknownCase,
    addressed,
    audience,
    close_code_told,
    evolve,
    facts_of,
    initial,
    status_of,
    status_told,
)
from services.messaging.decider.case.threads import thread_to_open

__all__ = [
    "ASKING_FOR_QUOTES",
    "FIRST_STATUS",
    "NEXT_STATUSES",
    "PLATFORM_CODES",
    "SYSTEM_CODES",
    "CaseEvent",
    "CaseFacts",
    "ClosedCase",
    "Engagement",
    "MergedCase",
    "OpenCase",
    "State",
    "UnknownCase",
    "addressed",
    "audience",
    "close_code_told",
    "decide",
    "end_of_exclusive_period",
    "evolve",
    "facts_of",
    "follow_lead",
    "former_partners",
    "initial",
    "lead_round",
    "require",
    "standing",
    "status_of",
    "status_told",
    "thread_to_open",
]

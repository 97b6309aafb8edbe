"""
Leads: quotes are asked for, given, and one of them chosen; or the lead ends in another way.

Whoever is refused learns of its own bid alone: a full lead and one whose window has ended say the same.
"""

from services.messaging.decider.lead.deciding import decide
from services.messaging.decider.lead.state import (
    EndedLead,
    LeadEvent,
    LeadFacts,
    NoLead,
    Quote,
    RunningLead,
    State,
    addressed,
    audience,
    evolve,
    initial,
    may_see,
    subject,
)
from services.messaging.decider.lead.threads import thread_to_open
from services.messaging.decider.lead.timing import (
    EXPIRY_DAYS,
    REMINDER_DAYS,
    WINDOW_BUSINESS_DAYS,
    expires_at,
)

__all__ = [
    "EXPIRY_DAYS",
    "REMINDER_DAYS",
    "WINDOW_BUSINESS_DAYS",
    "EndedLead",
    "LeadEvent",
    "LeadFacts",
    "NoLead",
    "Quote",
    "RunningLead",
    "State",
    "addressed",
    "audience",
    "decide",
    "evolve",
    "expires_at",
    "initial",
    "may_see",
    "subject",
    "thread_to_open",
]

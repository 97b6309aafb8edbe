"""Until when quotes are taken, and until when the creditor chooses."""

from datetime import datetime, timedelta

from services.messaging.decider.lead.state import RunningLead

WINDOW_BUSINESS_DAYS = 5
REMINDER_DAYS = (7, 14)
EXPIRY_DAYS = 21
"""
How long after the window's end the creditor may choose.

It is counted from there also where the lead was full before: a bidder whose bid expired earlier would know
that it had rivals.
"""


def expires_at(state: RunningLead) -> datetime:
    """Return when a lead with quotes ends if nobody chooses."""
    return state.facts.window.closes_at + timedelta(days=EXPIRY_DAYS)


def takes_quotes(lead: RunningLead, at: datetime) -> bool:
    """Tell whether a quote may still be given."""
    return lead.full_at is None and at < lead.facts.window.closes_at


def window_is_over(lead: RunningLead, at: datetime) -> bool:
    """Tell whether the time for quotes is over, whether or not there were enough before."""
    return at >= lead.facts.window.closes_at


def choice_since(lead: RunningLead) -> datetime:
    """Return since when nothing but the choice is awaited."""
    return lead.full_at or lead.facts.window.closes_at

"""An event of the log -> what a browser is told live: pure, and from the event alone."""

from uuid import UUID

from services.gateway.reactions import (
    cases,
    files,
    journal,
    leads,
    notifications,
    surveys,
    tasks,
    threads,
)
from services.gateway.reactions.shown import LiveEvent, Reactions
from shared.contracts.envelope import RecordedEvent
from shared.contracts.notifier import NotificationAdded

__all__ = ["LIVE_CATEGORIES", "LIVE_TYPES", "LiveEvent", "is_for", "to_live"]

LIVE_CATEGORIES = frozenset(
    {
        "account-tasks",
        "call",
        "case",
        "case-surveys",
        "case-tasks",
        "complaint",
        "file",
        "lead",
        "note",
        "notice",
        "partnership",
        "reply-tasks",
        "thread",
    }
)
"""Streams whose events are shown live."""

_REACTIONS: Reactions = {
    **cases.REACTIONS,
    **files.REACTIONS,
    **journal.REACTIONS,
    **leads.REACTIONS,
    **notifications.REACTIONS,
    **surveys.REACTIONS,
    **tasks.REACTIONS,
    **threads.REACTIONS,
}

LIVE_TYPES = frozenset(contract.__name__ for contract in _REACTIONS)
"""Event types that show something live."""


def to_live(event: RecordedEvent) -> LiveEvent | None:
    """Return what this event shows live, at most one thing; None where it shows nothing."""
    reaction = _REACTIONS.get(type(event.data))
    return None if reaction is None else reaction(event, event.data)


def is_for(event: RecordedEvent, user_id: UUID | None) -> bool:
    """Say whether an event that the user's company may know of is for this user; operators see all."""
    match event.data:
        case NotificationAdded(user_ids=user_ids) if user_ids and user_id is not None:
            return user_id in user_ids
        case _:
            return True

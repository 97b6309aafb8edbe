"""
Which event is which item of its case's timeline: one entry per type of event, in the module of its topic.

An entry returns None for an event that belongs to no case, several items where it tells of several things.
Whatever an item says stands in its event, so that a rebuild after an erasure says it no longer. Who may see
it is the event's audience.
"""

from services.messaging.projections.timeline_items import (
    cases,
    chats,
    files,
    journal,
    leads,
    tasks,
    updates,
)
from services.messaging.projections.timeline_items.item import Item, Items
from services.messaging.projections.timeline_items.journal import edited_note

__all__ = ["ITEMS", "Item", "edited_note"]

ITEMS: Items = {
    **cases.ITEMS,
    **chats.ITEMS,
    **files.ITEMS,
    **journal.ITEMS,
    **leads.ITEMS,
    **tasks.ITEMS,
    **updates.ITEMS,
}

"""
Reads over messaging's tables, fenced by company.

`viewer` is the only company whose things are visible; None is the platform, which sees everything. What is
unknown and what is somebody else's is NotFound alike.
"""

from services.messaging.queries import conversations, files, leads, search, timeline


class Reads(
    conversations.Reads, files.FileReads, leads.LeadReads, timeline.TimelineReads, search.SearchReads
):
    """All reads of messaging over one pool: one class per topic."""


__all__ = ["Reads"]

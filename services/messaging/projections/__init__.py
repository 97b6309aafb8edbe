"""Events of messaging, written into its read tables by statements that need no answer."""

from services.messaging.projections import (
    case_life,
    conversations,
    files,
    leads,
    messages,
    notes,
    search,
    statements,
    timeline,
)
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection

_TOPICS = (messages, conversations, case_life, files, leads, notes, timeline, search)


def project(event: RecordedEvent, connection: DatabaseConnection) -> None:
    """
    Bring the rows that an event changes up to date, in the caller's transaction.

    Doing it again changes nothing. An event of a type that this version does not know leaves no rows.
    """
    execute = statements.on(connection)
    for topic in _TOPICS:
        topic.project(event, execute)

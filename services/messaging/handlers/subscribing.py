"""What messaging makes of the log: it follows its own streams, reacts to them, keeps its tables."""

from collections.abc import Sequence

from services.messaging import projections
from services.messaging.handlers.consequences import react
from services.messaging.handlers.streams import Archive
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended
from shared.subscription import ALL_SOURCES, SubscriptionDefinition

NAME = "messaging"
OWN_CATEGORIES = frozenset(
    {
        "company",
        "user",
        "partnership",
        "case",
        "lead",
        "thread",
        "file",
        "content",
        "note",
        "call",
        "complaint",
    }
)
# What others did about a case stands in its timeline; an update of its partner leads to more.
OTHERS_CATEGORIES = frozenset({"reply-tasks", "case-tasks", "case-surveys", "ai-verdict", "mail"})


def subscription(archive: Archive) -> SubscriptionDefinition:
    """Return the definition of messaging's subscription; of others' streams it keeps the timeline."""

    def react_to(event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        del connection  # decided from streams alone
        return react(archive, event)

    return SubscriptionDefinition(
        name=NAME,
        categories=OWN_CATEGORIES | OTHERS_CATEGORIES,
        own_categories=OWN_CATEGORIES,
        react=react_to,
        project=projections.project,
        sources=ALL_SOURCES,
    )

"""What messaging makes of the log: it follows its own streams, reacts to them, keeps its tables."""

from collections.abc import Sequence

from services.messaging import projections
from services.messaging.handlers.consequences import react
from services.messaging.handlers.streams import Archive
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended
from shared.subscription import SubscriptionDefinition

NAME = "messaging"
CATEGORIES = frozenset({"company", "user", "partnership", "case", "lead", "thread", "file", "content"})


def subscription(archive: Archive) -> SubscriptionDefinition:
    """Return the definition of messaging's subscription; it needs no other service's streams."""

    def react_to(event: RecordedEvent, connection: DatabaseConnection) -> Sequence[Appended]:
        del connection  # decided from streams alone
        return react(archive, event)

    return SubscriptionDefinition(
        name=NAME,
        categories=CATEGORIES,
        own_categories=CATEGORIES,
        react=react_to,
        project=projections.project,
        sources=frozenset({NAME}),
    )

"""What the platform's own case system sends us, and how we note that it was handled."""

from typing import Any, ClassVar, Literal
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.envelope import EventData
from shared.contracts.messaging.values import EXCHANGE_SOURCE
from shared.contracts.rpc import Shape

PLATFORM_EXCHANGE = "platform.cases"
PLATFORM_QUEUE = "messaging.platform-cases"
PLATFORM_DEAD_EXCHANGE = "platform.cases.dead"
PLATFORM_DEAD_QUEUE = "messaging.platform-cases.dead"


class PlatformMessage(Shape):
    """
    One message of the exchange `platform.cases`: `kind` and `data` are a line of the import file.

    `id` is the platform's own and makes a repetition harmless; `at` is when it happened, now where it is left
    out.
    """

    id: UUID
    kind: str
    data: dict[str, Any]
    at: AwareDatetime | None = None


class PlatformMessageHandled(EventData):
    """
    A message of the platform took effect, or there was nothing left to do.

    Stream `platform-message-<id of the message>`; no company knows of it.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    message_id: UUID
    kind: str
    outcome: Literal["applied", "unchanged"]

"""What the gateway needs of the outside world."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol
from uuid import UUID

from shared.contracts.envelope import RecordedEvent
from shared.contracts.rpc import Request


@dataclass(frozen=True, slots=True)
class Claims:
    """
    What a verified token says: who, of which company, in which role, until when (seconds since 1970, real
    time).

    An operator has role `ops`, no company, and a `user_id` only where its `sub` is a UUID; `subject` is
    always its text.
    """

    subject: str
    user_id: UUID | None
    company_id: UUID | None
    role: Literal["creditor", "partner", "ops"]
    expires_at: float


class Tokens(Protocol):
    """Tells whether a bearer token can be trusted."""

    async def verify(self, token: str) -> Claims:
        """
        Return what the token says. Raises Unauthenticated, or ServiceUnavailable where keys cannot be
        fetched.
        """
        ...


class Services(Protocol):
    """Calls the other services."""

    @property
    def connected(self) -> bool:
        """Whether the broker can be reached at this moment."""
        ...

    async def call(
        self, service: str, method: str, request: Request, *, within: float | None = None
    ) -> Mapping[str, Any]:
        """
        Return the JSON object that `method` of `service` answers, within that many seconds.

        Raises what the service refused (`shared.errors`), ServiceUnavailable, ServiceTimeout (then the
        request has expired, unless it was being worked on) or RemoteFailure.
        """
        ...


class Arrival(Protocol):
    """An event as it came over the broker, not yet decoded."""

    @property
    def position(self) -> int: ...

    @property
    def previous_position(self) -> int:
        """The position of the event before it in the log, whatever its kind."""
        ...

    @property
    def type(self) -> str: ...

    @property
    def audience(self) -> frozenset[UUID]: ...

    def decode(self) -> RecordedEvent:
        """Return the event. Raises UnreadableMessage where its contract does not fit."""
        ...


class Feed(Protocol):
    """Events as they are published; some may be missing, repeated or late."""

    @property
    def connected(self) -> bool:
        """Whether events can come in at this moment."""
        ...

    async def next(self, within: float) -> Arrival | None:
        """
        Return the next event, in the order they came.

        None where none came within that many seconds, and once after every (re)connection: some may have been
        missed.
        """
        ...

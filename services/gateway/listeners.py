"""Who listens to the live stream, and what waits to be sent to each."""

import asyncio
from collections import deque
from collections.abc import Collection
from contextlib import suppress
from uuid import UUID

from services.gateway.reactions import is_for
from shared.contracts.envelope import RecordedEvent
from shared.eventlog.protocol import Page

LISTENER_CAPACITY = 1000


class Listener:
    """
    One client's place in the stream.

    Holds what is to be sent, up to a bound; a client that reads too slowly is cut off and resumes by
    Last-Event-ID.
    """

    def __init__(self, *, user_id: UUID | None, company_id: UUID | None, position: int) -> None:
        """Take what was shown after `position`; a `company_id` of None (operators) may know of everything."""
        self.user_id = user_id
        self.company_id = company_id
        self.start = position
        self.missed: Page | None = None
        self.cut = asyncio.Event()
        self._blocks: deque[bytes] = deque()
        self._news = asyncio.Event()
        self._ended = False

    def may_see(self, event: RecordedEvent) -> bool:
        """Say whether the client is told of the event."""
        known = self.company_id is None or self.company_id in event.audience
        return known and is_for(event, self.user_id)

    def offer(self, block: bytes) -> bool:
        """Queue the block; False where the client is too far behind, which cuts it off."""
        if len(self._blocks) >= LISTENER_CAPACITY:
            self.cut.set()
            return False
        self._blocks.append(block)
        self._news.set()
        return True

    def end(self) -> None:
        """End the stream once everything queued was sent."""
        self._ended = True
        self._news.set()

    async def take(self, within: float) -> bytes | None:
        """Return everything queued as one; empty where nothing came in that many seconds, None at the end."""
        if not self._blocks and not self._ended:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within):
                    await self._news.wait()
        # Also when the time was up: something may have come before this task got its turn.
        if not self._blocks and self._ended:
            return None
        taken = b"".join(self._blocks)
        self._blocks.clear()
        return taken


class Listeners:
    """
    All who listen, found by their company.

    An event is for few of many: to look at each of a thousand took longer than everything else that is done
    for it.
    """

    def __init__(self) -> None:
        self._by_company: dict[UUID | None, set[Listener]] = {}

    def __len__(self) -> int:
        return sum(map(len, self._by_company.values()))

    def add(self, listener: Listener) -> None:
        self._by_company.setdefault(listener.company_id, set()).add(listener)

    def discard(self, listener: Listener) -> None:
        """Forget the listener; doing so twice is harmless."""
        colleagues = self._by_company.get(listener.company_id, set())
        colleagues.discard(listener)
        if not colleagues:
            self._by_company.pop(listener.company_id, None)

    def all(self) -> list[Listener]:
        return [listener for listeners in self._by_company.values() for listener in listeners]

    def who_may_know(self, audience: Collection[UUID]) -> list[Listener]:
        """Return the listeners of these companies, and the operators."""
        return [listener for company in (*audience, None) for listener in self._by_company.get(company, ())]

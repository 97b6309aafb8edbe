"""
The live stream: one hub per process puts events in the log's order and hands each to those who may know of
it.

The broker brings events quickly and the log brings them surely. The hub shows them in order of position,
drops what it has shown, and reads from the log whatever the broker left out: each event names the position
before it.
"""

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar
from uuid import UUID

from services.gateway import sse
from services.gateway.errors import ServiceUnavailable
from services.gateway.listeners import Listener, Listeners
from services.gateway.ports import Arrival, Feed
from services.gateway.reactions import LIVE_CATEGORIES, LIVE_TYPES, to_live
from shared.contracts import messaging
from shared.contracts.envelope import RecordedEvent
from shared.errors import Invalid, Poison, Retryable
from shared.eventlog.codec import UnreadableEvent
from shared.eventlog.protocol import EventLog, LogUnavailable, Page, UnknownPosition
from shared.eventlog.wire import UnreadableMessage

T = TypeVar("T")

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 15.0
IDLE_SECONDS = 2.0
SETTLING_SECONDS = 1.0
PAGE_SIZE = 200
LOG_THREADS = 4

USER_TYPES = frozenset(
    contract.__name__
    for contract in (
        messaging.UserActivated,
        messaging.UserAdded,
        messaging.UserDeactivated,
        messaging.UserDetailsChanged,
    )
)
_HUB_CATEGORIES = LIVE_CATEGORIES | {"user"}

UserListener = Callable[[UUID, int], None]
"""Is told that the directory knows something new about a user, at that position."""


class Hub:
    """
    Shows events live, in order, each once, to everyone attached who may know of it.

    `run` must be running for anything to happen. Only one task at a time moves the position, and attaching to
    it is atomic, so a client that reads the log up to where it attached misses and repeats nothing.
    """

    def __init__(self, log: EventLog, feed: Feed, *, tell: Collection[UserListener] = ()) -> None:
        self._log = log
        self._feed = feed
        self._tell = tuple(tell)
        self._listeners = Listeners()
        self._threads = ThreadPoolExecutor(LOG_THREADS, thread_name_prefix="log")
        self._position: int | None = None
        self.repeats = 0
        self.gaps = 0

    @property
    def position(self) -> int | None:
        """
        The position up to which everything was shown; None until the log could be read for the first time.
        """
        return self._position

    @property
    def listeners(self) -> int:
        return len(self._listeners)

    async def run(self) -> None:
        """Show events until cancelled. An unreachable log or broker delays them and loses none."""
        pause = 0.2
        while True:
            try:
                if self._position is None:
                    self._position = await self.head()
                await self._step(self._position)
                pause = 0.2
            except Retryable:
                logger.warning("Live events wait for the log", extra={"action": "live_waits_for_log"})
                await asyncio.sleep(pause)
                pause = min(pause * 2, 5.0)
            except Exception:
                logger.exception("Live hub failed and goes on", extra={"action": "live_hub_failed"})
                await asyncio.sleep(1)

    async def head(self) -> int:
        """Return the position up to which the log can be read in order. Raises LogUnavailable."""
        return await self._in_thread(self._log.head)

    async def newest(self) -> int:
        """Return the position of the newest event. Raises LogUnavailable."""
        return await self._in_thread(self._log.newest)

    def end_streams(self, user_id: UUID | None = None) -> None:
        """End the streams of this user, or everybody's, once what is queued was sent."""
        for listener in self._listeners.all():
            if user_id is None or listener.user_id == user_id:
                self.detach(listener)
                listener.end()

    def close(self) -> None:
        """End every stream and give back the threads."""
        self.end_streams()
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def attach(
        self, *, user_id: UUID | None, company_id: UUID | None, after: int | None
    ) -> tuple[Listener, int]:
        """
        Return a new listener and the position its client has reached: `after`, or now.

        The first page of what it missed is read already, so that what is wrong with the position or the log
        is told before the stream begins. Raises Invalid `bad_last_event_id` where the log has no such
        position, ServiceUnavailable while nothing is known of the log, LogUnavailable. The caller must
        `detach`.
        """
        if self._position is None:
            raise ServiceUnavailable("The live stream waits for the event log. Come back soon.")
        if after is not None and after > self._position and after > await self.newest():
            raise _no_such_id()
        start = max(self._position, after or 0)
        listener = Listener(user_id=user_id, company_id=company_id, position=start)
        self._listeners.add(listener)
        if after is None:
            return listener, start
        try:
            listener.missed = await self._page(after, start, LIVE_CATEGORIES)
        except BaseException as error:
            self.detach(listener)
            if isinstance(error, UnknownPosition):
                raise _no_such_id() from error
            raise
        return listener, after

    def detach(self, listener: Listener) -> None:
        """Forget the listener; doing so twice is harmless."""
        self._listeners.discard(listener)

    async def blocks(self, listener: Listener, after: int, expires_at: float) -> AsyncGenerator[bytes]:
        """
        Yield the client's stream: what it missed since `after`, then everything live, without gap or repeat.

        Ends when the token does (`expires_at`, seconds since 1970) or when the listener is ended.
        """
        yield sse.opening(after)
        async for block in self._missed(listener):
            if time.time() >= expires_at:
                return
            yield block
        while (left := expires_at - time.time()) > 0:
            taken = await listener.take(min(HEARTBEAT_SECONDS, left))
            if taken is None:
                return
            yield taken or sse.heartbeat(max(self._position or 0, listener.start))

    async def _missed(self, listener: Listener) -> AsyncIterator[bytes]:
        page, listener.missed = listener.missed, None
        while page is not None:
            known = [event for event in page.events if listener.may_see(event)]
            block = b"".join(self._frame(event) for event in known)
            if block:
                yield block
            page = await self._page(page.position, listener.start, LIVE_CATEGORIES)

    async def _page(self, after: int, until: int, categories: Collection[str]) -> Page | None:
        """
        Return what comes next after that position, None at `until`.

        An event that cannot be read is stepped over, as the relay does. Raises LogUnavailable where the log
        does not reach so far now, as after another node took over.
        """
        if after >= until:
            return None
        page = await self._in_thread(partial(self._read, after, until, categories))
        if page.position <= after:
            # What could be read before is hidden for a moment by an append that began meanwhile.
            await self._in_thread(partial(self._log.wait_for_news, after=after, timeout=SETTLING_SECONDS))
            page = await self._in_thread(partial(self._read, after, until, categories))
        if page.position <= after:
            raise LogUnavailable(f"the log cannot be read past {after} now, but had reached {until}")
        return page

    def _read(self, after: int, until: int, categories: Collection[str]) -> Page:
        try:
            return self._log.read_all(after=after, limit=PAGE_SIZE, categories=categories, until=until)
        except UnreadableEvent as error:
            _log_left_out(error.position, error)
            return Page((), error.position)

    async def _in_thread(self, read: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, read)

    async def _step(self, position: int) -> None:
        arrival = await self._feed.next(IDLE_SECONDS)
        if arrival is None:
            await self._read_up_to(await self.head())
        elif arrival.position <= position:
            self.repeats += 1
        else:
            if arrival.previous_position > position:
                self.gaps += 1
                await self._read_up_to(arrival.previous_position)
            self._show_arrival(arrival)

    async def _read_up_to(self, until: int) -> None:
        while (page := await self._page(self._position or 0, until, _HUB_CATEGORIES)) is not None:
            for event in page.events:
                self._show(event)
            self._position = page.position

    def _show_arrival(self, arrival: Arrival) -> None:
        wanted = arrival.type in USER_TYPES or (
            arrival.type in LIVE_TYPES and bool(self._listeners.who_may_know(arrival.audience))
        )
        if wanted:
            try:
                self._show(arrival.decode())
            except UnreadableMessage as error:
                _log_left_out(arrival.position, error)
        self._position = arrival.position

    def _show(self, event: RecordedEvent) -> None:
        if event.type in USER_TYPES:
            self._show_user(event)
            return
        block = b""
        for listener in self._listeners.who_may_know(event.audience):
            if event.position > listener.start and listener.may_see(event):
                block = block or self._frame(event)
                if block and not listener.offer(block):
                    self.detach(listener)
                    logger.info(
                        "Live client was too slow and is cut off",
                        extra={"action": "live_client_cut_off", "company_id": str(listener.company_id)},
                    )

    def _show_user(self, event: RecordedEvent) -> None:
        for tell in self._tell:
            tell(event.stream.id, event.position)
        if isinstance(event.data, messaging.UserDeactivated):
            self.end_streams(event.data.user_id)

    @staticmethod
    def _frame(event: RecordedEvent) -> bytes:
        live = to_live(event)
        return b"" if live is None else sse.frame(event.position, live)


def _log_left_out(position: int, error: Poison) -> None:
    # Left in the way, it would end the live updates of everybody.
    logger.error(
        "Event cannot be read and is not shown live",
        extra={"action": "live_stepped_over", "position": position, "error": str(error)},
    )


def _no_such_id() -> Invalid:
    return Invalid(
        "bad_last_event_id", "No event has this id. Leave it out to start from now.", "Last-Event-ID"
    )

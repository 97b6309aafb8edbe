"""How readers of an EventStoreDB/KurrentDB learn that there is more: one catch-up subscription a process."""

import time
from typing import Any

from shared.eventlog.blocking import Blocking
from shared.eventlog.kurrentdb_connection import Connection
from shared.eventlog.kurrentdb_session import Session

_SECONDS_AFTER_FAILURE = 0.5
_SECONDS_BETWEEN_LOOKS = 0.25


class News:
    """
    Tells all who wait, from one thread that follows the log; it starts when somebody first waits.

    While the subscription is broken those who wait look at the head by themselves.
    """

    def __init__(self, connection: Connection, blocking: Blocking, *, origin: int) -> None:
        self._connection = connection
        self._blocking = blocking
        self._changed: Any = blocking.threading.Condition()
        self._origin = origin
        self._newest = 0
        self._follows = False
        self._closed = False
        self._thread: Any = None
        self._subscription: Any = None

    def wait(self, *, after: int, timeout: float) -> bool:
        """As EventLog.wait_for_news."""
        until = time.monotonic() + timeout
        while not self._blocking.call(lambda: self._is_told(after, until)):
            if self._connection.read(Session.tail) > after:
                return True
            if time.monotonic() >= until:
                return False
        return True

    def close(self) -> None:
        """Stop following the log."""
        with self._changed:
            self._closed = True
            thread, subscription = self._thread, self._subscription
            self._changed.notify_all()
        if subscription is not None:
            subscription.stop(cancel=True)
        if thread is not None:
            self._blocking.call(lambda: thread.join(timeout=5))

    def _is_told(self, after: int, until: float) -> bool:
        """Wait for news; False when it is up to the caller to look, or the time is up."""
        with self._changed:
            if self._thread is None and not self._closed:
                self._thread = self._blocking.threading.Thread(
                    target=self._run, name="eventlog-news", daemon=True
                )
                self._thread.start()
            if not self._follows:
                self._changed.wait_for(
                    lambda: self._follows or self._newest > after,
                    max(0.0, min(until - time.monotonic(), _SECONDS_BETWEEN_LOOKS)),
                )
            if self._follows:
                self._changed.wait_for(
                    lambda: self._closed or not self._follows or self._newest > after,
                    max(0.0, until - time.monotonic()),
                )
            return bool(self._newest > after)

    def _run(self) -> None:
        while not self._closed:
            session: Session | None = None
            try:
                session = self._connection.session()
                self._follow(session)
            except Exception:  # noqa: BLE001 - those who wait ask for the head and meet what is wrong there
                self._connection.drop(session)
            with self._changed:
                self._follows = False
                self._subscription = None
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closed, _SECONDS_AFTER_FAILURE)

    def _follow(self, session: Session) -> None:
        tail = session.tail()
        with session.subscribe(tail or self._origin) as subscription:
            with self._changed:
                if self._closed:
                    return
                self._subscription = subscription
                self._follows = True
                # Not the newest ever told: the database may have been restored to less.
                self._newest = tail
                self._changed.notify_all()
            for record in subscription:
                with self._changed:
                    self._newest = max(self._newest, record.commit_position)
                    self._changed.notify_all()

"""
How readers of the PostgreSQL log learn that there is more, without the append paying for it.

A NOTIFY inside the append's transaction would halve what the log can take. So it is sent after the commit,
from a connection of its own, and a reader that misses one still looks by itself from time to time.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable

import psycopg
from psycopg.pq import TransactionStatus

from shared.db import DatabaseConnection, DatabaseUnavailable
from shared.eventlog.protocol import LogUnavailable

logger = logging.getLogger(__name__)

_CHANNEL = "eventlog_news"
_SECONDS_BETWEEN_NOTIFIES = 0.02
# Under load: to wake this thread costs the appending one as much as a good part of an append.
_SECONDS_BETWEEN_NOTIFIES_WHEN_BUSY = 0.05
_BUSY = 4
_SECONDS_BETWEEN_LOOKS = 0.25
_SECONDS_AFTER_FAILURE = 1.0


class Waker:
    """
    Tells waiting readers in any process about new events: at once when it is quiet, fifty times a second at
    the most, and twenty times while appends follow each other closely. The thread that does so starts with
    the first append. A failure is logged and changes nothing else.
    """

    def __init__(self, connect: Callable[[], DatabaseConnection]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._news = threading.Event()
        self._closing = threading.Event()
        self._position = 0
        self._asked = 0
        self._thread: threading.Thread | None = None

    def wake(self, position: int) -> None:
        """Have readers told, soon, that the log has reached this position. Returns at once."""
        with self._lock:
            self._position = max(self._position, position)
            self._asked += 1
            if self._thread is None and not self._closing.is_set():
                self._thread = threading.Thread(target=self._run, name="eventlog-waker", daemon=True)
                self._thread.start()
        if not self._news.is_set():
            self._news.set()

    def close(self) -> None:
        """Tell what is still to be told, and stop."""
        self._closing.set()
        self._news.set()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def _run(self) -> None:
        connection: DatabaseConnection | None = None
        while True:
            self._news.wait()
            self._news.clear()
            with self._lock:
                asked, self._asked = self._asked, 0
            try:
                connection = connection or self._open()
                connection.execute("select pg_notify(%s, %s)", [_CHANNEL, str(self._position)])
                pause = _SECONDS_BETWEEN_NOTIFIES_WHEN_BUSY if asked > _BUSY else _SECONDS_BETWEEN_NOTIFIES
            except (psycopg.Error, DatabaseUnavailable) as error:
                if connection is not None:
                    connection.close()
                connection = None
                pause = _SECONDS_AFTER_FAILURE
                logger.warning(
                    "Readers could not be woken and will look by themselves",
                    extra={"action": "eventlog_wake_failed", "error": str(error)},
                )
            if self._closing.wait(pause) and not self._news.is_set():
                break
        if connection is not None:
            connection.close()

    def _open(self) -> DatabaseConnection:
        connection = self._connect()
        # Nothing of worth is written, so nobody needs to wait for the disk.
        connection.execute("set synchronous_commit = off")
        return connection


class Listener:
    """Waits for what Wakers tell; each waiting thread holds a connection, kept for the next one who waits."""

    def __init__(self, connect: Callable[[], DatabaseConnection], head: Callable[[], int]) -> None:
        self._connect = connect
        self._head = head
        self._idle: deque[DatabaseConnection] = deque()

    def wait(self, *, after: int, timeout: float) -> bool:
        """As EventLog.wait_for_news."""
        until = time.monotonic() + timeout
        connection = self._listen()
        try:
            # Only a look that follows the LISTEN can be trusted: whatever comes later is told.
            while self._head() <= after:
                remaining = until - time.monotonic()
                if remaining <= 0:
                    return False
                if self._is_told(connection, after, min(remaining, _SECONDS_BETWEEN_LOOKS)):
                    return True
                if connection.closed:
                    connection = self._listen()
            return True
        finally:
            if connection.pgconn.transaction_status == TransactionStatus.IDLE:
                self._idle.append(connection)
            else:
                connection.close()

    def close(self) -> None:
        """Close the idle connections."""
        while (connection := self._take_idle()) is not None:
            connection.close()

    def _is_told(self, connection: DatabaseConnection, after: int, seconds: float) -> bool:
        try:
            positions = [int(news.payload) for news in connection.notifies(timeout=seconds, stop_after=1)]
        except psycopg.OperationalError as error:
            connection.close()
            logger.warning(
                "Lost the connection that listens for news",
                extra={"action": "eventlog_listen_failed", "error": str(error)},
            )
            return False
        return any(position > after for position in positions)

    def _listen(self) -> DatabaseConnection:
        connection = self._take_idle()
        if connection is not None:
            return connection
        try:
            connection = self._connect()
            connection.execute(f"listen {_CHANNEL}")
        except (psycopg.OperationalError, DatabaseUnavailable) as error:
            raise LogUnavailable(str(error)) from error
        return connection

    def _take_idle(self) -> DatabaseConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

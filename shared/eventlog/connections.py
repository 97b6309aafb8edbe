"""
Connections of the PostgreSQL engine: a small pool without threads of its own, so it works after a fork or a
patch.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from shared.db import DatabaseConnection, DatabaseUnavailable
from shared.eventlog.protocol import LogUnavailable

T = TypeVar("T")


class Connections:
    """
    Up to `size` autocommit connections, made when they are needed and shared between threads.

    Unlike a general pool it has no worker threads, and a failure to connect reaches the caller at once and as
    it is.
    """

    def __init__(
        self, connect: Callable[[], DatabaseConnection], *, size: int, seconds_to_wait: float = 10
    ) -> None:
        self._connect = connect
        self._free = threading.BoundedSemaphore(size)
        self._idle: deque[DatabaseConnection] = deque()
        self._seconds_to_wait = seconds_to_wait
        self._closed = False

    def run(self, use: Callable[[DatabaseConnection], T]) -> T:
        """
        Return what `use` returns for a connection.

        `use` is called a second time where an idle connection proves to have been lost, so it must be
        harmless to repeat. Raises LogUnavailable where PostgreSQL cannot be reached or does not answer in
        time.
        """
        with self._turn():
            connection = self._take_idle()
            if connection is not None:
                try:
                    return self._use(connection, use)
                except psycopg.OperationalError as error:
                    if not connection.closed:
                        raise LogUnavailable(str(error)) from error
                    # The server was restarted or ended our sessions: the other idle ones are gone as well.
                    self._drop_idle()
            try:
                return self._use(self._connect(), use)
            except (psycopg.OperationalError, DatabaseUnavailable) as error:
                raise LogUnavailable(str(error)) from error

    def close(self) -> None:
        """Close the idle connections; those in use are closed when they are given back."""
        self._closed = True
        self._drop_idle()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._closed:
            raise LogUnavailable("the log was closed")
        if not self._free.acquire(timeout=self._seconds_to_wait):
            raise LogUnavailable("all connections to the event log are busy")
        try:
            yield
        finally:
            self._free.release()

    def _use(self, connection: DatabaseConnection, use: Callable[[DatabaseConnection], T]) -> T:
        try:
            return use(connection)
        finally:
            # One that a thread left in the middle of something, when it was ended, is of no use to the next.
            if self._closed or connection.pgconn.transaction_status != TransactionStatus.IDLE:
                connection.close()
            else:
                self._idle.append(connection)

    def _take_idle(self) -> DatabaseConnection | None:
        try:
            return self._idle.pop()
        except IndexError:
            return None

    def _drop_idle(self) -> None:
        while (connection := self._take_idle()) is not None:
            connection.close()

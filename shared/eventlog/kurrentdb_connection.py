"""
The way to an EventStoreDB/KurrentDB: one session, made anew when it is lost.

What is tried again, and where, is decided here.
"""

import os
from collections.abc import Callable
from typing import TypeVar

from kurrentdbclient import exceptions

from shared.eventlog.blocking import Blocking
from shared.eventlog.kurrentdb_errors import explained
from shared.eventlog.kurrentdb_session import Session, WrongVersion
from shared.eventlog.kurrentdb_url import Address
from shared.eventlog.protocol import LogUnavailable, UnknownPosition
from shared.settings import SettingsError

T = TypeVar("T")

_LEADERS_TRIED = 3


class Connection:
    """
    Calls the server from any number of threads, through one session that is replaced when it is lost.

    Raises LogUnavailable where the server cannot be reached, does not answer in time or refuses us.
    """

    def __init__(self, address: Address, blocking: Blocking, *, origin: int = 0) -> None:
        self._address = address
        self._origin = origin
        self._blocking = blocking
        self._lock = blocking.threading.Lock()
        self._session: Session | None = None
        self._failures = 0
        self._failure: Exception | None = None
        self._closed = False
        self._process = os.getpid()

    def read(self, use: Callable[[Session], T]) -> T:
        """Return what `use` returns; called again, on a new connection, where the first proves to be lost."""
        return self._blocking.call(lambda: self._use(use, tries=2))

    def write(self, use: Callable[[Session], T]) -> T:
        """Return what `use` returns. After LogUnavailable nobody knows whether it took effect."""
        return self._blocking.call(lambda: self._use(use, tries=1))

    def session(self) -> Session:
        """Return the session, made anew where there is none. Blocks: not for green threads."""
        if os.getpid() != self._process:
            # gRPC would hang there for ever.
            raise LogUnavailable("the log was opened before this process was forked: open it in each process")
        failures = self._failures
        with self._lock:
            if self._closed:
                raise LogUnavailable("the log was closed")
            if self._session is None:
                if self._failure is not None and self._failures != failures:
                    # Who waited while another tried in vain does not wait for a try of its own.
                    raise self._failure
                self._session = self._connect()
            return self._session

    def _connect(self) -> Session:
        try:
            session = Session(self._address, self._origin)
        except ValueError as error:
            raise SettingsError(f"PARLEY_EVENTLOG_URL is refused by the client: {error}") from error
        except OSError as error:
            # They were there when the URL was read; somebody may be replacing them.
            what = f"{error.filename}: {error.strerror}"
            raise LogUnavailable(
                f"a file that PARLEY_EVENTLOG_URL names cannot be read now: {what}"
            ) from error
        except exceptions.KurrentDBClientError as error:
            self._failure = error
            self._failures += 1
            raise
        self._failure = None
        return session

    def drop(self, session: Session | None) -> None:
        """Have the next call made on a new session, unless there is one already."""
        with self._lock:
            # It is not closed: what other threads still have under way on it may yet be answered.
            if self._session is session:
                self._session = None

    def close(self) -> None:
        """Close the connection; the calls under way end with LogUnavailable."""
        self._blocking.call(self._close)

    def _close(self) -> None:
        self._closed = True
        with self._lock:
            session, self._session = self._session, None
        if session is not None:
            session.close()

    def _use(self, use: Callable[[Session], T], *, tries: int) -> T:
        # A node that does not lead has done nothing: that may be tried elsewhere whatever it was.
        leaders = _LEADERS_TRIED
        while True:
            session: Session | None = None
            try:
                session = self.session()
                return use(session)
            except _ANSWERS:
                raise
            except (exceptions.KurrentDBClientError, ValueError, AssertionError) as error:
                if isinstance(error, ValueError) and "hannel" not in str(error):
                    raise
                if not isinstance(error, _NODE_IS_WELL):
                    self.drop(session)
                if self._closed:
                    raise LogUnavailable("the log was closed") from error
                if isinstance(error, exceptions.NodeIsNotLeaderError):
                    leaders -= 1
                else:
                    tries -= 1
                if not (leaders and tries) or not isinstance(error, _WORTH_ANOTHER_TRY):
                    raise explained(error, self._address) from error


_ANSWERS = (WrongVersion, LogUnavailable, UnknownPosition)
_NODE_IS_WELL = (
    exceptions.UnauthenticatedError,
    exceptions.AccessDeniedError,
    exceptions.StreamIsDeletedError,
)
_WORTH_ANOTHER_TRY = (
    exceptions.ServiceUnavailableError,
    exceptions.NodeIsNotLeaderError,
    exceptions.CancelledError,
    exceptions.InternalError,
    exceptions.ExceptionThrownByHandlerError,
    exceptions.AbortedByServerError,
    ValueError,  # what gRPC raises for a channel that was closed
)

"""What the client of EventStoreDB/KurrentDB raises, in one sentence that names the setting to look at."""

import re
from collections.abc import Callable

from kurrentdbclient import exceptions

from shared.errors import Poison
from shared.eventlog.kurrentdb_url import Address
from shared.eventlog.kurrentdb_version import OLDEST, ServerTooOld
from shared.eventlog.protocol import LogUnavailable

_TLS = re.compile(r"(?i)ssl|tls|handshake|certificate")
# So answers whoever speaks TLS to who does not, and so do servers from before gRPC.
_NO_GRPC = "Trying to connect an http1"
_REPORT = re.compile(r'status = StatusCode\.(?P<status>\w+) details = "(?P<details>.*?)" debug_error_string')
_LIMIT = re.compile(r"(?i)maximum append (?P<event>event )?size")
_TOO_LONG_A_MESSAGE = "exceeds the maximum configured message size"
_LONGEST = 300
_OLDEST = ".".join(str(part) for part in OLDEST)


class TooLarge(Poison):
    """The events of one append are larger than the server takes."""


def explained(error: Exception, address: Address) -> Exception:
    """
    Return TooLarge where an append is, and LogUnavailable for everything else: nothing is lost by waiting
    until somebody has mended the server or the setting.
    """
    where = f"the event log at {address.shown} (PARLEY_EVENTLOG_URL)"
    text = _told(error)
    # A server that does not tell its version is known by what it cannot do.
    if isinstance(error, ServerTooOld | AssertionError) or "UNIMPLEMENTED" in text:
        version = f" (version {text})" if isinstance(error, ServerTooOld) else ""
        return LogUnavailable(
            f"{where} is too old{version}: Parley needs KurrentDB, or EventStoreDB {_OLDEST} or newer. Name "
            "such a server in PARLEY_EVENTLOG_URL"
        )
    if (limit := _LIMIT.search(text)) is not None:
        name = "MaxAppendEventSize" if limit["event"] else "MaxAppendSize"
        return TooLarge(f"{where} takes no append as large as this: raise its {name} ({text})")
    if _TOO_LONG_A_MESSAGE in text:
        return TooLarge(f"{where} takes no event as large as this, whatever it is told to take ({text})")
    for kind, say in _SENTENCES:
        if isinstance(error, kind):
            return LogUnavailable(f"{where} {say(text, address)}")
    return LogUnavailable(f"{where} failed: {type(error).__name__} {text}".rstrip())


def _told(error: Exception) -> str:
    """Return what the server said, in one line; of what the client does not know it quotes gRPC's report."""
    text = " ".join(str(error).split())
    report = _REPORT.search(text)
    return (text if report is None else f"{report['status']}: {report['details']}")[:_LONGEST]


def _unreachable(text: str, address: Address) -> str:
    del address
    if _NO_GRPC in text:
        return (
            "does not speak as it should: look at tls in PARLEY_EVENTLOG_URL, and whether it is a KurrentDB, "
            f"or an EventStoreDB {_OLDEST} or newer, that listens there ({text})"
        )
    if _TLS.search(text):
        return f"cannot be reached over TLS: look at tls and tlsCaFile in PARLEY_EVENTLOG_URL ({text})"
    return f"cannot be reached: {text}"


def _not_allowed(text: str, address: Address) -> str:
    del text
    who = f"the user {address.user!r}" if address.user else "somebody without user and password"
    return f"does not let {who} read and write: name another in PARLEY_EVENTLOG_URL"


_SENTENCES: tuple[tuple[type[Exception], Callable[[str, Address], str]], ...] = (
    (exceptions.ServiceUnavailableError, _unreachable),
    (exceptions.AccessDeniedError, _not_allowed),
    (
        exceptions.UnauthenticatedError,
        lambda _text, _address: "refuses user and password: correct them in PARLEY_EVENTLOG_URL",
    ),
    (
        exceptions.DeadlineExceededError,
        lambda _text, address: (
            f"did not answer within {address.seconds} seconds (defaultDeadline in PARLEY_EVENTLOG_URL)"
        ),
    ),
    (
        exceptions.NodeIsNotLeaderError,
        lambda _text, _address: (
            "does not lead its cluster now: name all nodes in PARLEY_EVENTLOG_URL, or use +discover"
        ),
    ),
    (exceptions.DiscoveryFailedError, lambda text, _address: f"has no leader now: {text}"),
    (
        exceptions.StreamIsDeletedError,
        lambda text, _address: f"has lost a stream that somebody deleted in the database: {text}",
    ),
)

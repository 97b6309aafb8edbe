"""What PARLEY_EVENTLOG_URL may say of an EventStoreDB/KurrentDB: read here, before the client sees it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlencode, urlsplit

from shared.settings import SettingsError

SCHEMES = frozenset({"kurrentdb", "kurrentdb+discover", "esdb", "esdb+discover"})

_SETTING = "PARLEY_EVENTLOG_URL"
_SECONDS_OF_A_CALL = 10
_DEFAULT_PORT = 2113
_QUOTE = "in user and password write @ as %40, / as %2F, ? as %3F, # as %23, [ as %5B"
# What gRPC takes.
_LARGEST_NUMBER = 2**31 - 1
# Left to itself the client looks for a leader for two and a half minutes and never notices a silent node.
_DEFAULTS = {
    "connectionname": "parley",
    "maxdiscoverattempts": "3",
    "gossiptimeout": "3",
    "keepaliveinterval": "10000",
    "keepalivetimeout": "10000",
}


@dataclass(frozen=True, slots=True)
class Address:
    """Where the log is: `uri` for the client, `shown` for people (no password in it)."""

    uri: str
    shown: str
    servers: tuple[tuple[str, int], ...]
    seconds: int
    user: str
    password: str


def parse(url: str) -> Address:
    """Return what the URL says. Raises SettingsError with one sentence that says what is wrong with it."""
    try:
        parts = urlsplit(url)
    except ValueError:
        # What Python says of it may quote the password.
        raise _wrong(f"is no address: look at its brackets, and {_QUOTE}") from None
    if parts.scheme not in SCHEMES:
        known = ", ".join(sorted(SCHEMES))
        raise _wrong(f"must be a postgresql:// address or begin with {known}, not {parts.scheme!r}")
    userinfo, at, servers = parts.netloc.rpartition("@")
    if "@" in userinfo:
        raise _wrong(f"has more than one @ before its servers: name user and password once, and {_QUOTE}")
    try:
        if parts.path not in ("", "/") or parts.fragment:
            raise _wrong(
                "has something behind the servers: write scheme://user:password@host:port?parameters"
            )
        named = _servers(servers, discover=parts.scheme.endswith("+discover"))
        parameters = _DEFAULTS | _parameters(parts)
    except SettingsError:
        if at or "@" not in url:
            raise
        # What looks like a server or a parameter may be the password.
        raise _wrong(f"cannot be read: {_QUOTE}") from None
    hosts = [f"[{name}]:{port}" if ":" in name else f"{name}:{port}" for name, port in named]
    user, _, password = (unquote(part) for part in userinfo.partition(":"))
    if parameters.get("tls", "true") == "true" and not (user and password):
        raise _wrong("names no user and password: write scheme://user:password@host, or add ?tls=false")
    shown = f"{parts.scheme}://{','.join(hosts)}"
    return Address(
        uri=f"{parts.scheme}://{userinfo}{'@' if userinfo else ''}{','.join(hosts)}?{urlencode(parameters)}",
        shown=shown,
        servers=tuple(named),
        seconds=int(parameters.get("defaultdeadline", _SECONDS_OF_A_CALL)),
        user=user,
        password=password,
    )


def _servers(text: str, *, discover: bool) -> list[tuple[str, int]]:
    servers = [_server(host.strip()) for host in text.split(",") if host.strip()]
    if not servers:
        raise _wrong("names no server: write scheme://host:port")
    if discover and len(servers) > 1:
        raise _wrong("discovers the nodes behind one name: to list several, leave +discover out")
    return servers


def _server(host: str) -> tuple[str, int]:
    try:
        split = urlsplit(f"//{host}")
        name, port = split.hostname or "", _DEFAULT_PORT if split.port is None else split.port
    except ValueError as error:
        raise _wrong(f"names a server that is none, {host!r}: {error}") from error
    if not name:
        raise _wrong(f"names a server that is none, {host!r}")
    return name, port


def _parameters(parts: SplitResult) -> dict[str, str]:
    given: dict[str, str] = {}
    for name, value in parse_qsl(parts.query, keep_blank_values=True):
        check = _PARAMETERS.get(name.lower())
        if check is None:
            raise _wrong(f"has an unknown parameter, {name!r}: it may have {', '.join(_NAMES)}")
        if name.lower() in given:
            raise _wrong(f"has the parameter {name!r} twice")
        given[name.lower()] = check(name, value)
    if ("usercertfile" in given) != ("userkeyfile" in given):
        raise _wrong("must have userCertFile and userKeyFile together")
    return given


def _flag(name: str, value: str) -> str:
    if value.lower() not in ("true", "false"):
        raise _wrong(f"has {name}={value!r}: it takes true or false")
    return value.lower()


def _verified(name: str, value: str) -> str:
    if _flag(name, value) == "false":
        raise _wrong(f"has {name}=false, which is not supported: name the authority's file with tlsCaFile")
    return "true"


def _number(name: str, value: str) -> str:
    if not value.isascii() or not value.isdigit() or not 0 < int(value) <= _LARGEST_NUMBER:
        raise _wrong(f"has {name}={value!r}: it takes a whole number from 1 to {_LARGEST_NUMBER}")
    return value


def _file(name: str, value: str) -> str:
    try:
        with Path(value).open("rb"):
            return value
    except OSError as error:
        raise _wrong(f"has {name}={value!r}, which cannot be read: {error.strerror}") from error


def _leader(name: str, value: str) -> str:
    if value.lower() != "leader":
        raise _wrong(f"has {name}={value!r}: Parley reads its own writes and talks to the leader only")
    return "leader"


def _text(name: str, value: str) -> str:
    if not value:
        raise _wrong(f"has {name} without a value")
    if not (value.isascii() and value.isprintable()):
        raise _wrong(f"has {name}={value!r}: it takes ASCII letters, digits and signs")
    return value


_NAMES: dict[str, Callable[[str, str], str]] = {
    "tls": _flag,
    "tlsVerifyCert": _verified,
    "tlsCaFile": _file,
    "userCertFile": _file,
    "userKeyFile": _file,
    "defaultDeadline": _number,
    "connectionName": _text,
    "nodePreference": _leader,
    "maxDiscoverAttempts": _number,
    "discoveryInterval": _number,
    "gossipTimeout": _number,
    "keepAliveInterval": _number,
    "keepAliveTimeout": _number,
}
_PARAMETERS = {name.lower(): check for name, check in _NAMES.items()}


def _wrong(what: str) -> SettingsError:
    return SettingsError(f"{_SETTING} {what}")

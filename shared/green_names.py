"""
Names of hosts under eventlet: looked up by the system's resolver, in a real thread.

eventlet has a resolver of its own in place of it. That one knows neither the system's order of sources nor
its limits, and with its two copies of dnspython it takes 9 MB in every process.
"""

import socket
from ipaddress import ip_address
from typing import Any

from eventlet import tpool
from eventlet.green import socket as green_socket

_look_up = socket.getaddrinfo


def install() -> None:
    """Let whoever looks up a name wait without holding up other green threads. After eventlet's patches."""
    socket.getaddrinfo = green_socket.getaddrinfo = getaddrinfo


def getaddrinfo(  # noqa: PLR0917 - the library's signature
    host: bytes | str | None,
    port: bytes | str | int | None,
    family: int = 0,
    type: int = 0,  # noqa: A002 - the library's word
    proto: int = 0,
    flags: int = 0,
) -> Any:
    """As the library's; an address needs no looking up, and no thread."""
    if host is None or _is_address(host):
        return _look_up(host, port, family, type, proto, flags)
    return tpool.execute(_look_up, host, port, family, type, proto, flags)


def _is_address(host: bytes | str) -> bool:
    try:
        ip_address(host if isinstance(host, str) else host.decode("ascii"))
    except ValueError:
        return False
    return True

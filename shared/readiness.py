"""Tells from outside whether a process of Parley does its work, by the doors it is known for."""

import inspect
import socket
from importlib import import_module
from importlib.util import find_spec
from urllib.parse import unquote, urlsplit

import amqp
import amqp.exceptions
import httpx
import psycopg

from shared.contracts.rpc import Request
from shared.eventlog import kurrentdb_url
from shared.settings import Settings

GATEWAY = "gateway"
_TIMEOUT_SECONDS = 5


def is_ready(name: str, settings: Settings) -> bool:
    """
    Say whether the process answers.

    The gateway answers on `/readyz`, and a service whose contract has requests has a consumer on its RPC
    queue. All others read the log from where they left off: whatever happens before they are up is handled
    when they are, so nobody needs to wait for them.
    """
    if name == GATEWAY:
        return _answers(f"http://{settings.api_host}:{settings.api_port}/readyz")
    if _has_requests(name):
        return _is_consumed(f"rpc-{name}", settings.amqp_url)
    return True


def accepts(host: str, port: int) -> bool:
    """Say whether somebody listens there."""
    try:
        socket.create_connection((host, port), timeout=_TIMEOUT_SECONDS).close()
    except OSError:
        return False
    return True


def database_answers(url: str) -> bool:
    """Say whether PostgreSQL lets us in."""
    try:
        psycopg.connect(url, connect_timeout=_TIMEOUT_SECONDS).close()
    except psycopg.OperationalError:
        return False
    return True


def log_answers(settings: Settings) -> bool:
    """Say whether a server of the event log does. Raises SettingsError for a URL that is wrong in itself."""
    if settings.keeps_log_in_postgres:
        return database_answers(settings.log_url)
    return any(accepts(host, port) for host, port in kurrentdb_url.parse(settings.log_url).servers)


def broker_answers(url: str) -> bool:
    """Say whether RabbitMQ lets us in."""
    try:
        with connect(url):
            return True
    except (OSError, amqp.exceptions.AMQPError):
        return False


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=_TIMEOUT_SECONDS).is_success
    except httpx.HTTPError:
        return False


def _has_requests(name: str) -> bool:
    module_name = f"shared.contracts.{name.replace('-', '_')}"
    if find_spec(module_name) is None:
        return False
    module = import_module(module_name)
    return any(
        issubclass(member, Request) and f"{member.__module__}.".startswith(f"{module_name}.")
        for _, member in inspect.getmembers(module, inspect.isclass)
    )


def _is_consumed(queue: str, amqp_url: str) -> bool:
    try:
        with connect(amqp_url) as connection:
            return int(connection.channel().queue_declare(queue, passive=True).consumer_count) > 0
    except (OSError, amqp.exceptions.AMQPError):
        return False


def connect(amqp_url: str) -> amqp.Connection:
    """
    Return a connection to the broker for use in a `with` block.

    Unlike a service's own, it gives up on a broker that accepts and then says nothing.
    """
    url = urlsplit(amqp_url)
    secure = url.scheme == "amqps"
    return amqp.Connection(
        host=f"{url.hostname}:{url.port or (5671 if secure else 5672)}",
        userid=unquote(url.username or "guest"),
        password=unquote(url.password or "guest"),
        virtual_host=unquote(url.path.removeprefix("/")) or "/",
        ssl=secure,
        connect_timeout=_TIMEOUT_SECONDS,
        read_timeout=_TIMEOUT_SECONDS,
        write_timeout=_TIMEOUT_SECONDS,
    )

"""RabbitMQ at the edge: connections, and the exchanges as nameko declares them."""

from urllib.parse import unquote, urlsplit

import amqp
import amqp.exceptions

from shared.errors import Retryable

BROKEN = (OSError, amqp.exceptions.AMQPError)
"""What a broken connection to the broker is known by."""

NEWS_EXCHANGE = "parley.news"
WINDOWS_EXCHANGE = "parley.windows"


class BrokerUnavailable(Retryable):
    """RabbitMQ cannot be reached: look at PARLEY_AMQP_URL and whether the server runs."""


def connect(url: str, *, heartbeat: float, name: str) -> amqp.Connection:
    """
    Open a connection that the broker gives up after about two missed heartbeats. Raises BrokerUnavailable.

    `name` is what operators see in the broker's list of connections.
    """
    parts = urlsplit(url)
    secure = parts.scheme == "amqps"
    connection = amqp.Connection(
        host=f"{parts.hostname}:{parts.port or (5671 if secure else 5672)}",
        userid=unquote(parts.username or "guest"),
        password=unquote(parts.password or "guest"),
        virtual_host=unquote(parts.path.removeprefix("/")) or "/",
        ssl=secure,
        heartbeat=heartbeat,
        connect_timeout=5,
        # A broker that has run out of memory or disk stops reading: then a write would block for ever.
        write_timeout=30,
        client_properties={"connection_name": name},
    )
    try:
        connection.connect()
    except BROKEN as error:
        raise BrokerUnavailable(f"RabbitMQ at {parts.hostname}:{parts.port}: {error}") from error
    return connection


def exchange_of(source: str) -> str:
    """Return the name of the exchange that the service's events are published to."""
    return f"{source}.events"


def declare_news(channel: amqp.Channel) -> None:
    """Declare the exchange at which the relay says whose events it has published, as the routing key."""
    channel.exchange_declare(NEWS_EXCHANGE, type="direct", durable=True, auto_delete=False)


def declare_windows(channel: amqp.Channel) -> None:
    """Declare the exchange at which the relay publishes all events once more, many to a message."""
    channel.exchange_declare(WINDOWS_EXCHANGE, type="fanout", durable=True, auto_delete=False)


def declare_exchange(channel: amqp.Channel, source: str) -> None:
    """Declare the exchange as nameko does: with other properties whoever came second would be refused."""
    channel.exchange_declare(exchange_of(source), type="topic", durable=True, auto_delete=False)

"""
The log, published to RabbitMQ: every event at least once, confirmed, in log order.

One relay leads. What makes it the leader is an exclusive queue on the very connection that it publishes on:
the broker lets go of the queue when it gives up that connection, and from then on nothing that a frozen
leader still wants to say can reach an exchange. The checkpoint lies in PostgreSQL and only moves forward.

An event travels in the shape that this process knows, its `schemaversion` telling which; receivers bring
older shapes up to date.
"""

import logging
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import amqp
import amqp.exceptions
import psycopg
from pydantic_core import to_json

from shared import broker, metrics
from shared.checkpoint import describe
from shared.confirmed_publisher import ConfirmedPublisher, Outgoing
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection, connect, load_queries
from shared.errors import ParleyError, Retryable
from shared.eventlog.codec import UnreadableEvent
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog, Page
from shared.eventlog.wire import to_wire
from shared.settings import Settings

logger = logging.getLogger(__name__)

LEADER_QUEUE = "parley.relay.leader"

_QUERIES = load_queries("shared.sql", "relay.sql")
_WINDOW = 200
# Far below the largest message that RabbitMQ takes; a single event may be larger.
_MESSAGE_BYTES = 1_000_000
# A frozen leader loses its connection after about two missed heartbeats.
_HEARTBEAT_SECONDS = 4
_STANDBY_SECONDS = 0.5
_IDLE_SECONDS = 1.0
# After a window the relay rests as long as it took: the busier the machine, the more a window holds.
_LONGEST_REST = 0.02
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 5.0

_PASSING = (Retryable, psycopg.OperationalError, *broker.BROKEN)


class RelayAheadOfLog(ParleyError):
    """More was published than the log holds: the log was restored from an older backup."""


def run(settings: Settings) -> None:
    """Publish the log until SIGTERM or SIGINT. Raises RelayAheadOfLog."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    metrics.serve(settings)
    with closing(open_log(settings)) as log:
        Relay(log, settings).run(stop)


class Relay:
    """One relay process, leader or standby."""

    def __init__(self, log: EventLog, settings: Settings) -> None:
        self._log = log
        self._settings = settings
        self._state: tuple[str, type[Exception] | None] = ("", None)
        self._pause = _FIRST_PAUSE
        self._declared: set[str] = set()

    def run(self, stop: threading.Event) -> None:
        """
        Publish while leading and wait while another leads, until `stop` is set. Outlives restarts of the
        servers.
        """
        while not stop.is_set():
            try:
                with (
                    _connection(self._settings) as connection,
                    closing(_connect_to_checkpoint(self._settings)) as database,
                ):
                    # After a crash of the server a checkpoint that is a moment old only means messages sent
                    # twice.
                    database.execute("set synchronous_commit = off")
                    if self._become_leader(connection, stop):
                        metrics.RELAY_LEADS.set(1)
                        self._lead(connection, database, stop)
            except _PASSING as error:
                self._tell("Relay is interrupted", "relay_interrupted", error)
                stop.wait(self._pause)
                self._pause = min(self._pause * 2, _LONGEST_PAUSE)
            finally:
                metrics.RELAY_LEADS.set(0)

    def _become_leader(self, connection: amqp.Connection, stop: threading.Event) -> bool:
        """Return True once the leader's queue is ours, False when told to stop before."""
        channel = connection.channel()
        while not stop.is_set():
            try:
                # A refusal closes the channel at the broker, and the client opens it again by itself.
                channel.queue_declare(LEADER_QUEUE, exclusive=True, auto_delete=False)
            except amqp.exceptions.ResourceLocked:
                self._tell("Relay stands by, another leads", "relay_stands_by")
            else:
                return True
            stop.wait(_STANDBY_SECONDS)
            connection.heartbeat_tick()
        return False

    def _lead(self, connection: amqp.Connection, database: DatabaseConnection, stop: threading.Event) -> None:
        publisher = ConfirmedPublisher(connection)
        self._declared.clear()
        position = _read_checkpoint(database)
        newest = self._log.newest()
        if position > newest:
            raise RelayAheadOfLog(
                f"the relay has published up to position {position} but the log ends at {newest}. If "
                "PARLEY_EVENTLOG_URL names another log, correct it. If the log was restored from an older "
                f"backup, set the position in eventlog.relay_checkpoint to {newest}."
            )
        # The position read up to, and that of the last event sent, which the next one names.
        sent = position
        while not stop.is_set():
            started = time.monotonic()
            page = self._next_window(position)
            if page.position > position:
                self._declare_exchanges(publisher.channel, page.events)
                before = [sent, *(event.position for event in page.events)]
                events = list(map(_outgoing, page.events, before))
                publisher.send([*events, *_windows_of(events), *_news_of(page.events)], page.position)
                position, sent = page.position, before[-1]
            # While there is more to read the next window is on its way before this one is confirmed.
            backlog = len(page.events) == _WINDOW
            confirmed = publisher.confirmed(leave=1 if backlog else 0)
            if confirmed is not None:
                database.execute(_QUERIES["advance_relay_checkpoint"], {"position": confirmed})
                metrics.RELAY_POSITION.set(confirmed)
            if confirmed is not None or not page.events:
                # Only now: a broker that refuses everything would be told it all again ten times a second.
                self._pause = _FIRST_PAUSE
                self._tell("Relay leads", "relay_leads")
            metrics.RELAY_PUBLISHED.inc(len(page.events))
            if not page.events:
                self._log.wait_for_news(after=position, timeout=_IDLE_SECONDS)
                publisher.keep_alive()
            elif not backlog:
                # What comes meanwhile is read without asking first whether anything came.
                stop.wait(min(time.monotonic() - started, _LONGEST_REST))

    def _declare_exchanges(self, channel: amqp.Channel, events: Sequence[RecordedEvent]) -> None:
        if not self._declared:
            broker.declare_news(channel)
            broker.declare_windows(channel)
        for source in {event.source for event in events} - self._declared:
            broker.declare_exchange(channel, source)
            self._declared.add(source)

    def _next_window(self, position: int) -> Page:
        try:
            return self._log.read_all(after=position, limit=_WINDOW)
        except UnreadableEvent as error:
            self._step_over(error)
            return Page((), error.position)

    def _step_over(self, error: UnreadableEvent) -> None:
        # Nobody could read it either, and everyone's live updates would stop for it.
        logger.error(
            "Event cannot be read and is not published",
            extra={"action": "relay_stepped_over", "position": error.position, "error": describe(error)},
        )

    def _tell(self, sentence: str, action: str, error: Exception | None = None) -> None:
        """Log a change of state, once."""
        state = (action, None if error is None else type(error))
        if self._state == state:
            return
        self._state = state
        if error is None:
            logger.info(sentence, extra={"action": action})
        else:
            logger.error(sentence, extra={"action": action, "error": describe(error)})


def _outgoing(event: RecordedEvent, previous_position: int) -> Outgoing:
    return Outgoing(
        exchange=broker.exchange_of(event.source),
        routing_key=event.type,
        message_id=str(event.id),
        headers={"position": event.position, "previous_position": previous_position},
        body=to_json(to_wire(event, previous_position)),
    )


def _windows_of(events: Sequence[Outgoing]) -> list[Outgoing]:
    """
    Return the same events as JSON arrays, for whoever wants all of them in order, as every gateway does.

    One by one RabbitMQ and each receiver had several times the work.
    """
    windows: list[list[bytes]] = []
    size = _MESSAGE_BYTES
    for event in events:
        if size + len(event.body) > _MESSAGE_BYTES:
            windows.append([])
            size = 0
        windows[-1].append(event.body)
        size += len(event.body)
    return [
        Outgoing(
            exchange=broker.WINDOWS_EXCHANGE,
            routing_key="",
            message_id="",
            headers={},
            body=b"[" + b",".join(bodies) + b"]",
            persistent=False,
        )
        for bodies in windows
    ]


def _news_of(events: Sequence[RecordedEvent]) -> list[Outgoing]:
    """
    Return what wakes the subscriptions once the events are published: one message for each source of them.

    Were every event routed to the queue of every subscription, RabbitMQ would have several times the work.
    """
    return [
        Outgoing(
            exchange=broker.NEWS_EXCHANGE,
            routing_key=source,
            message_id="",
            headers={},
            body=b"{}",
            persistent=False,
        )
        for source in sorted({event.source for event in events})
    ]


def _connect_to_checkpoint(settings: Settings) -> DatabaseConnection:
    """Connect to where the log is, or what of it must be changeable: the checkpoint lies there."""
    return connect(settings, schema="eventlog", autocommit=True, url=settings.log_database_url)


def _read_checkpoint(database: DatabaseConnection) -> int:
    row = database.execute(_QUERIES["read_relay_checkpoint"]).fetchone()
    if row is None:
        raise RelayAheadOfLog(
            "eventlog.relay_checkpoint has lost its row: insert the position to publish from"
        )
    return int(row[0])


@contextmanager
def _connection(settings: Settings) -> Iterator[amqp.Connection]:
    """Open the publishing connection and let go of it, whatever state it is in."""
    connection = broker.connect(settings.amqp_url, heartbeat=_HEARTBEAT_SECONDS, name="relay")
    try:
        yield connection
        connection.close()
    finally:
        # After a failure without a farewell: a broker that has run out of memory reads nothing from those who
        # publish, and its answer would not come before the memory is there again.
        connection.collect()

"""A service that answers, refuses, sleeps and follows the log, for tests of what every service stands on."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

import psycopg
from nameko.events import event_handler
from psycopg_pool import ConnectionPool

from shared.clock import Clock
from shared.contracts.rpc import Request, Shape
from shared.db import DatabaseConnection, connect, open_pool
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Retryable
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog, LogUnavailable
from shared.nameko_adapters import BackgroundLoop, Resources, SubscriptionExtension, endpoint
from shared.settings import Settings
from shared.subscription import NotYetHandled
from tests.integration.subscription.ledger import NAME as LEDGER
from tests.integration.subscription.ledger import Ledger

logger = logging.getLogger("services.echo")


NOTES = f"notes-{UUID(int=0)}"


class Full(Conflict):
    """A finer refusal than the gateway knows."""


class Say(Request):
    text: str
    seconds: float = 0


class Refuse(Request):
    with_error: Literal[
        "invalid", "not_found", "forbidden", "full", "not_yet", "log", "database", "retryable", "mistake"
    ]


class Said(Shape):
    text: str
    resources: int


ERRORS: dict[str, Callable[[], Exception]] = {
    "invalid": lambda: Invalid("too_long", "The text is too long.", "text"),
    "not_found": lambda: NotFound("no_thread", "There is no such thread."),
    "forbidden": lambda: Forbidden("not_yours", "Only its author may.", None),
    "full": lambda: Full("thread_full", "The thread is full.", "text"),
    "not_yet": lambda: NotYetHandled("not yet at 7"),
    "log": lambda: LogUnavailable("cannot reach the log"),
    "database": lambda: psycopg.OperationalError("server closed the connection; password=secret"),
    "retryable": lambda: Retryable("later"),
    "mistake": lambda: KeyError("a mistake of ours"),
}


@dataclass(frozen=True, kw_only=True)
class EchoResources:
    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock


def build(settings: Settings) -> EchoResources:
    return EchoResources(
        settings=settings,
        log=PostgresEventLog(settings),
        pool=open_pool(settings, schema=LEDGER, size=16),
        clock=settings.system_clock(),
    )


def note(settings: Settings, text: str) -> None:
    """Leave a note where the test can find it."""
    with closing(connect(settings, schema=LEDGER, autocommit=True)) as connection:
        connection.execute(
            "insert into effects (position, stream, version, label) values (0, %s, 0, %s)", [NOTES, text]
        )


def keep_on(resources: EchoResources) -> Callable[[threading.Event], None]:
    def loop(stop: threading.Event) -> None:
        note(resources.settings, "loop started")
        stop.wait()
        # Pool and log are still there for what a loop has in hand.
        resources.log.head()
        with resources.pool.connection() as connection:
            connection.execute("select 1")
        note(resources.settings, "loop stopped")

    return loop


class EchoService:
    name = "echo"

    resources = Resources(build)
    subscription = SubscriptionExtension(lambda resources: Ledger(resources.log).definition())
    loop = BackgroundLoop(keep_on)

    @endpoint(Say)
    def say(self, request: Say) -> Said:
        logger.info("Echo said something", extra={"action": "echo_said"})
        if request.seconds:
            with self.resources.pool.connection() as connection:
                connection.execute("select pg_sleep(%s)", [request.seconds])
        note(self.resources.settings, request.text)
        return Said(text=request.text, resources=id(self.resources))

    @endpoint(Refuse)
    def refuse(self, request: Refuse) -> Said:
        error = ERRORS[request.with_error]()
        raise error


class StockService:
    """Somebody else's service, written by nameko's documentation."""

    name = "stock"

    resources = Resources(build)

    @event_handler("bank", "LedgerDeposited")  # type: ignore[untyped-decorator] # nameko ships no types
    def deposited(self, payload: dict[str, object]) -> None:
        note(self.resources.settings, f"{payload['type']} {payload['position']}")

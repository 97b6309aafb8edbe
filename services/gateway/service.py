"""The gateway's process: uvicorn on uvloop, with everything put together here."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import uvicorn
import uvloop
from starlette.types import ASGIApp

from services.gateway.adapters.broker_feed import BrokerFeed
from services.gateway.adapters.http import BoundedHttp
from services.gateway.adapters.rpc import NamekoServices
from services.gateway.adapters.tokens import JwtTokens
from services.gateway.api.dependencies import Gateway
from services.gateway.app import create_app
from services.gateway.edge import Edge
from services.gateway.file_links import FileLinks
from services.gateway.filing import Filing
from services.gateway.live import Hub
from services.gateway.metrics import Metrics
from services.gateway.sign_in import Directory, SignIn
from shared.eventlog.factory import open_log
from shared.file_store import open_file_store, open_incoming
from shared.settings import Settings, SettingsError

GRACE_SECONDS = 10
KEEP_ALIVE_SECONDS = 65
"""
Longer than the minute that load balancers keep an idle connection, so that they never use one we just closed.
"""


@asynccontextmanager
async def assembled(settings: Settings) -> AsyncIterator[tuple[ASGIApp, Hub]]:
    """
    Give the application with everything it needs running, and its hub; stop it all at the end of the block.
    """
    if not settings.amqp_url:
        raise SettingsError("PARLEY_AMQP_URL must be set")
    tokens = JwtTokens(settings)
    filing = Filing(
        store=open_file_store(settings), incoming=open_incoming(settings), links=FileLinks(settings)
    )
    await asyncio.to_thread(filing.incoming.sweep)
    log = open_log(settings)
    services = NamekoServices(settings.amqp_url, timeout=settings.rpc_timeout_seconds)
    feed = BrokerFeed(settings.amqp_url)
    directory = Directory(services)
    hub = Hub(log, feed, tell=(directory.learn,))
    metrics = Metrics()
    metrics.watch("parley_live_listeners", "Open live streams", lambda: hub.listeners)
    metrics.watch("parley_live_position", "Position shown live", lambda: hub.position or 0)
    metrics.watch("parley_live_gaps", "Times events were missing and read from the log", lambda: hub.gaps)
    gateway = Gateway(
        services=services,
        sign_in=SignIn(tokens, directory),
        hub=hub,
        feed=feed,
        metrics=metrics,
        filing=filing,
    )
    running = [asyncio.ensure_future(part.run()) for part in (services, feed, hub)]
    try:
        yield Edge(create_app(gateway), metrics), hub
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        hub.close()
        log.close()


class Server(uvicorn.Server):
    """Ends the live streams before it waits for open connections: they would not end by themselves."""

    def __init__(self, config: uvicorn.Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """
        Leave signals alone.

        uvicorn would raise the signal again at the end, which ends the process before anything is closed.
        """
        yield

    def stop(self) -> None:
        """Begin to shut down; `serve` returns when that is done."""
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, let running requests finish, end the streams."""
        self._hub.end_streams()
        await super().shutdown(sockets)


def server(settings: Settings, app: ASGIApp, hub: Hub) -> Server:
    """Return the HTTP server over an assembled application."""
    config = uvicorn.Config(
        app,
        host=settings.api_host,
        port=settings.api_port,
        http=BoundedHttp,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return Server(config, hub)


async def serve(settings: Settings) -> None:
    """Serve until the process is told to stop (SIGTERM, SIGINT)."""
    async with assembled(settings) as (app, hub):
        http = server(settings, app, hub)
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, http.stop)
        await http.serve(_given_socket(settings))


def _given_socket(settings: Settings) -> list[socket.socket] | None:
    """Return the socket that whoever started us listens on, None to listen ourselves."""
    return None if settings.api_socket_fd is None else [socket.socket(fileno=settings.api_socket_fd)]


def run(settings: Settings) -> None:
    """Serve HTTP until the process is told to stop (SIGTERM, SIGINT)."""
    # What it says of each attempt to connect, as an error, our own lines say better.
    logging.getLogger("aiormq.connection").setLevel(logging.CRITICAL)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings))

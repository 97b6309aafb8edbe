"""
Fixtures for tests against real servers.

Use them with `pytest_plugins = ["shared.testing"]`. A test that asks for `settings` gets a migrated
database and an empty virtual host which nobody else sees. The servers are started once per run on free
ports with their data in a temporary folder; `PARLEY_TEST_DATABASE_URL`, `PARLEY_TEST_AMQP_URL` and
`PARLEY_TEST_AMQP_MANAGEMENT_URL` name servers that run already and are used instead.
"""

import asyncio
import os
import secrets
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar
from urllib.parse import quote, urlsplit

import httpx
import psycopg
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from psycopg import sql

from shared import child_process, local_servers, readiness
from shared.child_process import Command
from shared.local_servers import LOOPBACK
from shared.migrate import migrate
from shared.settings import PREFIX, Settings, to_environment

T = TypeVar("T")

_OUTPUT_LINES_SHOWN = 60


def eventually(check: Callable[[], T], *, within: float = 30) -> T:
    """
    Return what `check` returns as soon as that is true, trying again for `within` seconds.

    An AssertionError raised by `check` counts as "not yet"; the last one is raised when the time is up.
    """
    deadline = time.monotonic() + within
    pause = 0.005
    while True:
        failure: AssertionError | None = None
        try:
            outcome = check()
        except AssertionError as error:
            failure = error
        else:
            if outcome:
                return outcome
        if time.monotonic() >= deadline:
            raise failure or AssertionError(f"not so after {within} seconds: the last answer was {outcome!r}")
        time.sleep(pause)
        pause = min(pause * 1.5, 0.25)


def free_port() -> int:
    """Return a port on the loopback address that nobody listens on now."""
    return local_servers.free_ports([0])[0]


# ------------------------------------------------------------------------------------------------ servers


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Name a PostgreSQL server as its superuser."""
    given = os.environ.get("PARLEY_TEST_DATABASE_URL")
    if given:
        yield given
        return
    # Not below pytest's folder, which only we may enter: PostgreSQL may run as another account.
    with (
        tempfile.TemporaryDirectory(prefix="parley-postgres-") as folder,
        local_servers.postgres(Path(folder), durable=False) as url,
    ):
        yield url


@dataclass(frozen=True)
class Broker:
    """A RabbitMQ node with its management plugin."""

    amqp_url: str
    management_url: str


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Name a RabbitMQ node whose virtual hosts we may make and delete."""
    given = os.environ.get("PARLEY_TEST_AMQP_URL")
    if given:
        yield Broker(given, os.environ["PARLEY_TEST_AMQP_MANAGEMENT_URL"])
        return
    with local_servers.rabbitmq(tmp_path_factory.mktemp("rabbitmq"), management=True) as node:
        yield Broker(node.amqp_url, node.management_url)


@pytest.fixture(scope="session")
def amqp_url(broker: Broker) -> str:
    """Name the broker's default virtual host."""
    return broker.amqp_url


# ------------------------------------------------------------------------- a database and a virtual host


def _in_database(url: str, name: str) -> str:
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _administer(url: str, *statements: sql.Composed) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


@contextmanager
def fresh_database(server_url: str, *, template: str | None = None) -> Iterator[str]:
    """Make a database, empty or a copy of `template`; give its URL, and drop it whoever is still in it."""
    name = f"parley_test_{secrets.token_hex(6)}"
    identifier = sql.Identifier(name)
    creation = sql.SQL("create database {}").format(identifier)
    if template is not None:
        creation += sql.SQL(" template {}").format(sql.Identifier(template))
    _administer(server_url, creation)
    if template is not None:
        # Rights on a database are not copied with it, and rebuilds make schemas.
        role = sql.Identifier(Settings().database_role)
        _administer(server_url, sql.SQL("grant create on database {} to {}").format(identifier, role))
    try:
        yield _in_database(server_url, name)
    finally:
        _administer(server_url, sql.SQL("drop database if exists {} with (force)").format(identifier))


@contextmanager
def fresh_vhost(broker: Broker) -> Iterator[str]:
    """Make an empty virtual host, give its URL, and delete it with everything in it."""
    name = f"parley_test_{secrets.token_hex(6)}"
    user = urlsplit(broker.amqp_url).username or "guest"
    with httpx.Client(base_url=broker.management_url, timeout=30) as client:
        client.put(f"/api/vhosts/{name}").raise_for_status()
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        client.put(f"/api/permissions/{name}/{quote(user)}", json=everything).raise_for_status()
        try:
            yield urlsplit(broker.amqp_url)._replace(path=f"/{name}").geturl()
        finally:
            client.delete(f"/api/vhosts/{name}").raise_for_status()


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> Iterator[str]:
    """Name a migrated database that is copied for each test: cheaper than to migrate each time."""
    with fresh_database(postgres_url) as url:
        migrate(Settings(environment="test", database_url=url))
        yield urlsplit(url).path.removeprefix("/")


def _settings(database_url: str, home: Path) -> Settings:
    return Settings(
        environment="test",
        home=home,
        database_url=database_url,
        jwt_secret=secrets.token_hex(32),
        api_port=free_port(),
        log_level="DEBUG",
    )


@pytest.fixture
def database_settings(postgres_url: str, migrated_template: str, tmp_path: Path) -> Iterator[Settings]:
    """Give settings with a migrated database and no broker: much quicker than `settings`."""
    with fresh_database(postgres_url, template=migrated_template) as url:
        yield _settings(url, tmp_path)


@pytest.fixture
def settings(database_settings: Settings, broker: Broker) -> Iterator[Settings]:
    """Give settings with a migrated database and an empty virtual host."""
    with fresh_vhost(broker) as amqp_url:
        yield database_settings.model_copy(update={"amqp_url": amqp_url})


# ---------------------------------------------------------------------------------------------------- SMTP


@dataclass(frozen=True)
class ReceivedMail:
    """One e-mail as the server took it: envelope and the exact bytes."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)


Behaviour = Literal[
    "accept",
    "refuse",  # 550 to every recipient: never try again
    "refuse_for_now",  # 451 to the content: try later
    "hang",  # take the content and say nothing until the behaviour changes or the client gives up
    "drop",  # take the content, keep nothing and cut the connection
    "mailbox_full",  # take nothing for the address for the time being
    "drop_after_keeping",  # keep the mail and cut the connection before the client hears of it
]


@dataclass
class SmtpServer:
    """A real SMTP server on the loopback address: keeps `messages` and answers according to `behaviour`."""

    behaviour: Behaviour = "accept"
    messages: list[ReceivedMail] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    unwanted_sender: str = ""
    # Many servers say at RCPT what they think of the sender.
    sender_refused_at: Literal["MAIL", "RCPT"] = "MAIL"
    # With its certificate; nothing is taken in the clear, nor from anybody without these credentials.
    tls: ssl.SSLContext | None = None
    tls_begins: Literal["at once", "with STARTTLS"] = "at once"
    credentials: tuple[str, str] | None = None
    logins: list[tuple[str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        scheme = "smtps" if self.tls_begins == "at once" else "smtp+starttls"
        user, password = map(partial(quote, safe=""), self.credentials or ("", ""))
        login = f"{user}:{password}@" if self.credentials else ""
        return f"{scheme if self.tls else 'smtp'}://{login}{LOOPBACK}:{self.port}"

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address == self.unwanted_sender and self.sender_refused_at == "MAIL":
            return "550 5.7.1 not from this sender"
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.mail_from == self.unwanted_sender:
            return "550 5.1.8 sender address rejected: domain not found"
        if self.behaviour == "refuse":
            return "550 5.1.1 no such mailbox"
        if self.behaviour == "mailbox_full":
            return "452 4.2.2 mailbox full"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        while self.behaviour == "hang":  # noqa: ASYNC110 - changed by another thread
            await asyncio.sleep(0.02)
        if self.behaviour == "refuse_for_now":
            return "451 4.3.0 try again later"
        if self.behaviour != "drop":
            assert isinstance(envelope.content, bytes), "aiosmtpd gives bytes unless it is told to decode"
            mail = ReceivedMail(envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.content)
            self.messages.append(mail)
        if self.behaviour in ("drop", "drop_after_keeping"):
            assert isinstance(server.transport, asyncio.WriteTransport), "a connection is open here"
            server.transport.abort()
        return "250 OK"

    def _session(self, loop: asyncio.AbstractEventLoop) -> SMTP:
        later = self.tls if self.tls_begins == "with STARTTLS" else None
        return SMTP(
            self,
            hostname="smtp.test",
            loop=loop,
            tls_context=later,
            require_starttls=later is not None,
            authenticator=self._authenticate if self.credentials else None,
            auth_required=self.credentials is not None,
            auth_require_tls=later is not None,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, given: LoginPassword
    ) -> AuthResult:
        login = (given.login.decode(), given.password.decode())
        self.logins.append(login)
        return AuthResult(success=login == self.credentials, handled=False)

    @contextmanager
    def serving(self) -> Iterator["SmtpServer"]:
        """Listen in a thread of its own until the end of the block."""
        loop = asyncio.new_event_loop()

        async def listen() -> asyncio.Server:
            at_once = self.tls if self.tls_begins == "at once" else None
            return await loop.create_server(lambda: self._session(loop), LOOPBACK, self.port, ssl=at_once)

        listener = loop.run_until_complete(listen())
        self.port = listener.sockets[0].getsockname()[1]
        thread = threading.Thread(target=loop.run_forever, name="smtp-server", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            loop.call_soon_threadsafe(listener.close)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            for task in asyncio.all_tasks(loop):
                task.cancel()
            loop.run_until_complete(asyncio.sleep(0))
            loop.close()


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """Give an SMTP server that keeps what it is sent and can be told to misbehave."""
    with SmtpServer().serving() as server:
        yield server


# ----------------------------------------------------------------------------------------------- processes


class Processes:
    """Real processes of Parley, addressed by name, for tests that kill, freeze and restart them."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._folder = settings.home / "logs"
        self._commands: dict[str, Command] = {}
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        """Start the process; its output goes to a file of its own. Does not wait until it is ready."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(PREFIX)}
        self._commands[name] = Command(
            argv=(sys.executable, "-m", "shared.runner", name),
            environment={**inherited, **to_environment(self._settings)},
        )
        self._running[name] = child_process.start(self._commands[name], self.output_file(name))

    def wait_until_ready(self, *names: str, within: float = 60) -> None:
        """Return when these (or all) answer; raises when one ends or the time is up."""
        for name in names or tuple(self._running):
            eventually(partial(self._is_ready, name), within=within)

    def _is_ready(self, name: str) -> bool:
        if not self.is_alive(name):
            raise RuntimeError(f"{name} ended with {self._running[name].returncode}")
        return readiness.is_ready(name, self._settings)

    def pid(self, name: str) -> int:
        return self._running[name].pid

    def is_alive(self, name: str) -> bool:
        return self._running[name].poll() is None

    def kill9(self, name: str) -> None:
        """Kill the process as a crash would, and return when it is gone."""
        child_process.kill(self._running[name])
        self._running[name].wait()

    def freeze(self, name: str) -> None:
        """Stop the process where it stands; connections stay open and nothing answers on them."""
        os.kill(self.pid(name), signal.SIGSTOP)

    def wake(self, name: str) -> None:
        os.kill(self.pid(name), signal.SIGCONT)

    def restart(self, name: str, *, wait: bool = True) -> None:
        """Start the process again, after stopping it where it still runs."""
        self.stop(name)
        self.start(name)
        if wait:
            self.wait_until_ready(name)

    def stop(self, name: str, *, within: float = 15) -> int:
        """Ask the process to end, kill it if it does not, and return its exit code."""
        return child_process.stop(self._running[name], self._commands[name], within=within)

    def stop_all(self) -> None:
        for name, process in self._running.items():
            child_process.ask_to_stop(process, self._commands[name])
        for name in self._running:
            self.stop(name)

    def output_file(self, name: str) -> Path:
        return self._folder / f"{name}.log"

    def output(self, name: str) -> str:
        """Return everything the process has printed, over all its restarts."""
        return self.output_file(name).read_text(errors="replace")

    def print_last_lines(self) -> None:
        for name in self._running:
            lines = self.output(name).splitlines()[-_OUTPUT_LINES_SHOWN:]
            sys.stderr.write("\n".join([f"--- {name}, last lines ---", *lines, ""]))


@contextmanager
def running(settings: Settings, *names: str, wait: bool = True) -> Iterator[Processes]:
    """
    Run real processes (`python -m shared.runner NAME`) with these settings and stop them at the end of the
    block.

    When the block fails, the last lines of each process are printed, where pytest shows them with the
    failure.
    """
    processes = Processes(settings)
    try:
        for name in names:
            processes.start(name)
        if wait:
            processes.wait_until_ready()
        yield processes
    except BaseException:
        processes.print_last_lines()
        raise
    finally:
        processes.stop_all()

"""
The local stack: servers, services and a mail server on one machine, supervised, their data in one folder.

`up` runs in the foreground and owns everything it starts: when it ends, however it ends, they end.
"""

import fcntl
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import entry_points
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
from pydantic import BaseModel, ValidationError

from shared import logs, readiness, stack_state
from shared.child_process import Command
from shared.errors import ParleyError
from shared.local_servers import LOOPBACK, Postgres, RabbitMq, free_ports, listen
from shared.migrate import migrate
from shared.settings import PREFIX, Settings, SettingsError, to_environment
from shared.stack_state import ProcessIdentity, StackState
from shared.supervisor import Supervisor

MAIL = "mail"
POSTGRES = "postgres"
EPMD = "epmd"
RABBITMQ = "rabbitmq"

Say = Callable[[str], None]

_DATABASE = "parley"
_READY_SECONDS = 120
_GIVEN_SERVER_SECONDS = 10
_SERVICES_STOP_SECONDS = 15
_SERVERS_STOP_SECONDS = 30
_TICK_SECONDS = 0.1
_DOWN_SECONDS = 60


class StackFailed(ParleyError):
    """The local stack could not be brought up; the message says why."""


class _AskedToStop(BaseException):
    """Ctrl-C or SIGTERM came while the stack was on its way up."""


def settings_of_running_stack(home: Path) -> Settings | None:
    """Return the settings that the processes of the stack in that folder run with, None if none runs."""
    state = stack_state.read(home)
    return state.settings() if state is not None and state.is_alive() else None


# ------------------------------------------------------------------------------------------------ ports


class _Ports(BaseModel):
    """The ports of the last run: addresses stay the same as long as nobody else takes them."""

    postgres: int = 0
    amqp: int = 0
    epmd: int = 0
    erlang: int = 0
    smtp: int = 0
    mail: int = 0

    @classmethod
    def choose(cls, file: Path) -> "_Ports":
        try:
            last = cls.model_validate_json(file.read_bytes())
        except (FileNotFoundError, ValidationError):
            last = cls()
        names = list(cls.model_fields)
        ports = cls(**dict(zip(names, free_ports([getattr(last, name) for name in names]), strict=True)))
        file.write_text(ports.model_dump_json())
        return ports


# ------------------------------------------------------------------------------------------------ coming up


def up(given: Settings, *, demo: bool, say: Say) -> None:
    """
    Bring the stack up and stay until Ctrl-C or SIGTERM; then stop everything that was started.

    Where a stack runs for this home folder already, say so and return. Raises StackFailed, or what a server
    raised.
    """
    if given.environment == "production":
        raise SettingsError(f"{PREFIX}ENVIRONMENT: `parley up` is for development, not for production")
    home = given.home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with _only_one(home) as alone:
        if not alone:
            say(_already_running(home))
            return
        _stop_what_a_crash_left(home, say)
        logs.configure(given.model_copy(update={"log_level": "WARNING"}), "stack")
        stack = _Stack(given, home, say)
        try:
            with _signals(stack):
                stack.run(demo=demo)
        except _AskedToStop:
            pass
        finally:
            say("Stopping ...")
            stack.stop()
            stack_state.remove(home)
        say("Stopped. Everything that was started has ended; the data stays.")


class _Stack:
    def __init__(self, given: Settings, home: Path, say: Say) -> None:
        self._given = given
        self._home = home
        self._say = say
        self._supervisor = Supervisor(home / "logs", say)
        self._stop_requests = 0
        self._ready = False
        self._api_socket: socket.socket | None = None
        self._servers: list[str] = []
        self._services: list[str] = []

    def ask_to_stop(self) -> None:
        self._stop_requests += 1

    def run(self, *, demo: bool) -> None:
        ports = _Ports.choose(self._home / "ports.json")
        # RabbitMQ takes longest and needs no help: it boots while PostgreSQL is made and migrated.
        amqp_url = self._given.amqp_url or self._start_rabbitmq(ports)
        database_url = self._given.database_url or self._start_postgres(ports)
        self._settings = self._complete(database_url, amqp_url, ports)
        self._publish()
        self._wait_for_database(database_url)
        self._wait_for_log()
        migrate(self._settings)
        self._start_services()
        self._wait_for_broker(amqp_url)
        self._tend_until(self._supervisor.are_ready, _READY_SECONDS)
        self._ready = True
        self._publish()
        if demo:
            self._run_demo()
        self._say(summary(self._state()))
        while True:
            self._tend()

    # ---- servers

    def _start_rabbitmq(self, ports: _Ports) -> str:
        server = RabbitMq(self._home / "rabbitmq", (ports.amqp, ports.epmd, ports.erlang, 0))
        server.prepare()
        self._say("Starting RabbitMQ ...")
        self._servers += [RABBITMQ, EPMD]
        self._supervisor.start(EPMD, server.epmd_command(), lambda: readiness.accepts(LOOPBACK, ports.epmd))
        self._supervisor.start(RABBITMQ, server.command(), server.is_ready)
        return server.amqp_url

    def _start_postgres(self, ports: _Ports) -> str:
        server = Postgres(self._home / "postgres", ports.postgres, durable=True)
        self._say("Starting PostgreSQL ...")
        for change in server.prepare():
            self._say(f"  {change}")
        self._servers.append(POSTGRES)
        self._supervisor.start(POSTGRES, server.command(), server.is_ready)
        self._tend_until(lambda: self._supervisor.are_ready([POSTGRES]), _READY_SECONDS)
        server.ensure_database(_DATABASE)
        return server.url(_DATABASE)

    def _wait_for_database(self, url: str) -> None:
        if POSTGRES not in self._servers:
            self._wait_for_given("DATABASE_URL", lambda: readiness.database_answers(url))

    def _wait_for_log(self) -> None:
        if self._given.eventlog_url:
            self._wait_for_given("EVENTLOG_URL", lambda: readiness.log_answers(self._settings))

    def _wait_for_broker(self, url: str) -> None:
        if RABBITMQ not in self._servers:
            self._wait_for_given("AMQP_URL", lambda: readiness.broker_answers(url))

    def _wait_for_given(self, variable: str, answers: Callable[[], bool]) -> None:
        try:
            self._tend_until(answers, _GIVEN_SERVER_SECONDS)
        except StackFailed as error:
            raise StackFailed(f"The server that {PREFIX}{variable} names does not answer") from error

    # ---- services

    def _complete(self, database_url: str, amqp_url: str, ports: _Ports) -> Settings:
        given = self._given
        # Held from here on: another stack that starts at the same moment finds the port taken.
        self._api_socket = listen(given.api_host, given.api_port)
        api_port = int(self._api_socket.getsockname()[1])
        if api_port != given.api_port != 0:
            self._say(f"Port {given.api_port} is taken: the API is on {api_port}.")
        offset = (given.clock - datetime.now(UTC)).total_seconds() if given.clock is not None else 0
        changes: dict[str, Any] = {
            "home": self._home,
            "database_url": database_url,
            "amqp_url": amqp_url,
            "api_port": api_port,
            "clock": None,
            "clock_offset_seconds": offset or given.clock_offset_seconds,
        }
        if "portal_url" not in given.model_fields_set:
            changes["portal_url"] = f"http://{LOOPBACK}:{api_port}"
        if not given.smtp_url:
            changes |= {"smtp_url": f"smtp://{LOOPBACK}:{ports.smtp}", "mail_sink_port": ports.mail}
        if not given.jwt_secret and not given.jwt_jwks_url:
            changes["jwt_secret"] = self._jwt_secret()
        return given.model_copy(update=changes)

    def _jwt_secret(self) -> str:
        file = self._home / "jwt_secret"
        if not file.exists():
            file.touch(mode=0o600)
            file.write_text(secrets.token_hex(32))
        return file.read_text()

    def _start_services(self) -> None:
        self._say("Starting Parley ...")
        names = sorted(each.name for each in entry_points(group="parley.services"))
        environment = _environment(self._settings)
        for name in names:
            if name == MAIL and self._given.smtp_url:
                continue
            self._services.append(name)
            command = Command(argv=(sys.executable, "-m", "shared.runner", name), environment=environment)
            if name == readiness.GATEWAY and self._api_socket is not None:
                command = _listening_on(self._api_socket, command)
            self._supervisor.start(name, command, _readiness_check(name, self._settings))

    def _run_demo(self) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "shared.cli", "demo"],
            env=_environment(self._settings),
            stdin=subprocess.DEVNULL,
        ) as process:
            try:
                while process.poll() is None:
                    self._tend()
            finally:
                process.terminate()
        if process.returncode != 0:
            self._say("The demo data could not be loaded; the stack is up all the same.")

    # ---- tending

    def _tend_until(self, condition: Callable[[], bool], within: float) -> None:
        deadline = time.monotonic() + within
        while not condition():
            self._tend()
            if time.monotonic() > deadline:
                parts = [f"{name}:\n{lines}" for name, lines in self._supervisor.not_ready().items()]
                raise StackFailed("\n".join([f"Not ready after {within:.0f} seconds.", *parts]))

    def _tend(self) -> None:
        if self._stop_requests:
            raise _AskedToStop
        if self._supervisor.tend() and self._services:
            self._publish()
        time.sleep(_TICK_SECONDS)

    def _state(self) -> StackState:
        settings = self._settings
        captures = not self._given.smtp_url
        return StackState(
            supervisor=ProcessIdentity.of(os.getpid()),
            ready=self._ready,
            api=f"http://{_reachable(settings.api_host)}:{settings.api_port}",
            mail=f"http://{LOOPBACK}:{settings.mail_sink_port}" if captures else None,
            mail_dir=str(self._home / "mail") if captures else None,
            amqp=settings.amqp_url,
            database=settings.database_url,
            logs=str(self._home / "logs"),
            environment=to_environment(settings),
            processes=self._supervisor.reports(),
        )

    def _publish(self) -> None:
        stack_state.write(self._home, self._state())

    def stop(self) -> None:
        """Stop the services first, so that they can finish with their servers, and then the servers."""
        if self._api_socket is not None:
            # The gateway has it too: when it lets go, nobody is kept waiting any more.
            self._api_socket.close()
        self._supervisor.stop(self._services, within=_SERVICES_STOP_SECONDS)
        self._supervisor.stop([name for name in self._servers if name != EPMD], within=_SERVERS_STOP_SECONDS)
        # RabbitMQ looks for its name service to the end.
        self._supervisor.stop([EPMD], within=_SERVERS_STOP_SECONDS)


def _listening_on(listener: socket.socket, command: Command) -> Command:
    number = listener.fileno()
    environment = {**command.environment, PREFIX + "API_SOCKET_FD": str(number)}
    return replace(command, environment=environment, inherits=(number,))


def _readiness_check(name: str, settings: Settings) -> Callable[[], bool]:
    if name == MAIL:
        return lambda: readiness.accepts(LOOPBACK, settings.mail_sink_port)
    return lambda: readiness.is_ready(name, settings)


def _environment(settings: Settings) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    return {**inherited, **to_environment(settings)}


def _reachable(host: str) -> str:
    return LOOPBACK if host in ("", "0.0.0.0") else host  # noqa: S104 - compared, not listened on


@contextmanager
def _only_one(home: Path) -> Iterator[bool]:
    """Say whether we are the only supervisor of this folder; the kernel forgets us when we die."""
    with (home / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextmanager
def _signals(stack: _Stack) -> Iterator[None]:
    """Let the usual signals end the block at its next step instead of anywhere."""

    def ask(_number: int, _frame: FrameType | None) -> None:
        stack.ask_to_stop()

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number in before:
            # Once is enough: nobody interrupts the stopping, which is bounded.
            signal.signal(number, signal.SIG_IGN)


def _stop_what_a_crash_left(home: Path, say: Say) -> None:
    state = stack_state.read(home)
    if state is None:
        return
    left = [process.identity.find() for process in state.processes if process.identity is not None]
    orphans = [process for process in left if process is not None]
    if orphans:
        say("An earlier stack ended without stopping its processes; stopping them now.")
    for process in orphans:
        process.terminate()
    _, alive = psutil.wait_procs(orphans, timeout=_SERVICES_STOP_SECONDS)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=_SERVICES_STOP_SECONDS)
    stack_state.remove(home)


# ------------------------------------------------------------------------------------- from another process


def up_detached(given: Settings, *, demo: bool, say: Say) -> None:
    """
    Bring the stack up in the background, and return when it is ready and the demo data are in.

    Where one runs or comes up already, return when that one is ready. Raises StackFailed with the
    supervisor's last words.
    """
    home = given.home.resolve()
    output = home / "logs" / "supervisor.log"
    output.parent.mkdir(parents=True, exist_ok=True)
    process = _start_supervisor(output) if _is_free(home) else None
    while (state := stack_state.read(home)) is None or not (state.is_alive() and state.ready):
        ended = 0 if process is None else process.poll()
        if ended:
            raise StackFailed(f"The stack did not come up:\n{output.read_text(errors='replace').strip()}")
        # Ours ends well where another was quicker.
        if ended == 0 and _is_free(home):
            raise StackFailed("The stack that was coming up for this folder has ended: try again")
        time.sleep(_TICK_SECONDS)
    if process is None or process.pid != state.supervisor.pid:
        say(_already_running(home))
        return
    if demo:
        outcome = subprocess.run(
            [sys.executable, "-m", "shared.cli", "demo"], env=_environment(state.settings()), check=False
        )
        if outcome.returncode != 0:
            raise StackFailed("The demo data could not be loaded; the stack is up all the same")
    say(summary(state))


def _start_supervisor(output: Path) -> subprocess.Popen[bytes]:
    with output.open("wb") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "shared.cli", "up"],
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _is_free(home: Path) -> bool:
    with _only_one(home) as alone:
        return alone


def down(home: Path, *, say: Say) -> None:
    """Stop the stack of that folder, wait until everything it started has ended; say so where none runs."""
    state = stack_state.read(home)
    if state is None or not state.is_alive():
        if state is not None:
            _stop_what_a_crash_left(home, say)
        say(f"No stack runs for {PREFIX}HOME={home}.")
        return
    os.kill(state.supervisor.pid, signal.SIGTERM)
    # One that stands still is woken to see it.
    os.kill(state.supervisor.pid, signal.SIGCONT)
    deadline = time.monotonic() + _DOWN_SECONDS
    while state.is_alive():
        if time.monotonic() > deadline:
            # Its children die with it: the kernel sees to that.
            os.kill(state.supervisor.pid, signal.SIGKILL)
        time.sleep(_TICK_SECONDS)
    _stop_what_a_crash_left(home, say)
    say("Stopped. Everything that was started has ended; the data stays.")


def _already_running(home: Path) -> str:
    state = stack_state.read(home)
    if state is None or not state.ready:
        return "A stack is coming up for this folder already: `parley status` shows how far it is."
    return "A stack runs for this folder already.\n" + summary(state)


def summary(state: StackState) -> str:
    """Return what a person needs to know to use the stack."""
    parley = _command_name()
    rows = [
        ("API", f"{state.api}/api/v1   docs: {state.api}/docs"),
        ("A token", f"{parley} token EMAIL   or, for an operator, {parley} token --ops"),
        ("Captured mail", f"{state.mail}   files: {_short(state.mail_dir)}" if state.mail_dir else None),
        ("Processes", f"{parley} status   logs: {_short(state.logs)}"),
        ("To stop", "Ctrl-C where it runs, or `make down`"),
    ]
    lines = [f"  {label:<14} {text}" for label, text in rows if text is not None]
    return "\n".join(["", "Parley is up.", "", *lines, ""])


def _command_name() -> str:
    beside_python = Path(sys.executable).with_name("parley")
    if (
        str(beside_python.parent) in os.environ.get("PATH", "").split(os.pathsep)
        or not beside_python.exists()
    ):
        return "parley"
    return _short(str(beside_python))


def _short(path: str) -> str:
    here = Path.cwd()
    return str(Path(path).relative_to(here)) if Path(path).is_relative_to(here) else path

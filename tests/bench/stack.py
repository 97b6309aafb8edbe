"""Servers of the bench's own, and Parley's processes on them; durable, as the local stack runs them."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg
from psycopg import sql

from shared import local_servers
from shared.migrate import migrate
from shared.settings import Settings
from shared.testing import Processes, free_port
from tests.bench import floor

MEMORY_TARGET_MB = 100
PROCESSES = ("relay", "messaging", "tasks", "notifier", "gateway")


@contextmanager
def servers(folder: Path) -> Iterator[Settings]:
    """Run PostgreSQL (fsync on) and RabbitMQ on free ports, and give settings with a migrated database."""
    with (
        local_servers.postgres(folder / "postgres", durable=True) as url,
        local_servers.rabbitmq(folder / "rabbitmq", management=False) as broker,
    ):
        settings = Settings(
            home=folder,
            database_url=url,
            amqp_url=broker.amqp_url,
            # Nobody is mailed before the bench is over: bursts end later than it does.
            smtp_url="smtp://127.0.0.1:9",
            mail_quiet_seconds=3600,
            mail_max_wait_seconds=3600,
            jwt_secret=secrets.token_hex(32),
            api_port=free_port(),
        )
        yield with_database(settings, "bench")


def with_database(settings: Settings, name: str) -> Settings:
    """Make and migrate a database on the same server, with the floor's table in it."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    url = urlsplit(settings.database_url)._replace(path=f"/{name}").geturl()
    made = settings.model_copy(update={"database_url": url})
    migrate(made)
    with psycopg.connect(url) as connection:
        connection.execute(floor.TABLE)
    return made


def resident_mb(processes: Processes) -> Mapping[str, float]:
    """Return the memory that each process of Parley holds, its children included."""
    return {name: resident_mb_of(processes.pid(name)) for name in PROCESSES if processes.is_alive(name)}


def resident_mb_of(pid: int) -> float:
    """Return the memory that a process holds, its children included."""
    process = psutil.Process(pid)
    family = [process, *process.children(recursive=True)]
    return float(sum(member.memory_info().rss for member in family)) / 2**20


class CpuMeter:
    """Tells who used how much CPU between two moments: processes of ours by name, and the servers."""

    def __init__(self, names: Mapping[int, str]) -> None:
        """Begin to measure; `names` tells processes by their ids."""
        self._names = names
        self._before = self._read()

    def _read(self) -> Mapping[str, float]:
        seconds: dict[str, float] = {}
        for process in psutil.Process().children(recursive=True):
            try:
                name = self._names.get(process.pid) or _server(process.name())
                times = process.cpu_times()
            except psutil.NoSuchProcess:
                continue
            if name is not None:
                seconds[name] = seconds.get(name, 0) + times.user + times.system
        return seconds

    def milliseconds_for_each(self, count: int) -> Mapping[str, float]:
        """Return the CPU used since the meter was made for each of `count` things, by name, most first."""
        used = {name: seconds - self._before.get(name, 0) for name, seconds in self._read().items()}
        return {
            name: seconds / count * 1e3 for name, seconds in sorted(used.items(), key=lambda item: -item[1])
        }


def pids(processes: Processes) -> Mapping[int, str]:
    """Return the names of Parley's processes by their ids."""
    return {processes.pid(name): name for name in PROCESSES if processes.is_alive(name)}


def _server(process_name: str) -> str | None:
    if process_name.startswith("postgres"):
        return "PostgreSQL"
    if process_name.startswith(("beam", "erl", "epmd")):
        return "RabbitMQ"
    return None

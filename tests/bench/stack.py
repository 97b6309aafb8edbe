"""Servers of the bench's own, and Parley's processes on them; durable, as the local stack runs them."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import psycopg

from shared import local_servers
from shared.migrate import migrate
from shared.settings import Settings
from shared.testing import Processes, free_port
from tests.bench import floor

DATABASE = "bench"
PROCESSES = ("relay", "messaging", "tasks", "notifier", "gateway")


@contextmanager
def servers(folder: Path) -> Iterator[Settings]:
    """Run PostgreSQL (fsync on) and RabbitMQ on free ports, and give settings with a migrated database."""
    with (
        local_servers.postgres(folder / "postgres", durable=True) as url,
        local_servers.rabbitmq(folder / "rabbitmq", management=False) as broker,
    ):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"create database {DATABASE}")
        settings = Settings(
            home=folder,
            database_url=urlsplit(url)._replace(path=f"/{DATABASE}").geturl(),
            amqp_url=broker.amqp_url,
            # Nobody is mailed before the bench is over: bursts end later than it does.
            smtp_url="smtp://127.0.0.1:9",
            mail_quiet_seconds=3600,
            mail_max_wait_seconds=3600,
            jwt_secret=secrets.token_hex(32),
            api_port=free_port(),
        )
        migrate(settings)
        with psycopg.connect(settings.database_url) as connection:
            connection.execute(floor.TABLE)
        yield settings


def resident_mb(processes: Processes) -> Mapping[str, float]:
    """Return the memory that each process of Parley holds, its children included."""
    found: dict[str, float] = {}
    for name in PROCESSES:
        if processes.is_alive(name):
            process = psutil.Process(processes.pid(name))
            family = [process, *process.children(recursive=True)]
            found[name] = sum(member.memory_info().rss for member in family) / 2**20
    return found


class CpuMeter:
    """Tells who used how much CPU between two moments: Parley's processes by name, and the servers."""

    def __init__(self, processes: Processes) -> None:
        self._names = {processes.pid(name): name for name in PROCESSES if processes.is_alive(name)}
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

    def used(self) -> Mapping[str, float]:
        """Return the CPU seconds used since the meter was made, by name."""
        after = self._read()
        return {name: seconds - self._before.get(name, 0) for name, seconds in after.items()}


def _server(process_name: str) -> str | None:
    if process_name.startswith("postgres"):
        return "PostgreSQL"
    if process_name.startswith(("beam", "erl", "epmd")):
        return "RabbitMQ"
    return None

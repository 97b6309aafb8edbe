"""
What a running local stack says about itself, in `stack.json` of its home folder.

The supervisor writes it; every other process finds the stack through it. It holds the stack's secrets and is
readable by its owner only.
"""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import psutil
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.settings import Settings, load

# Boot time, and with it every start time, may be read a second apart by two processes.
_START_TIME_TOLERANCE_SECONDS = 2

ProcessState = Literal["starting", "running", "waiting", "stopped"]


class ProcessIdentity(BaseModel):
    """A process and when it started: a number alone may have been given to another process since."""

    model_config = ConfigDict(frozen=True)

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "ProcessIdentity":
        """Read who that process is. Raises psutil.NoSuchProcess."""
        return cls(pid=pid, started=psutil.Process(pid).create_time())

    def find(self) -> psutil.Process | None:
        """Return the process itself if it still runs, None if it is gone or the number belongs to another."""
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < _START_TIME_TOLERANCE_SECONDS
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


class ProcessReport(BaseModel):
    """One supervised process; `restarts` counts how often it was started again."""

    model_config = ConfigDict(frozen=True)

    name: str
    state: ProcessState
    identity: ProcessIdentity | None
    restarts: int


class StackState(BaseModel):
    """
    All that is known of a stack.

    `environment` are the `PARLEY_` variables of its processes, `api` and the like are for people.
    """

    model_config = ConfigDict(frozen=True)

    supervisor: ProcessIdentity
    ready: bool
    api: str
    mail: str | None
    mail_dir: str | None
    amqp: str
    database: str
    logs: str
    environment: Mapping[str, str]
    processes: tuple[ProcessReport, ...]

    def is_alive(self) -> bool:
        return self.supervisor.find() is not None

    def is_up(self) -> bool:
        """Say whether everything has come up and runs at present."""
        return self.ready and all(process.state == "running" for process in self.processes)

    def settings(self) -> Settings:
        return load(self.environment)


def _file(home: Path) -> Path:
    return home / "stack.json"


def read(home: Path) -> StackState | None:
    """Return what the home folder says, None where there is nothing that can be read."""
    try:
        return StackState.model_validate_json(_file(home).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def write(home: Path, state: StackState) -> None:
    """Replace the file in one step, so that nobody ever reads half of it."""
    handle, name = tempfile.mkstemp(dir=home, prefix="stack.json.")
    with os.fdopen(handle, "w") as file:
        file.write(state.model_dump_json(indent=2))
    Path(name).replace(_file(home))


def remove(home: Path) -> None:
    _file(home).unlink(missing_ok=True)


def memory_in_megabytes(identity: ProcessIdentity | None) -> float | None:
    """Return the resident memory of the process and its children, None if it is gone."""
    process = identity.find() if identity is not None else None
    if process is None:
        return None
    total = 0
    for member in [process, *process.children(recursive=True)]:
        try:
            total += member.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return round(total / 1_000_000, 1)


def report(state: StackState) -> dict[str, Any]:
    """Return the state as `parley status --json` shows it: without secrets of the stack, with memory."""
    shown = state.model_dump(
        mode="json", include={"ready", "api", "mail", "mail_dir", "amqp", "database", "logs"}
    )
    return {
        **shown,
        "up": state.is_up(),
        "supervisor": state.supervisor.pid,
        "processes": [
            {
                "name": process.name,
                "pid": process.identity.pid if process.identity is not None else None,
                "state": process.state,
                "restarts": process.restarts,
                "rss_mb": memory_in_megabytes(process.identity),
            }
            for process in state.processes
        ],
    }

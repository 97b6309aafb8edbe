"""
Keeps processes running: starts them, starts again whichever ends, stops them all.

One thread, no hidden state: whoever owns a Supervisor calls `tend` again and again.
"""

import logging
import subprocess
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from shared import child_process
from shared.child_process import Command
from shared.stack_state import ProcessIdentity, ProcessReport, ProcessState

logger = logging.getLogger(__name__)

_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 30.0
# Whoever ran for this long starts again at once when it ends.
_STABLE_SECONDS = 60.0
_READINESS_INTERVAL_SECONDS = 0.15
_KEEPS_FAILING = 3
_LAST_LINES = 8
_LONGEST_LINE = 400


@dataclass
class _Watched:
    name: str
    command: Command
    output: Path
    is_ready: Callable[[], bool]
    state: ProcessState = "stopped"
    process: subprocess.Popen[bytes] | None = None
    identity: ProcessIdentity | None = None
    restarts: int = 0
    failures_in_a_row: int = 0
    started_at: float = 0
    act_at: float = field(default=0)


class Supervisor:
    """
    Watches processes by name.

    A process that ends, however it does, is started again after a delay that grows with each failure in a
    row. `complain` gets the last lines of one that keeps failing.
    """

    def __init__(self, logs: Path, complain: Callable[[str], None]) -> None:
        self._logs = logs
        self._complain = complain
        self._watched: dict[str, _Watched] = {}

    def start(self, name: str, command: Command, is_ready: Callable[[], bool]) -> None:
        """Start a process and watch it from now on; `is_ready` is asked until it says so."""
        output = self._logs / f"{name}.log"
        if output.exists():
            output.replace(self._logs / f"{name}.log.1")
        watched = _Watched(name, command, output, is_ready)
        self._watched[name] = watched
        self._start(watched)

    def _start(self, watched: _Watched) -> None:
        watched.process = child_process.start(watched.command, watched.output)
        try:
            watched.identity = ProcessIdentity.of(watched.process.pid)
        except psutil.NoSuchProcess:
            watched.identity = None
        watched.state = "starting"
        watched.started_at = time.monotonic()
        watched.act_at = watched.started_at
        logger.info("Process started", extra={"action": "process_started", "name_of_process": watched.name})

    def tend(self) -> bool:
        """Look after every process once, and say whether the state of any has changed."""
        changes = [self._tend(watched) for watched in self._watched.values()]
        return any(changes)

    def _tend(self, watched: _Watched) -> bool:
        before = (watched.state, watched.identity)
        now = time.monotonic()
        if watched.state == "waiting":
            if now >= watched.act_at:
                watched.restarts += 1
                self._start(watched)
        elif watched.process is not None and watched.process.poll() is not None:
            self._ended(watched, watched.process.returncode, now)
        elif watched.state == "starting" and now >= watched.act_at:
            watched.act_at = now + _READINESS_INTERVAL_SECONDS
            if watched.is_ready():
                watched.state = "running"
        return before != (watched.state, watched.identity)

    def _ended(self, watched: _Watched, exit_code: int, now: float) -> None:
        stable = now - watched.started_at >= _STABLE_SECONDS
        watched.failures_in_a_row = 1 if stable else watched.failures_in_a_row + 1
        delay = min(_FIRST_DELAY_SECONDS * 2 ** (watched.failures_in_a_row - 1), _LONGEST_DELAY_SECONDS)
        watched.state = "waiting"
        watched.identity = None
        watched.act_at = now + delay
        logger.warning(
            "Process ended",
            extra={
                "action": "process_ended",
                "name_of_process": watched.name,
                "exit_code": exit_code,
                "again_in_seconds": delay,
            },
        )
        if watched.failures_in_a_row == _KEEPS_FAILING:
            self._complain(
                f"{watched.name} keeps failing; the last lines of {watched.output}:\n{_tail(watched)}"
            )

    def are_ready(self, names: Iterable[str] | None = None) -> bool:
        """Say whether these processes (or all) have been found ready and still run."""
        wanted = self._watched if names is None else names
        return all(self._watched[name].state == "running" for name in wanted)

    def not_ready(self) -> dict[str, str]:
        """Return the last lines of each process that is not running, by name."""
        return {w.name: _tail(w) for w in self._watched.values() if w.state != "running"}

    def reports(self) -> tuple[ProcessReport, ...]:
        return tuple(
            ProcessReport(name=w.name, state=w.state, identity=w.identity, restarts=w.restarts)
            for w in self._watched.values()
        )

    def stop(self, names: Iterable[str], *, within: float) -> None:
        """Ask these processes to end, all at once, and kill those that have not after `within` seconds."""
        leaving = [self._watched.pop(name) for name in names if name in self._watched]
        for watched in leaving:
            if watched.process is not None:
                child_process.ask_to_stop(watched.process, watched.command)
        deadline = time.monotonic() + within
        for watched in leaving:
            if watched.process is not None:
                remaining = max(deadline - time.monotonic(), 0.01)
                child_process.stop(watched.process, watched.command, within=remaining)


def _tail(watched: _Watched) -> str:
    lines = watched.output.read_text(errors="replace").splitlines()[-_LAST_LINES:]
    # Of a line that holds a whole traceback the end says what went wrong.
    shown = [line if len(line) <= _LONGEST_LINE else f"… {line[-_LONGEST_LINE:]}" for line in lines]
    return "\n".join(f"  {line}" for line in shown) or "  (it printed nothing)"

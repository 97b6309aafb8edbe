"""
The local stack's scheduler: starts the verbs that a deployment starts by CronJobs, each as often as it says.

A service names its verbs in the entry points `parley.schedules`. Each verb is safe to run twice, late, or on
two machines at once, and does nothing when nothing is due: so the scheduler remembers nothing.
"""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import entry_points

from shared.settings import PREFIX, Settings, to_environment

logger = logging.getLogger(__name__)

GROUP = "parley.schedules"
_LONGEST_RUN_SECONDS = 3600
_STEP_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class ScheduledVerb:
    """A verb of `parley` and how often it runs, in seconds of real time."""

    arguments: tuple[str, ...]
    every_seconds: float


class Schedule:
    """When each verb is next: first one interval after the start, then one interval after its last run."""

    def __init__(self, verbs: Iterable[ScheduledVerb], *, now: float) -> None:
        self._next = {verb: now + verb.every_seconds for verb in verbs}

    def take_due(self, now: float) -> list[ScheduledVerb]:
        """Return the verbs that are due, and count them as run."""
        due = [verb for verb, at in self._next.items() if at <= now]
        self._next |= {verb: now + verb.every_seconds for verb in due}
        return due

    def seconds_until_next(self, now: float) -> float | None:
        """Return how long nothing is due; None where there is no verb at all."""
        return max(0.0, min(self._next.values()) - now) if self._next else None


def run(settings: Settings) -> None:
    """Start verbs when they are due until the process is told to stop (SIGTERM, SIGINT)."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stop.set())
    verbs = [verb for each in entry_points(group=GROUP) for verb in each.load()]
    schedule = Schedule(verbs, now=time.monotonic())
    while not stop.wait(schedule.seconds_until_next(time.monotonic())):
        for verb in schedule.take_due(time.monotonic()):
            _run(verb, settings, stop)


def _run(verb: ScheduledVerb, settings: Settings, stop: threading.Event) -> None:
    about = {"action": "scheduled_verb", "verb": " ".join(verb.arguments)}
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    started = time.monotonic()
    with subprocess.Popen(  # noqa: S603 - it is ours
        [sys.executable, "-m", "shared.cli", *verb.arguments],
        env={**inherited, **to_environment(settings)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        # It is waited for in steps, so that a stack that goes down takes the verb with it.
        while process.poll() is None:
            if stop.is_set() or time.monotonic() - started > _LONGEST_RUN_SECONDS:
                process.terminate()
                break
            stop.wait(_STEP_SECONDS)
        _, said = process.communicate()
    if process.returncode == 0:
        logger.info("Scheduled verb ran", extra=about)
    elif not stop.is_set():
        logger.error("Scheduled verb failed", extra=about | {"error": said.strip()[-500:]})

"""A log, an inbox at the broker, and relays in processes of their own."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager

import pytest

from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.testing import Processes, eventually, running
from tests.integration.relay.inbox import Inbox, inbox


@pytest.fixture
def log(settings: Settings) -> Iterator[PostgresEventLog]:
    with closing(PostgresEventLog(settings)) as opened:
        yield opened


@pytest.fixture
def box(settings: Settings) -> Iterator[Inbox]:
    with inbox(settings) as opened:
        yield opened


class RelayProcess:
    """A relay that can be killed, frozen and woken."""

    NAME = "relay"

    def __init__(self, processes: Processes) -> None:
        self._processes = processes

    @property
    def output(self) -> str:
        return self._processes.output(self.NAME)

    def wait_for(self, action: str, within: float = 60) -> None:
        """Wait until the relay has logged the action."""
        eventually(lambda: f"action={action}" in self.output, within=within)

    def kill9(self) -> None:
        self._processes.kill9(self.NAME)

    def freeze(self) -> None:
        self._processes.freeze(self.NAME)

    def wake(self) -> None:
        self._processes.wake(self.NAME)

    def stop(self) -> int:
        return self._processes.stop(self.NAME)


StartRelay = Callable[[str], AbstractContextManager[RelayProcess]]


@pytest.fixture
def start_relay(settings: Settings) -> StartRelay:
    """Give a context that runs a relay; the name tells its log file from the others'."""

    @contextmanager
    def start(name: str) -> Iterator[RelayProcess]:
        own = settings.model_copy(update={"home": settings.home / name})
        with running(own, RelayProcess.NAME) as processes:
            yield RelayProcess(processes)

    return start

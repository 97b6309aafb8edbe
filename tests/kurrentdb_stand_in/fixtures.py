"""The stand-in for EventStoreDB/KurrentDB in tests: started, told what to do, stopped."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class StandIn:
    """A running stand-in; `ports` are those of its nodes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.ports: list[int] = self._answer()

    @property
    def url(self) -> str:
        """The address of its first node, as PARLEY_EVENTLOG_URL takes it."""
        return f"kurrentdb://127.0.0.1:{self.ports[0]}?tls=false"

    @property
    def pid(self) -> int:
        return self._process.pid

    def tell(self, do: str, **order: Any) -> Any:
        """Have it do something; see `tests/kurrentdb_stand_in/__main__.py`. Return its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": do, **order}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def goes_wrong(self, rpc: str, kind: str, **how: Any) -> None:
        """Have the next call go wrong: see `Fault`."""
        self.tell("fault", rpc=rpc, kind=kind, **how)

    def calls(self, rpc: str) -> int:
        """Return how many calls there were since the last reset."""
        return int(self.tell("calls").get(rpc, 0))

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the stand-in ended with {self._process.wait()}")
        return json.loads(line)


@contextmanager
def stand_in(*arguments: str) -> Iterator[StandIn]:
    """Run a stand-in in a process of its own until the end of the block."""
    environment = {**os.environ, "GRPC_VERBOSITY": "NONE"}
    command = [sys.executable, "-m", "tests.kurrentdb_stand_in", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            yield StandIn(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()


@pytest.fixture(scope="session")
def kurrentdb_stand_in() -> Iterator[StandIn]:
    """Give a stand-in of one node without TLS; whoever needs an empty one resets it."""
    with stand_in() as running:
        yield running

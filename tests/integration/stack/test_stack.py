"""The local stack as people use it: `parley up`, `status`, `down`, and what a kill does to it."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from shared import readiness, stack_state
from shared.local_servers import listen
from shared.settings import Settings
from shared.stack_state import ProcessIdentity, ProcessReport, StackState
from shared.testing import Broker, SmtpServer, eventually, free_port, fresh_database, fresh_vhost

_UP_SECONDS = 120


class Stack:
    """One local stack, used through its command only."""

    def __init__(self, home: Path, **settings: str) -> None:
        self._home = home
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
        self.environment = {
            **inherited,
            "PARLEY_HOME": str(home),
            "PARLEY_API_PORT": str(free_port()),
            **{f"PARLEY_{name.upper()}": value for name, value in settings.items()},
        }

    def parley(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "shared.cli", *arguments],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=_UP_SECONDS,
        )

    def up(self) -> str:
        outcome = self.parley("up", "--detach")
        assert outcome.returncode == 0, outcome.stdout + outcome.stderr
        return outcome.stdout

    def status(self) -> dict[str, Any]:
        report: dict[str, Any] = json.loads(self.parley("status", "--json").stdout)
        return report

    def processes(self) -> dict[str, dict[str, Any]]:
        return {process["name"]: process for process in self.status()["processes"]}

    def supervisor(self) -> psutil.Process:
        return psutil.Process(self.status()["supervisor"])

    def is_ready(self) -> bool:
        state = stack_state.read(self._home)
        return state is not None and state.is_alive() and state.ready

    def settings(self) -> Settings:
        state = stack_state.read(self._home)
        assert state is not None
        return state.settings()


def _gone(processes: list[psutil.Process]) -> bool:
    return all(not each.is_running() or each.status() == psutil.STATUS_ZOMBIE for each in processes)


def _family(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


@pytest.fixture(scope="module")
def stack(postgres_url: str, broker: Broker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Give a stack that is up, on servers that run already and with an empty database."""
    with fresh_database(postgres_url) as database_url, fresh_vhost(broker) as amqp_url:
        stack = Stack(tmp_path_factory.mktemp("stack"), database_url=database_url, amqp_url=amqp_url)
        stack.up()
        yield stack
        stack.parley("down")


def test_a_stack_uses_the_servers_it_is_given_and_starts_the_rest(stack: Stack) -> None:
    report = stack.status()

    assert set(stack.processes()) == {
        "ai-resolver",
        "relay",
        "messaging",
        "tasks",
        "notifier",
        "gateway",
        "mail",
        "scheduler",
        "surveys",
    }
    assert all(process["state"] == "running" for process in report["processes"])
    assert all(process["restarts"] == 0 for process in report["processes"])
    assert all(process["rss_mb"] > 1 for process in report["processes"])
    assert httpx.get(f"{report['api']}/readyz").is_success
    assert httpx.get(f"{report['mail']}/messages").json() == []


def test_a_second_stack_for_the_same_folder_points_to_the_first(stack: Stack) -> None:
    supervisor = stack.supervisor()

    outcome = stack.parley("up")

    assert outcome.returncode == 0
    assert "runs for this folder already" in outcome.stdout
    assert stack.status()["api"] in outcome.stdout
    assert stack.supervisor() == supervisor


def test_who_comes_second_waits_until_the_first_is_up(
    settings: Settings, smtp_server: SmtpServer, tmp_path: Path
) -> None:
    stack = Stack(
        tmp_path / "home",
        database_url=settings.database_url,
        amqp_url=settings.amqp_url,
        smtp_url=smtp_server.url,
    )

    with ThreadPoolExecutor(3) as callers:
        said = list(callers.map(lambda _: stack.up(), range(3)))
    api = stack.status()["api"]
    stack.parley("down")

    assert all(api in each for each in said)
    assert sum("already" in each for each in said) == 2


def test_a_process_that_was_killed_comes_back(stack: Stack) -> None:
    before = stack.processes()["gateway"]

    os.kill(before["pid"], signal.SIGKILL)

    def is_back() -> bool:
        after = stack.processes()["gateway"]
        return bool(after["restarts"] == 1 and after["state"] == "running" and after["pid"] != before["pid"])

    eventually(is_back, within=_UP_SECONDS)
    assert httpx.get(f"{stack.status()['api']}/readyz").is_success


def test_the_port_of_the_api_stays_taken_while_the_gateway_is_away(stack: Stack) -> None:
    """So a stack that starts in that moment cannot take it and answer in place of ours."""
    port = stack.settings().api_port
    os.kill(stack.processes()["gateway"]["pid"], signal.SIGKILL)

    with listen("127.0.0.1", port) as other:
        assert other.getsockname()[1] != port
    assert httpx.get(f"{stack.status()['api']}/readyz", timeout=_UP_SECONDS).status_code in (200, 503)


def test_down_ends_everything_that_was_started_and_nothing_else(stack: Stack) -> None:
    """The last test of this stack: the servers that it was given go on."""
    family = _family(stack.supervisor())
    settings = stack.settings()
    assert len(family) > 6

    outcome = stack.parley("down")

    assert outcome.returncode == 0
    assert _gone(family)
    assert stack.parley("status").returncode == 1
    assert readiness.database_answers(settings.database_url)
    assert readiness.broker_answers(settings.amqp_url)


def test_everything_that_can_be_given_is_used_and_a_killed_supervisor_leaves_nothing_behind(
    settings: Settings, smtp_server: SmtpServer, tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        stack = Stack(
            tmp_path / "home",
            database_url=settings.database_url,
            amqp_url=settings.amqp_url,
            smtp_url=smtp_server.url,
            api_port=str(port),
            clock="2026-11-20T15:00:00+01:00",
        )

        said = stack.up()

    supervisor = stack.supervisor()
    family = _family(supervisor)
    report = stack.status()
    running = stack.settings()
    supervisor.kill()
    eventually(lambda: _gone(family))

    assert report["api"] != f"http://127.0.0.1:{port}"
    assert report["api"] in said
    assert running.portal_url == report["api"]
    assert report["mail"] is None
    assert "mail" not in {process["name"] for process in report["processes"]}
    assert running.smtp_url == smtp_server.url
    assert running.clock is None
    assert running.system_clock().now().isoformat().startswith("2026-11-20T14:0")
    assert stack.parley("status").returncode == 1


def test_a_server_that_does_not_answer_is_named_by_its_variable(tmp_path: Path) -> None:
    nobody = f"127.0.0.1:{free_port()}"
    stack = Stack(tmp_path / "home", database_url=f"postgresql://{nobody}/x", amqp_url=f"amqp://{nobody}/")

    outcome = stack.parley("up")

    assert outcome.returncode == 1
    assert "PARLEY_DATABASE_URL" in outcome.stderr


def test_a_stack_brings_its_own_servers_survives_a_crash_and_ends_with_control_c(home: Path) -> None:
    """The whole way, as `make run` goes it: nothing is given, everything is started, all of it is stopped."""
    stack_state.write(home, _crashed())
    stack = Stack(home)
    with subprocess.Popen(
        [sys.executable, "-m", "shared.cli", "up"],
        env=stack.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as up:
        eventually(lambda: up.poll() is not None or stack.is_ready(), within=_UP_SECONDS)
        assert up.poll() is None, up.communicate()[0]
        family = _family(psutil.Process(up.pid))
        names = set(stack.processes())
        ready = httpx.get(f"{stack.status()['api']}/readyz")

        up.send_signal(signal.SIGINT)
        said, _ = up.communicate(timeout=60)

    assert {"postgres", "rabbitmq", "epmd", "gateway", "mail"} <= names
    assert ready.is_success
    assert up.returncode == 0, said
    assert "Parley is up." in said
    assert "Stopped. Everything" in said
    assert _gone(family)
    assert not (home / "stack.json").exists()


@pytest.fixture
def home() -> Iterator[Path]:
    """Give a home folder that another account may enter: PostgreSQL's, where we are root."""
    with tempfile.TemporaryDirectory(prefix="parley-home-") as name:
        yield Path(name)


def _crashed() -> StackState:
    nobody = ProcessIdentity(pid=os.getpid(), started=0)
    return StackState(
        supervisor=nobody,
        ready=True,
        api="http://127.0.0.1:1",
        mail=None,
        mail_dir=None,
        amqp="amqp://127.0.0.1:1",
        database="postgresql://127.0.0.1:1",
        logs="",
        environment={},
        processes=(ProcessReport(name="tasks", state="running", identity=nobody, restarts=0),),
    )

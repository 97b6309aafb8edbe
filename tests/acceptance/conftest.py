"""One running stack for all acceptance tests; each test makes a world of its own in it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared.settings import Settings, to_environment
from shared.testing import (
    Broker,
    Processes,
    ReceivedMail,
    SmtpServer,
    free_port,
    fresh_database,
    fresh_vhost,
    running,
)
from tests.acceptance.portal import Person
from tests.acceptance.world import Conversation, World, conversation
from tests.kurrentdb_stand_in.fixtures import stand_in

MAIN_JOB = frozenset(
    {
        "test_a_question_and_its_answer",
        "test_email_of_a_burst",
        "test_import_file",
        "test_live",
        "test_tenants_never_meet",
        "test_who_may_write_where",
    }
)
FRIDAY_AFTERNOON = datetime(2026, 11, 20, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Stack:
    """The whole of Parley as processes, and the mail server it sends to."""

    settings: Settings
    processes: Processes
    smtp: SmtpServer

    @property
    def api(self) -> str:
        return f"http://{self.settings.api_host}:{self.settings.api_port}"

    def mails_to(self, person: Person) -> list[ReceivedMail]:
        """Return what the mail server has taken for the person."""
        return [mail for mail in list(self.smtp.messages) if person.email in mail.recipients]

    def parley(self, *arguments: str, exit_code: int = 0) -> str:
        """Run `parley` with these arguments and return what it printed; it must end with that exit code."""
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PARLEY_")}
        done = subprocess.run(
            [sys.executable, "-c", "from shared.cli import main; main()", *arguments],
            env={**environment, **to_environment(self.settings)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == exit_code, f"exit code {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def text_of(mail: ReceivedMail) -> str:
    """Return the plain-text body."""
    part = mail.message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.fixture(scope="session", params=["postgresql", "kurrentdb"])
def stack(
    request: pytest.FixtureRequest,
    postgres_url: str,
    migrated_template: str,
    broker: Broker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stack]:
    """
    Run every process, with business time starting on Friday 20 November 2026 at 15:00 in Copenhagen.

    Once with the log in PostgreSQL and once with it in the stand-in for EventStoreDB/KurrentDB.
    """
    home: Path = tmp_path_factory.mktemp("acceptance")
    offset: timedelta = FRIDAY_AFTERNOON - datetime.now(UTC)
    with (
        fresh_database(postgres_url, template=migrated_template) as database_url,
        fresh_vhost(broker) as amqp_url,
        SmtpServer().serving() as smtp,
        stand_in() if request.param == "kurrentdb" else nullcontext() as log_server,
    ):
        settings = Settings(
            environment="test",
            home=home,
            database_url=database_url,
            eventlog_url="" if log_server is None else log_server.url,
            amqp_url=amqp_url,
            smtp_url=smtp.url,
            mail_quiet_seconds=2,
            mail_max_wait_seconds=20,
            jwt_secret="a secret of the acceptance tests, 32 bytes or more",
            api_port=free_port(),
            clock_offset_seconds=offset.total_seconds(),
        )
        with running(settings, "relay", "messaging", "tasks", "notifier", "surveys", "gateway") as processes:
            yield Stack(settings, processes, smtp)


@pytest.fixture
def world(stack: Stack) -> World:
    """Give an empty corner of the running stack."""
    return World(api=stack.api, settings=stack.settings)


@pytest.fixture
def talk(world: World) -> Conversation:
    """Give Anna of the creditor and Bob of its partner with the chat of their case."""
    return conversation(world)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the main job on both engines each time; what is beside it on the second one with the slow tests."""
    for item in items:
        parameters = getattr(getattr(item, "callspec", None), "params", {})
        if parameters.get("stack") == "kurrentdb" and item.path.stem not in MAIN_JOB:
            item.add_marker(pytest.mark.slow)

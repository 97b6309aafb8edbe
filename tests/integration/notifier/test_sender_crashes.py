"""
Senders that are killed or frozen at the worst moments: no e-mail is lost, and none is sent twice.

Save for the one moment in which nobody can know: between the server's 250 and our commit. Then a second
copy, the same to the byte, is recorded as ambiguous.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from services.notifier.service import NotifierResources
from shared.settings import Settings, to_environment
from shared.testing import SmtpServer, eventually
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office
from tests.integration.notifier.senders import Gate, make_sender

HeldSender = subprocess.Popen[bytes]


@pytest.fixture(autouse=True)
def scheduled(resources: NotifierResources, office: Office, catch_up: CatchUp) -> None:
    """Have one e-mail scheduled."""
    office.partner_writes("Do you accept?")
    catch_up()
    resources.new_flusher().flush(now=FRIDAY + timedelta(minutes=30))
    catch_up()


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path)


@contextmanager
def held_sender(settings: Settings, gate: Gate, place: str) -> Iterator[HeldSender]:
    """Run a sender in a process of its own, held up at the place; give it when it is there."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.notifier.senders", place, str(gate.reached.parent)],
        env={**environment, **to_environment(settings), "PGAPPNAME": "held sender"},
    )
    try:
        eventually(lambda: gate.reached.exists() or process.poll() is not None)
        assert process.poll() is None
        yield process
    finally:
        process.kill()
        process.wait()


def kill(process: HeldSender) -> None:
    process.kill()
    process.wait()


def history(resources: NotifierResources) -> list[str]:
    return [event.type for event in resources.log.read_all(after=0, categories={"mail"}).events]


def send_until(resources: NotifierResources, done: Callable[[], object]) -> None:
    """Send as another process does, until that is so: PostgreSQL needs a moment to notice a death."""
    sender = make_sender(resources)

    def try_once() -> object:
        sender.send_due()
        return done()

    eventually(try_once)


def is_sent(resources: NotifierResources) -> Callable[[], bool]:
    return lambda: history(resources)[-1] == "MailSent"


def end_connections_of_held_sender(settings: Settings) -> None:
    """Do what a failover does: end the sessions of a process that is frozen."""
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        ended = connection.execute(
            """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where application_name = 'held sender' and datname = current_database()
            """
        ).fetchone()
    assert ended is not None
    assert ended[0] > 0


@pytest.mark.parametrize("place", ["claimed", "before DATA"])
def test_killed_before_the_content_went_out_it_is_sent_once(
    resources: NotifierResources, gate: Gate, smtp_server: SmtpServer, place: str
) -> None:
    with held_sender(resources.settings, gate, place) as process:
        kill(process)

    send_until(resources, is_sent(resources))

    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]


def test_killed_between_250_and_commit_one_copy_more_is_sent_the_same_to_the_byte(
    resources: NotifierResources, gate: Gate, smtp_server: SmtpServer
) -> None:
    with held_sender(resources.settings, gate, "after 250") as process:
        kill(process)

    send_until(resources, is_sent(resources))

    first, second = smtp_server.messages
    assert first.content == second.content
    assert history(resources) == ["MailScheduled", "MailAttemptAmbiguous", "MailSent"]


def test_killed_after_the_outcome_was_recorded_nothing_is_sent_again(
    resources: NotifierResources, gate: Gate, smtp_server: SmtpServer
) -> None:
    with held_sender(resources.settings, gate, "after commit") as process:
        assert history(resources) == ["MailScheduled", "MailSent"]
        kill(process)

    def nothing_left() -> bool:
        with resources.pool.connection() as connection:
            return connection.execute("select from notifier_delivery.deliveries").fetchone() is None

    send_until(resources, nothing_left)

    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]


@pytest.mark.parametrize("place", ["claimed", "before DATA", "after 250"])
def test_a_frozen_sender_keeps_its_e_mail_and_finishes_it_when_it_wakes(
    resources: NotifierResources, gate: Gate, smtp_server: SmtpServer, place: str
) -> None:
    with held_sender(resources.settings, gate, place) as process:
        process.send_signal(signal.SIGSTOP)
        others_found_work = make_sender(resources).send_due()
        gate.opened.touch()
        process.send_signal(signal.SIGCONT)
        eventually(is_sent(resources))
        process.wait()

    assert not others_found_work
    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]


@pytest.mark.parametrize("place", ["claimed", "before DATA"])
def test_a_frozen_sender_whose_e_mail_was_taken_over_sends_nothing_when_it_wakes(
    resources: NotifierResources, gate: Gate, smtp_server: SmtpServer, place: str
) -> None:
    with held_sender(resources.settings, gate, place) as process:
        process.send_signal(signal.SIGSTOP)
        end_connections_of_held_sender(resources.settings)
        send_until(resources, is_sent(resources))
        gate.opened.touch()
        process.send_signal(signal.SIGCONT)
        process.wait()

    assert make_sender(resources).send_due() is False
    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]

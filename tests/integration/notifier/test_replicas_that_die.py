"""
Two replicas of the sender, killed again and again wherever they are: every e-mail is sent, a second copy only
where an attempt was recorded as ambiguous, and then the same to the byte.
"""

import os
import subprocess
import sys
from collections import defaultdict
from datetime import timedelta

import pytest

from services.notifier.service import NotifierResources
from shared.contracts.notifier import MailAttemptAmbiguous, MailScheduled, MailSent
from shared.settings import to_environment
from shared.testing import SmtpServer, eventually
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office
from tests.integration.notifier.senders import make_sender

REPLICAS = 2
KILLS = 6
THREADS = 150


def replica(resources: NotifierResources) -> "subprocess.Popen[bytes]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.notifier.senders", "everything", "."],
        env={**environment, **to_environment(resources.settings)},
    )


@pytest.mark.slow
def test_replicas_that_are_killed_lose_nothing_and_repeat_only_what_nobody_can_know(
    resources: NotifierResources, office: Office, catch_up: CatchUp, smtp_server: SmtpServer
) -> None:
    for number in range(THREADS):
        office.partner_writes(f"Question {number}.")
        office.another_thread()
    catch_up()
    resources.new_flusher().flush(now=FRIDAY + timedelta(minutes=30))
    catch_up()

    replicas = [replica(resources) for _ in range(REPLICAS)]
    try:
        for kill in range(KILLS):
            before = len(smtp_server.messages)
            # Wherever they are: each has sent something since the last one died.
            eventually(lambda seen=before: len(smtp_server.messages) > seen)  # type: ignore[misc]
            victim = kill % REPLICAS
            replicas[victim].kill()
            replicas[victim].wait()
            replicas[victim] = replica(resources)
    finally:
        for each in replicas:
            each.kill()
            each.wait()
    sender = make_sender(resources)

    def all_settled() -> bool:
        sender.send_due()
        with resources.pool.connection() as connection:
            return connection.execute("select from notifier_delivery.deliveries").fetchone() is None

    eventually(all_settled)
    events = [each.data for each in resources.log.read_all(after=0, categories={"mail"}).events]
    intended = {each.message_id_header for each in events if isinstance(each, MailScheduled)}
    ambiguous = sum(isinstance(each, MailAttemptAmbiguous) for each in events)
    received = defaultdict(list)
    for mail in smtp_server.messages:
        received[mail.message["Message-ID"]].append(mail.content)

    assert len(intended) == THREADS
    assert set(received) == intended
    assert sum(isinstance(each, MailSent) for each in events) == THREADS
    assert all(len(set(copies)) == 1 for copies in received.values())
    assert len(smtp_server.messages) - THREADS <= ambiguous

"""The notifier as it is deployed: a nameko process of its own, killed and started again."""

import ssl
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from shared.contracts.notifier import MailScheduled
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.testing import SmtpServer, eventually, running
from tests import certificates
from tests.integration.notifier.office import Office


@pytest.fixture
def service_settings(settings: Settings, smtp_server: SmtpServer) -> Settings:
    return settings.model_copy(
        update={"smtp_url": smtp_server.url, "mail_quiet_seconds": 0.3, "mail_max_wait_seconds": 1.0}
    )


@pytest.fixture
def log(service_settings: Settings) -> Iterator[PostgresEventLog]:
    opened = PostgresEventLog(service_settings)
    yield opened
    opened.close()


def test_a_message_in_the_log_becomes_an_e_mail_over_tls(
    service_settings: Settings, log: PostgresEventLog, tmp_path: Path
) -> None:
    office = Office(log)
    now = service_settings.system_clock().now()
    with server_with_tls(tmp_path).serving() as server:
        settings = service_settings.model_copy(
            update={"smtp_url": server.url, "smtp_ca_file": tmp_path / "ca.pem"}
        )
        with running(settings, "notifier") as processes:
            message = office.partner_writes("Do you accept?", at=now)

            eventually(lambda: server.messages)
            exit_code = processes.stop("notifier")

    [mail] = server.messages
    assert server.logins == [server.credentials]
    text = mail.message.get_body(("plain",))
    assert text is not None
    assert str(message.id) in text.get_content()
    assert exit_code == 0


def test_killed_again_and_again_it_tells_of_every_message_in_exactly_one_e_mail(
    service_settings: Settings, log: PostgresEventLog, smtp_server: SmtpServer
) -> None:
    office = Office(log)
    written: set[UUID] = set()
    with running(service_settings, "notifier") as processes:
        for round_ in range(3):
            heard = len(smtp_server.messages)
            for n in range(8):
                now = service_settings.system_clock().now() - timedelta(seconds=2)
                written.add(office.partner_writes(f"Question {round_}.{n}", at=now).id)
                office.another_thread()
            eventually(partial(has_more_than, smtp_server, heard))
            processes.kill9("notifier")
            processes.start("notifier")
        eventually(lambda: sent(log) == len(written))

    told: dict[UUID, int] = defaultdict(int)
    for event in log.read_all(after=0, categories={"mail"}, limit=10_000).events:
        if isinstance(event.data, MailScheduled):
            for message_id in event.data.message_ids:
                told[message_id] += 1
    assert told == dict.fromkeys(written, 1)
    by_id: dict[str, set[bytes]] = defaultdict(set)
    for mail in smtp_server.messages:
        by_id[str(mail.message["Message-ID"])].add(mail.content)
    assert len(by_id) == len(written)
    assert all(len(contents) == 1 for contents in by_id.values())
    assert len(smtp_server.messages) - len(by_id) <= ambiguous(log)


def server_with_tls(folder: Path) -> SmtpServer:
    """Return a mail server that takes nothing without STARTTLS and a login."""
    made = certificates.make(folder)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(made.certificate, made.key)
    return SmtpServer(tls=tls, tls_begins="with STARTTLS", credentials=("parley", "s3cret"))


def has_more_than(server: SmtpServer, heard: int) -> bool:
    return len(server.messages) > heard


def sent(log: PostgresEventLog) -> int:
    return types(log).count("MailSent")


def ambiguous(log: PostgresEventLog) -> int:
    return types(log).count("MailAttemptAmbiguous")


def types(log: PostgresEventLog) -> list[str]:
    return [event.type for event in log.read_all(after=0, categories={"mail"}, limit=10_000).events]

"""What the fixtures promise to every other test."""

import smtplib
from email.message import EmailMessage

import psycopg
import pytest

from shared import readiness
from shared.settings import Settings, load, to_environment
from shared.testing import Behaviour, SmtpServer, eventually


def _mail() -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "Parley <notifications@parley.example>"
    mail["To"] = "anna@nordvik.example"
    mail["Subject"] = "A new message"
    mail.set_content("Hello Anna")
    return mail


def _send(server: SmtpServer) -> None:
    with smtplib.SMTP("127.0.0.1", server.port, timeout=5) as client:
        client.send_message(_mail())


def test_settings_name_a_migrated_database_and_a_virtual_host_that_answer(settings: Settings) -> None:
    with psycopg.connect(settings.database_url) as connection:
        events = connection.execute("select count(*) from eventlog.events").fetchone()
    with readiness.connect(settings.amqp_url) as broker:
        queue = broker.channel().queue_declare(exclusive=True)

    assert events == (0,)
    assert queue.message_count == 0


def test_settings_survive_the_way_through_the_environment(database_settings: Settings) -> None:
    assert load(to_environment(database_settings)) == database_settings


def test_the_smtp_server_keeps_what_it_accepts(smtp_server: SmtpServer) -> None:
    _send(smtp_server)

    assert [mail.recipients for mail in smtp_server.messages] == [("anna@nordvik.example",)]
    assert smtp_server.messages[0].message["Subject"] == "A new message"


def test_the_smtp_server_refuses_recipients_for_good(smtp_server: SmtpServer) -> None:
    smtp_server.behaviour = "refuse"

    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(smtp_server)

    assert smtp_server.messages == []


def test_the_smtp_server_refuses_the_content_for_now(smtp_server: SmtpServer) -> None:
    smtp_server.behaviour = "refuse_for_now"

    with pytest.raises(smtplib.SMTPDataError) as refusal:
        _send(smtp_server)

    assert refusal.value.smtp_code == 451


@pytest.mark.parametrize(("behaviour", "kept"), [("drop", 0), ("drop_after_keeping", 1)])
def test_the_smtp_server_cuts_the_connection_before_it_answers(
    smtp_server: SmtpServer, behaviour: Behaviour, kept: int
) -> None:
    smtp_server.behaviour = behaviour

    with pytest.raises(smtplib.SMTPServerDisconnected):
        _send(smtp_server)

    assert len(smtp_server.messages) == kept


def test_the_smtp_server_hangs_until_the_client_gives_up(smtp_server: SmtpServer) -> None:
    smtp_server.behaviour = "hang"

    with (
        pytest.raises((TimeoutError, smtplib.SMTPServerDisconnected)),
        smtplib.SMTP("127.0.0.1", smtp_server.port, timeout=0.3) as client,
    ):
        client.send_message(_mail())

    assert smtp_server.messages == []


def test_eventually_raises_the_last_assertion_when_the_time_is_up() -> None:
    def never() -> bool:
        raise AssertionError("still not")

    with pytest.raises(AssertionError, match="still not"):
        eventually(never, within=0.05)

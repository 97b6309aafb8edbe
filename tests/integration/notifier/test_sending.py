"""Scheduled e-mails reach a real mail server, however it behaves."""

import contextlib
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

import pytest

from services.notifier import decider
from services.notifier.adapters.deliveries import PostgresDeliveries
from services.notifier.adapters.rendering import JinjaRenderer
from services.notifier.adapters.smtp import parse_smtp_url, tls_for
from services.notifier.handlers import letters
from services.notifier.handlers.pacing import RetryPolicy
from services.notifier.handlers.sending import Sender
from services.notifier.ports import Claim, ClaimLost, FrozenMail, TransportUnavailable
from services.notifier.service import NotifierResources
from shared.contracts.envelope import RecordedEvent, Stream
from shared.contracts.notifier import MailScheduled
from shared.settings import SettingsError
from shared.testing import SmtpServer, eventually
from tests import certificates
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office
from tests.integration.notifier.senders import IMPATIENT, make_sender, make_transport

SendAll = Callable[[], None]


@pytest.fixture
def schedule(resources: NotifierResources, office: Office, catch_up: CatchUp) -> Callable[..., None]:
    """Give a function that has the partner write and the e-mails of it scheduled, one per thread."""

    def run(*bodies: str) -> None:
        for body in bodies:
            office.partner_writes(body)
            office.another_thread()
        catch_up()
        resources.new_flusher().flush(now=FRIDAY + timedelta(minutes=30))
        catch_up()

    return run


def history(resources: NotifierResources) -> list[str]:
    """Return the types of the events of all e-mails, in order."""
    return [event.type for event in resources.log.read_all(after=0, categories={"mail"}).events]


def frozen_rows(resources: NotifierResources) -> int:
    with resources.pool.connection() as connection:
        row = connection.execute("select count(*) from notifier_delivery.frozen_mails").fetchone()
    assert row is not None
    return int(row[0])


def with_sender(resources: NotifierResources, mail_from: str) -> NotifierResources:
    """Return the resources of a process that was started with another PARLEY_MAIL_FROM."""
    settings = resources.settings.model_copy(update={"mail_from": mail_from})
    return replace(resources, settings=settings, renderer=JinjaRenderer(settings))


@contextmanager
def claimed(deliveries: PostgresDeliveries) -> Iterator[Claim]:
    """Claim the e-mail that waits, as soon as it is due."""
    while True:
        with deliveries.claim(1) as claims:
            if claims:
                yield claims[0]
                return
        time.sleep(0.01)


def send_all(sender: Sender) -> None:
    while sender.send_due():
        pass


def send_until_settled(resources: NotifierResources, sender: Sender) -> None:
    """Send as the loop does, until nothing is left to do."""

    def settled() -> bool:
        sender.send_due()
        with resources.pool.connection() as connection:
            left = connection.execute("select from notifier_delivery.deliveries").fetchone()
        return left is None

    eventually(settled)


def send_until_sent(resources: NotifierResources, sender: Sender) -> None:
    eventually(lambda: sender.send_due() and "MailSent" in history(resources))


def test_an_e_mail_arrives_once_and_is_recorded(
    resources: NotifierResources, office: Office, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("Do you accept 4 200 €?")

    send_all(make_sender(resources))

    [mail] = smtp_server.messages
    [scheduled, _] = resources.log.read_all(after=0, categories={decider.MAIL_CATEGORY}).events
    assert isinstance(scheduled.data, MailScheduled)
    assert mail.recipients == (office.anna.email,)
    assert mail.message["Message-ID"] == scheduled.data.message_id_header
    assert mail.message["References"] == " ".join(scheduled.data.references)
    assert mail.message["Subject"] == "[NV-1001] New message from Inkasso Hafen GmbH"
    text = mail.message.get_body(("plain",))
    assert text is not None
    assert "Do you accept 4 200 €?" in text.get_content()
    assert history(resources) == ["MailScheduled", "MailSent"]
    assert frozen_rows(resources) == 0


def test_a_long_burst_is_written_in_few_looks_at_the_log_and_quotes_the_newest(
    resources: NotifierResources,
    office: Office,
    catch_up: CatchUp,
    smtp_server: SmtpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(letters, "MOST_QUOTED", 5)
    posted = [office.partner_writes(f"Question <{number}>") for number in range(8)]
    office.creditor_writes("Answer.")
    catch_up()
    resources.new_flusher().flush(now=FRIDAY + timedelta(minutes=30))
    catch_up()
    looks: list[int] = []
    read_streams = resources.log.read_streams

    def counting(after_versions: Mapping[Stream, int]) -> tuple[RecordedEvent, ...]:
        looks.extend(version for stream, version in after_versions.items() if stream.category == "thread")
        return read_streams(after_versions)

    monkeypatch.setattr(resources.log, "read_streams", counting)

    send_all(make_sender(resources))

    [mail] = smtp_server.messages
    text = mail.message.get_body(("plain",))
    assert text is not None
    assert re.findall(r"Question <(\d)>", text.get_content()) == ["3", "4", "5", "6", "7"]
    assert "3 earlier ones are not shown here" in text.get_content()
    assert str(posted[0].id) in text.get_content()
    assert "Answer." not in text.get_content()
    assert looks == [posted[3].version - 1]


def test_several_e_mails_share_one_connection(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("One.", "Two.", "Three.")

    send_all(make_sender(resources))

    assert len(smtp_server.messages) == 3
    assert smtp_server.connections == 1


def test_senders_that_race_send_each_e_mail_once(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule(*(f"Question {n}." for n in range(12)))
    threads = [threading.Thread(target=send_all, args=(make_sender(resources),)) for _ in range(3)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    send_all(make_sender(resources))

    ids = [mail.message["Message-ID"] for mail in smtp_server.messages]
    assert len(ids) == len(set(ids)) == 12
    assert history(resources).count("MailSent") == 12


def test_an_e_mail_that_the_server_takes_later_is_tried_until_then(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    smtp_server.behaviour = "refuse_for_now"
    schedule("Do you accept?")
    sender = make_sender(resources)
    send_all(sender)
    assert smtp_server.messages == []

    smtp_server.behaviour = "accept"
    send_until_settled(resources, sender)

    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]


def test_an_e_mail_that_was_refused_for_good_is_not_tried_again_and_others_go_on(
    resources: NotifierResources, office: Office, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("To nobody.")
    smtp_server.behaviour = "refuse"
    sender = make_sender(resources)
    send_all(sender)
    smtp_server.behaviour = "accept"
    office.user(office.creditor, "creditor", "Carl Friis")
    schedule("To somebody.")

    send_all(sender)

    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailFailed", "MailScheduled", "MailSent"]
    assert frozen_rows(resources) == 0


def test_an_e_mail_that_waited_too_long_is_given_up(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("Do you accept?")
    smtp_server.behaviour = "refuse_for_now"

    make_sender(resources, retry=RetryPolicy(give_up_after=timedelta())).send_due()

    assert history(resources) == ["MailScheduled", "MailFailed"]


@pytest.mark.parametrize(("behaviour", "copies"), [("drop", 1), ("drop_after_keeping", 2)])
def test_a_connection_cut_after_the_content_is_ambiguous_and_repeated_byte_for_byte(
    resources: NotifierResources,
    schedule: Callable[..., None],
    smtp_server: SmtpServer,
    behaviour: str,
    copies: int,
) -> None:
    schedule("Do you accept?")
    smtp_server.behaviour = behaviour  # type: ignore[assignment]  # a parameter is no literal
    sender = make_sender(resources)
    sender.send_due()
    assert history(resources) == ["MailScheduled", "MailAttemptAmbiguous"]

    smtp_server.behaviour = "accept"
    send_until_settled(resources, sender)

    assert history(resources) == ["MailScheduled", "MailAttemptAmbiguous", "MailSent"]
    assert len(smtp_server.messages) == copies
    assert len({mail.content for mail in smtp_server.messages}) == 1


def test_a_server_that_falls_silent_is_given_up_on_in_time(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("Do you accept?")
    smtp_server.behaviour = "hang"
    sender = make_sender(resources)

    sender.send_due()
    smtp_server.behaviour = "accept"
    send_until_settled(resources, sender)

    assert history(resources) == ["MailScheduled", "MailAttemptAmbiguous", "MailSent"]


def test_while_no_server_answers_e_mails_wait_untouched(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("Do you accept?")
    elsewhere = replace(resources, smtp=parse_smtp_url("smtp://127.0.0.1:1"))

    with pytest.raises(TransportUnavailable):
        make_sender(resources, transport=make_transport(elsewhere)).send_due()
    send_all(make_sender(resources))

    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]


def test_a_mail_server_that_cannot_prove_who_it_is_gets_nothing_until_the_settings_name_who_vouches_for_it(
    resources: NotifierResources,
    schedule: Callable[..., None],
    caplog: pytest.LogCaptureFixture,
    tmp_path: Path,
) -> None:
    schedule("Do you accept?")
    made = certificates.make(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(made.certificate, made.key)
    with SmtpServer(tls=context, credentials=("parley", "secret")).serving() as server:
        smtp = parse_smtp_url(server.url)
        unproven = replace(resources, smtp=smtp, tls=tls_for(smtp, None))
        proven = replace(resources, smtp=smtp, tls=tls_for(smtp, made.authority))
        sender = make_sender(resources, transport=make_transport(unproven))
        stop = threading.Event()
        thread = threading.Thread(target=sender.run, args=(stop,))

        thread.start()
        eventually(lambda: "PARLEY_SMTP_CA_FILE" in caplog.text)
        stop.set()
        thread.join()
        assert (server.logins, server.messages, history(resources)) == ([], [], ["MailScheduled"])
        send_until_settled(resources, make_sender(resources, transport=make_transport(proven)))

    assert len(server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]


def test_credentials_that_the_server_does_not_want_stop_no_e_mail_for_good(
    resources: NotifierResources,
    schedule: Callable[..., None],
    smtp_server: SmtpServer,
    caplog: pytest.LogCaptureFixture,
) -> None:
    schedule("Do you accept?")
    wrong = replace(resources, smtp=parse_smtp_url(f"smtp://user:secret@127.0.0.1:{smtp_server.port}"))
    sender = make_sender(resources, transport=make_transport(wrong))
    stop = threading.Event()
    thread = threading.Thread(target=sender.run, args=(stop,))

    thread.start()
    eventually(lambda: "PARLEY_SMTP_URL" in caplog.text)
    stop.set()
    thread.join()
    send_all(make_sender(resources))

    assert "secret" not in caplog.text
    assert len(smtp_server.messages) == 1
    assert history(resources) == ["MailScheduled", "MailSent"]


@pytest.mark.parametrize("refused_at", ["MAIL", "RCPT"])
def test_a_sender_that_the_server_does_not_want_stops_no_e_mail_for_good_and_can_be_corrected(
    resources: NotifierResources,
    schedule: Callable[..., None],
    smtp_server: SmtpServer,
    caplog: pytest.LogCaptureFixture,
    refused_at: Literal["MAIL", "RCPT"],
) -> None:
    smtp_server.unwanted_sender, smtp_server.sender_refused_at = "notifications@parley.example", refused_at
    schedule("One.", "Two.")
    stop = threading.Event()
    thread = threading.Thread(target=make_sender(resources).run, args=(stop,))

    thread.start()
    eventually(lambda: "check PARLEY_MAIL_FROM" in caplog.text)
    stop.set()
    thread.join()
    assert history(resources) == ["MailScheduled", "MailScheduled"]
    send_all(make_sender(with_sender(resources, "Parley <hello@parley.example>")))

    assert [mail.sender for mail in smtp_server.messages] == ["hello@parley.example"] * 2
    assert [mail.message["From"] for mail in smtp_server.messages] == ["Parley <hello@parley.example>"] * 2
    assert frozen_rows(resources) == 0


def test_an_e_mail_that_may_have_arrived_keeps_its_sender_and_holds_up_no_other(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    smtp_server.behaviour = "drop_after_keeping"
    schedule("One.")
    make_sender(resources).send_due()
    smtp_server.behaviour, smtp_server.unwanted_sender = "accept", "notifications@parley.example"
    schedule("Two.")
    sender = make_sender(with_sender(resources, "Parley <hello@parley.example>"))

    eventually(lambda: sender.send_due() and "MailSent" in history(resources))
    smtp_server.unwanted_sender = ""
    send_until_settled(resources, sender)

    first, second, again = smtp_server.messages
    assert (first.sender, second.sender) == ("notifications@parley.example", "hello@parley.example")
    assert again.content == first.content
    assert history(resources).count("MailSent") == 2


def test_a_sender_that_lost_its_e_mail_to_another_changes_none_of_its_bytes(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    smtp_server.behaviour = "refuse_for_now"
    schedule("Do you accept?")
    sender = make_sender(resources)
    sender.send_due()
    frozen = FrozenMail(sender="a@b.example", recipient="c@d.example", content=b"stale")
    deliveries, others = (PostgresDeliveries(resources.settings, resources.pool) for _ in range(2))

    with (
        contextlib.suppress(ClaimLost),
        claimed(deliveries) as stale,
    ):
        deliveries.close()  # as if the server had ended the session of a process that was frozen
        with claimed(others) as claim:
            [kept] = others.freeze([(claim, replace(frozen, content=b"fresh"))])
        assert deliveries.freeze([(stale, frozen)]) == [kept]

    assert kept.content == b"fresh"


def test_the_loop_sends_what_comes_and_stops_when_told(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    stop = threading.Event()
    thread = threading.Thread(target=make_sender(resources).run, args=(stop,))
    thread.start()

    schedule("Do you accept?")

    eventually(lambda: smtp_server.messages)
    stop.set()
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_an_e_mail_that_cannot_be_written_fails_and_others_go_on(
    resources: NotifierResources, office: Office, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    office.user(office.creditor, "creditor", "Jörg Umlaut")  # with an address that is not ASCII
    schedule("Do you accept?")

    send_all(make_sender(resources))

    assert [mail.recipients for mail in smtp_server.messages] == [(office.anna.email,)]
    assert sorted(history(resources)) == ["MailFailed", "MailScheduled", "MailScheduled", "MailSent"]


@pytest.mark.parametrize("leaving", ["deactivated", "erased"])
def test_an_e_mail_that_waited_is_not_sent_to_who_left_meanwhile(
    resources: NotifierResources,
    office: Office,
    schedule: Callable[..., None],
    smtp_server: SmtpServer,
    leaving: str,
) -> None:
    schedule("Do you accept?")
    smtp_server.behaviour = "refuse_for_now"
    sender = make_sender(resources)
    sender.send_due()
    if leaving == "deactivated":
        office.deactivates(office.anna)
    else:
        resources.log.erase_subject(f"user:{office.anna.id}")

    smtp_server.behaviour = "accept"
    send_until_settled(resources, sender)

    assert smtp_server.messages == []
    assert history(resources) == ["MailScheduled", "MailFailed"]
    assert frozen_rows(resources) == 0


def test_an_e_mail_that_waited_goes_to_the_address_that_its_reader_has_by_then(
    resources: NotifierResources, office: Office, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("Do you accept?")
    smtp_server.behaviour = "refuse_for_now"
    sender = make_sender(resources)
    sender.send_due()
    office.readdresses(office.anna, "anna.holm@nordvik.example")

    smtp_server.behaviour = "accept"
    send_until_settled(resources, sender)

    [mail] = smtp_server.messages
    assert mail.recipients == ("anna.holm@nordvik.example",)
    assert mail.message["To"] == "Anna Holm <anna.holm@nordvik.example>"


def test_a_table_that_forgot_what_was_sent_makes_nobody_send_it_again(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("Do you accept?")
    send_all(make_sender(resources))
    with resources.pool.connection() as connection:
        connection.execute("update outbox set state = 'queued'")

    send_all(make_sender(resources))

    assert len(smtp_server.messages) == 1


def test_an_e_mail_that_the_log_does_not_know_is_left_alone_and_others_go_on(
    resources: NotifierResources, schedule: Callable[..., None], smtp_server: SmtpServer
) -> None:
    schedule("Do you accept?")
    with resources.pool.connection() as connection:
        connection.execute(
            """
            insert into outbox (mail_id, position, kind, user_id, thread_id, message_ids, state, scheduled_at)
            select gen_random_uuid(), 0, kind, user_id, thread_id, message_ids, state, scheduled_at
            from outbox
            """
        )

    send_until_sent(resources, make_sender(resources))

    assert len(smtp_server.messages) == 1


def test_a_rebuild_keeps_frozen_bytes_open_attempts_and_claims(
    resources: NotifierResources,
    schedule: Callable[..., None],
    smtp_server: SmtpServer,
    rebuild_tables: Callable[[], None],
) -> None:
    schedule("Do you accept?")
    smtp_server.behaviour = "drop_after_keeping"
    sender = make_sender(resources, retry=IMPATIENT)
    sender.send_due()
    smtp_server.behaviour = "accept"

    rebuild_tables()
    send_until_settled(resources, sender)

    first, second = smtp_server.messages
    assert first.content == second.content
    assert history(resources) == ["MailScheduled", "MailAttemptAmbiguous", "MailSent"]


@pytest.mark.parametrize("url", ["", "ftp://x", "smtp://"])
def test_a_process_does_not_start_without_a_mail_server(resources: NotifierResources, url: str) -> None:
    with pytest.raises(SettingsError, match="PARLEY_SMTP_URL"):
        NotifierResources.build(resources.settings.model_copy(update={"smtp_url": url}))

"""A real server goes wrong at each step: what is recorded of the e-mail depends on which step it was."""

import pytest

from services.notifier.adapters.smtp import SmtpServer, SmtpTransport, Timeouts, parse_smtp_url, tls_for
from services.notifier.ports import (
    AddressDeferred,
    AddressRefused,
    FrozenMail,
    MailDeferred,
    MailRefused,
    MailUncertain,
    TransportMisconfigured,
    TransportUnavailable,
)
from tests.unit.notifier.smtp_script import Script, Wrong

MAIL = FrozenMail(sender="a@parley.example", recipient="b@c.example", content=b"Subject: x\r\n\r\n.hello\r\n")
# Only where nothing else can come of it than that the time is up.
SOON, LATE = 0.3, 60.0
NO_ANSWER: tuple[Wrong, ...] = ("hang", "drop", "drip", "endless", "nonsense", "busy")


def transport_to(script: Script, *, user: str | None = None, url: str = "") -> SmtpTransport:
    server = SmtpServer("127.0.0.1", script.port, "none", user, "secret" if user else None)
    waits_for = script.step if script.wrong in ("hang", "drip") else ""
    timeouts = Timeouts(
        connect=SOON if waits_for in ("connect", "EHLO", "STARTTLS", "AUTH") else LATE,
        command=SOON if waits_for in ("MAIL", "RCPT", "DATA") else LATE,
        content=SOON if waits_for == "content" else LATE,
    )
    given = parse_smtp_url(url) if url else server
    return SmtpTransport(given, tls=tls_for(given, None), hostname="parley.example", timeouts=timeouts)


def nothing() -> None:
    """What a sender does before the content, here."""


@pytest.mark.parametrize("wrong", NO_ANSWER)
@pytest.mark.parametrize("step", ["connect", "AUTH"])
def test_a_server_that_fails_before_it_takes_e_mails_is_unavailable_whichever_the_e_mail(
    step: str, wrong: Wrong
) -> None:
    with Script(step, wrong).serving() as script:
        transport = transport_to(script, user="user")
        with pytest.raises(TransportUnavailable):
            transport.send(MAIL, before_data=pytest.fail)
        transport.close()

    assert script.taken == []


@pytest.mark.parametrize("wrong", ["hang", "drop", "drip", "endless"])
def test_a_server_that_does_not_greet_back_is_unavailable(wrong: Wrong) -> None:
    with Script("EHLO", wrong).serving() as script, pytest.raises(TransportUnavailable):
        transport_to(script).send(MAIL, before_data=pytest.fail)


@pytest.mark.parametrize("wrong", NO_ANSWER)
def test_a_server_that_fails_at_starttls_is_told_nothing_in_the_clear(
    wrong: Wrong,
) -> None:
    with Script("STARTTLS", wrong).serving() as script:
        transport = transport_to(script, url=f"smtp+starttls://user:secret@127.0.0.1:{script.port}")
        with pytest.raises(TransportUnavailable):
            transport.send(MAIL, before_data=pytest.fail)

    assert {"AUTH", "MAIL"}.isdisjoint(script.said)


@pytest.mark.parametrize("scheme", ["smtp+starttls", "smtps"])
def test_a_server_that_begins_no_tls_is_unavailable(scheme: str) -> None:
    # It says yes and then talks on in the clear, or says hello in the clear.
    with Script().serving() as script:
        transport = transport_to(script, url=f"{scheme}://127.0.0.1:{script.port}")
        with pytest.raises(TransportUnavailable):
            transport.send(MAIL, before_data=pytest.fail)

    assert "MAIL" not in script.said


def test_wrong_credentials_are_a_matter_of_settings() -> None:
    with Script("AUTH", "refuse").serving() as script, pytest.raises(TransportMisconfigured):
        transport_to(script, user="user").send(MAIL, before_data=pytest.fail)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("wrong", NO_ANSWER)
@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA"])
def test_a_server_that_fails_before_the_content_has_not_taken_the_e_mail(
    *, step: str, wrong: Wrong, pipelining: bool
) -> None:
    with Script(step, wrong, pipelining=pipelining).serving() as script:
        transport = transport_to(script)
        with pytest.raises(MailDeferred):
            transport.send(MAIL, before_data=pytest.fail)
        transport.close()

    assert script.taken == []


@pytest.mark.parametrize("wrong", ["hang", "drop", "drip", "endless", "nonsense"])
def test_after_the_content_nobody_knows_unless_the_server_says_yes_or_no(wrong: Wrong) -> None:
    with Script("content", wrong).serving() as script, pytest.raises(MailUncertain):
        transport_to(script).send(MAIL, before_data=nothing)


def test_a_server_that_is_busy_after_the_content_has_not_taken_the_e_mail() -> None:
    with Script("content", "busy").serving() as script, pytest.raises(MailDeferred):
        transport_to(script).send(MAIL, before_data=nothing)


@pytest.mark.parametrize("pipelining", [True, False])
@pytest.mark.parametrize("step", ["RCPT", "DATA", "content"])
def test_after_a_refusal_the_connection_serves_the_next_e_mail(*, step: str, pipelining: bool) -> None:
    with Script(step, "refuse", once=True, pipelining=pipelining).serving() as script:
        transport = transport_to(script)
        with pytest.raises(MailRefused):
            transport.send(MAIL, before_data=nothing)
        transport.send(MAIL, before_data=nothing)
        transport.close()

    assert len(script.taken) == 1


@pytest.mark.parametrize(
    ("step", "refusal", "kind"),
    [
        ("RCPT", b"550 5.1.1 no such mailbox", AddressRefused),
        ("RCPT", b"550 no", AddressRefused),
        ("RCPT", b"550 5.7.1 we do not like you", MailRefused),
        ("content", b"554 5.2.1 mailbox disabled", AddressRefused),
        ("content", b"554 spam", MailRefused),
        ("RCPT", b"452 4.2.2 mailbox full", AddressDeferred),
        ("RCPT", b"450 not now", AddressDeferred),
        ("RCPT", b"450 4.7.1 greylisted", MailDeferred),
        ("RCPT", b"451 4.3.0 out of order", MailDeferred),
        ("content", b"452 4.2.2 mailbox full", AddressDeferred),
        ("content", b"451 later", MailDeferred),
        ("MAIL", b"451 later", MailDeferred),
    ],
)
def test_a_refusal_is_about_the_address_or_not(step: str, refusal: bytes, kind: type[Exception]) -> None:
    with Script(step, "refuse", refusal=refusal).serving() as script:
        transport = transport_to(script)
        with pytest.raises(kind) as refused:
            transport.send(MAIL, before_data=nothing)
        transport.close()

    assert type(refused.value) is kind


@pytest.mark.parametrize("wrong", ["drop", "busy"])
def test_a_kept_connection_that_the_server_has_ended_is_made_anew_and_costs_no_e_mail(wrong: Wrong) -> None:
    with Script().serving() as script:
        transport = transport_to(script)
        transport.send(MAIL, before_data=nothing)
        script.step, script.wrong, script.once = "MAIL", wrong, True

        transport.send(MAIL, before_data=nothing)
        transport.close()

    assert len(script.taken) == 2
    assert script.connections == 2


def test_a_server_that_does_not_say_goodbye_holds_up_nobody() -> None:
    with Script("QUIT", "hang").serving() as script:
        transport = transport_to(script)
        transport.send(MAIL, before_data=nothing)
        transport.close()

    assert script.taken == [b"Subject: x\r\n\r\n..hello"]


def test_what_is_found_out_before_the_content_keeps_it_back() -> None:
    class Lost(Exception):
        """The claim is gone."""

    def lost() -> None:
        raise Lost

    with Script().serving() as script:
        transport = transport_to(script)
        with pytest.raises(Lost):
            transport.send(MAIL, before_data=lost)
        transport.send(MAIL, before_data=nothing)
        transport.close()

    assert len(script.taken) == 1
    assert script.connections == 2

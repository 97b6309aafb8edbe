"""Where e-mail goes, and how long it waits after a failure."""

from datetime import timedelta

import pytest

from services.notifier.adapters.smtp import SmtpServer, parse_smtp_url
from services.notifier.handlers.pacing import RetryPolicy
from shared.settings import SettingsError


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25, "none", None, None)),
        ("smtp://127.0.0.1:2525", SmtpServer("127.0.0.1", 2525, "none", None, None)),
        ("smtps://u%40x:p%2Fw@mail.example", SmtpServer("mail.example", 465, "tls", "u@x", "p/w")),
        ("smtp+starttls://u:p@m.example/", SmtpServer("m.example", 587, "starttls", "u", "p")),
        ("smtp://[::1]:2525", SmtpServer("::1", 2525, "none", None, None)),
    ],
)
def test_a_url_names_server_security_and_credentials(url: str, server: SmtpServer) -> None:
    assert parse_smtp_url(url) == server


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail.example",
        "http://mail.example",
        "smtp://",
        "smtp://m:port",
        "smtp://m:99999",
        "smtp://user@m",
        "smtp://m/x",
    ],
)
def test_a_url_that_names_no_server_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="PARLEY_SMTP_URL"):
        parse_smtp_url(url)


def test_a_refused_url_does_not_show_its_password() -> None:
    with pytest.raises(SettingsError) as refusal:
        parse_smtp_url("imap://user:secret@mail.example")

    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize("host", ["mail.example", "10.0.0.7", "localhost.example"])
def test_a_password_does_not_leave_the_machine_in_the_clear(host: str) -> None:
    with pytest.raises(SettingsError, match="in the clear") as refusal:
        parse_smtp_url(f"smtp://user:secret@{host}")

    assert "secret" not in str(refusal.value)
    assert parse_smtp_url("smtp://user:secret@localhost").password == "secret"


def test_waits_double_up_to_a_bound() -> None:
    policy = RetryPolicy(first=timedelta(seconds=2), longest=timedelta(seconds=30))

    waits = [policy.delay(failures, 1.0).total_seconds() for failures in (0, 1, 2, 3, 4, 5, 1000)]

    assert waits == [2, 4, 8, 16, 30, 30, 30]


def test_chance_spreads_waits_over_the_second_half() -> None:
    policy = RetryPolicy(first=timedelta(seconds=2))

    assert policy.delay(0, 0.0) == timedelta(seconds=1)
    assert policy.delay(0, 0.5) == timedelta(seconds=1.5)

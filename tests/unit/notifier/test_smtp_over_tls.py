"""E-mail over TLS with a login: to the server that is meant, and to no other; never in the clear."""

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.adapters.smtp import SmtpTransport, parse_smtp_url, tls_for
from services.notifier.ports import FrozenMail, TransportMisconfigured
from shared.settings import SettingsError
from shared.testing import SmtpServer
from tests import certificates

MAIL = FrozenMail(sender="a@parley.example", recipient="b@c.example", content=b"Subject: x\r\n\r\n.hello\r\n")
CREDENTIALS = ("par:ley@mail", "s/e c@ret")

# What makes a server with a certificate like these.
Certified = Callable[..., AbstractContextManager[SmtpServer]]


@pytest.fixture(params=["at once", "with STARTTLS"])
def certified(request: pytest.FixtureRequest, tmp_path: Path) -> Certified:
    """Give a function that makes a server with TLS and login; its authority is in `tmp_path / "ca.pem"`."""

    def make(**certificate: object) -> AbstractContextManager[SmtpServer]:
        made = certificates.make(tmp_path, **certificate)  # type: ignore[arg-type]  # passed on as they are
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(made.certificate, made.key)
        return SmtpServer(tls=tls, tls_begins=request.param, credentials=CREDENTIALS).serving()

    return make


def transport_to(url: str, ca_file: Path | None) -> SmtpTransport:
    server = parse_smtp_url(url)
    return SmtpTransport(server, tls=tls_for(server, ca_file), hostname="parley.example")


def send(transport: SmtpTransport, times: int = 1) -> None:
    for _ in range(times):
        transport.send(MAIL, before_data=lambda: None)
    transport.close()


def test_e_mails_arrive_over_one_connection_after_a_login(certified: Certified, tmp_path: Path) -> None:
    with certified() as server:
        send(transport_to(server.url, tmp_path / "ca.pem"), times=2)

    assert [mail.content for mail in server.messages] == [MAIL.content, MAIL.content]
    assert server.logins == [CREDENTIALS]


def test_without_a_file_of_its_own_it_trusts_whom_openssl_is_told_to_trust(
    certified: Certified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    with certified() as server:
        send(transport_to(server.url, None))

    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        ({"names": ["mail.elsewhere.example"]}, "not valid for '127.0.0.1'"),
        ({"age": timedelta(days=30)}, "certificate has expired"),
        ({"age": timedelta(days=-30)}, "certificate is not yet valid"),
    ],
)
def test_a_certificate_that_is_not_good_here_gets_neither_login_nor_e_mail(
    certified: Certified, tmp_path: Path, certificate: dict[str, object], said: str
) -> None:
    with certified(**certificate) as server:
        transport = transport_to(server.url, tmp_path / "ca.pem")
        with pytest.raises(TransportMisconfigured, match=said):
            send(transport)

    assert (server.logins, server.messages) == ([], [])


def test_an_authority_that_nobody_trusts_vouches_for_nobody(certified: Certified, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    with certified() as server:
        transport = transport_to(server.url, certificates.make(other).authority)
        with pytest.raises(TransportMisconfigured, match="certificate verify failed"):
            send(transport)

    assert (server.logins, server.messages) == ([], [])


def test_a_wrong_password_is_a_matter_of_settings_and_is_not_told(
    certified: Certified, tmp_path: Path
) -> None:
    with certified() as server:
        server_url = replace(server, credentials=("parley", "n0ne")).url
        transport = transport_to(server_url, tmp_path / "ca.pem")
        with pytest.raises(TransportMisconfigured, match="535") as refused:
            send(transport)

    assert "n0ne" not in str(refused.value)
    assert server.messages == []


def test_where_starttls_is_asked_for_a_server_without_it_gets_nothing() -> None:
    with SmtpServer().serving() as server:
        url = server.url.replace("smtp://", "smtp+starttls://parley:secret@")
        with pytest.raises(TransportMisconfigured, match="STARTTLS"):
            send(transport_to(url, None))

    assert server.messages == []


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_a_file_without_certificates_is_refused_at_the_start(tmp_path: Path, content: str | None) -> None:
    ca_file = tmp_path / "ca.pem"
    if content is not None:
        ca_file.write_text(content)

    with pytest.raises(SettingsError, match="PARLEY_SMTP_CA_FILE"):
        tls_for(parse_smtp_url("smtps://mail.example"), ca_file)


def test_a_file_that_would_change_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="PARLEY_SMTP_CA_FILE"):
        tls_for(parse_smtp_url("smtp://mail.example"), tmp_path / "ca.pem")

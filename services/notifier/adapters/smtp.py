"""E-mail over SMTP: one connection, reused, and every answer of the server sorted by who must act."""

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Never
from urllib.parse import unquote, urlsplit

from services.notifier.adapters.smtp_client import Client, TlsClient
from services.notifier.ports import (
    AddressDeferred,
    AddressRefused,
    FrozenMail,
    MailDeferred,
    MailRefused,
    MailUncertain,
    SenderRefused,
    TransportMisconfigured,
    TransportUnavailable,
)
from shared.settings import SettingsError

Security = Literal["none", "starttls", "tls"]
About = Literal["sender", "recipient", "content"]

_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_OK = 250
_ALSO_OK = 251
_START_INPUT = 354
_TEMPORARY = 400
_CLOSING = 421
_PERMANENT = 500
_PAST_ALL = 600
_TAKEN = range(200, 300)
# Authentication required, too weak, wrong, or only over TLS: ours to mend, whichever the e-mail.
_ABOUT_CREDENTIALS = frozenset({530, 534, 535, 538})
# Enhanced status codes of a bad sender address: many servers say so only when they know the recipient.
_ABOUT_SENDER = re.compile(rb"5\.1\.[78]\b")
# Those of a recipient that does not exist, takes no mail any more or has moved. Others, such as 5.7.1, are
# about the e-mail or about us; a server that gives none means the recipient when it refuses one.
_ABOUT_ADDRESS = re.compile(rb"5\.1\.[1236]\b|5\.1\.10\b|5\.2\.1\b|5\.4\.4\b")
# Of those that may pass, these are about the recipient; the others about servers, or about us (4.7.1).
_ABOUT_MAILBOX = re.compile(rb"4\.[12]\.\d{1,3}\b")
_ENHANCED_FOR_NOW = re.compile(rb"4\.\d{1,3}\.\d{1,3}\b")
_ENHANCED = re.compile(rb"5\.\d{1,3}\.\d{1,3}\b")
# What is asked before the content, about whom, and how a server agrees.
_STEPS: tuple[tuple[About, frozenset[int]], ...] = (
    ("sender", frozenset({_OK})),
    ("recipient", frozenset({_OK, _ALSO_OK})),
    ("content", frozenset({_START_INPUT})),
)
# Where a password leaves no machine.
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """Where e-mail is handed in and how."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long, in seconds of real time, one step may take before the server counts as gone."""

    connect: float = 15
    command: float = 60
    content: float = 180
    idle: float = 30


_DEFAULT_TIMEOUTS = Timeouts()


def parse_smtp_url(url: str) -> SmtpServer:
    """Return the server that PARLEY_SMTP_URL names. Raises SettingsError."""
    forms = "smtp://host:port, smtp+starttls://user:password@host:port or smtps://user:password@host:port"
    if not url:
        raise SettingsError(f"PARLEY_SMTP_URL is not set: write it as {forms}")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SettingsError(f"PARLEY_SMTP_URL: {error}: write it as {forms}") from error
    if parts.scheme not in _SCHEMES or not parts.hostname or parts.path not in {"", "/"}:
        # The URL itself is not shown: it may hold a password.
        raise SettingsError(f"PARLEY_SMTP_URL names no mail server: write it as {forms}")
    if parts.query or parts.fragment or (parts.username and parts.password is None):
        raise SettingsError(f"PARLEY_SMTP_URL has a part too many or no password: write it as {forms}")
    security, default_port = _SCHEMES[parts.scheme]
    if security == "none" and parts.username and parts.hostname not in _HERE:
        raise SettingsError(
            "PARLEY_SMTP_URL would send its password in the clear: write smtp+starttls:// or smtps://"
        )
    return SmtpServer(
        host=parts.hostname,
        port=port or default_port,
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


def tls_for(server: SmtpServer, ca_file: Path | None) -> ssl.SSLContext | None:
    """
    Return how the server has to prove who it is: by a certificate for its name from an authority in
    `ca_file`, or, without one, from those that this machine trusts. None for a server without TLS.

    Raises SettingsError for a file that holds no certificates. Share it: those of a machine take megabytes.
    """
    if server.security == "none":
        if ca_file is not None:
            raise SettingsError(
                "PARLEY_SMTP_CA_FILE is for TLS, which PARLEY_SMTP_URL does not ask for: write"
                " smtp+starttls:// or smtps://, or unset it"
            )
        return None
    try:
        return ssl.create_default_context(cafile=ca_file)
    except OSError as error:
        raise SettingsError(
            f"PARLEY_SMTP_CA_FILE: {ca_file} is no readable file of certificates in PEM: {error}"
        ) from error


class SmtpTransport:
    """One sender's connection to the mail server. Not to be shared between threads."""

    def __init__(
        self,
        server: SmtpServer,
        *,
        tls: ssl.SSLContext | None,
        hostname: str,
        timeouts: Timeouts = _DEFAULT_TIMEOUTS,
    ) -> None:
        """
        `tls` is what `tls_for` says of the server. Introduces itself as `hostname`: to look one's own name up
        may block on the name service.
        """
        if (tls is None) != (server.security == "none"):
            raise ValueError("a server with TLS needs to be checked, and one without cannot be")
        self._tls = tls
        self._server = server
        self._hostname = hostname
        self._timeouts = timeouts
        self._client: Client | TlsClient | None = None
        self._last_used = 0.0
        # Whether both sides agree on where they are, so that the connection is good for another e-mail.
        self._in_step = False

    def send(self, mail: FrozenMail, *, before_data: Callable[[], None]) -> None:
        """See ports.Transport."""
        try:
            client = self._agree(mail)
            before_data()
            self._hand_over(client, mail.content)
        finally:
            if self._in_step:
                self._last_used = time.monotonic()
            else:
                # The next e-mail must not find a dialogue that nobody knows the state of.
                self.close()

    def close(self) -> None:
        """Hang up; the next `send` opens a new connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _agree(self, mail: FrozenMail) -> Client | TlsClient:
        """Return a connection to a server that waits for the content of the e-mail."""
        client = self._client
        self._in_step = False
        if client is not None and time.monotonic() - self._last_used < self._timeouts.idle:
            # It served another. Servers end one after some time, or so many e-mails: a new one tells.
            with contextlib.suppress(_Ended):
                self._offer(client, mail)
                return client
        self.close()
        client = self._client = self._connect()
        try:
            self._offer(client, mail)
        except _Ended as error:
            # The connection was good a moment ago: if it is about this e-mail, the others must not wait.
            raise MailDeferred(str(error)) from error
        return client

    def _connect(self) -> Client | TlsClient:
        server = self._server
        try:
            client = self._dial()
            if server.security == "starttls":
                client.starttls(context=self._tls)
            if server.user is not None and server.password is not None:
                client.login(server.user, server.password)
            client.ehlo_or_helo_if_needed()
        except (
            smtplib.SMTPAuthenticationError,
            smtplib.SMTPNotSupportedError,
            ssl.SSLCertVerificationError,
        ) as error:
            raise TransportMisconfigured(_said(error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise TransportUnavailable(_said(error)) from error
        client.limit = self._timeouts.command
        return client

    def _dial(self) -> Client | TlsClient:
        server, limit = self._server, self._timeouts.connect
        if server.security == "tls" and self._tls is not None:
            return TlsClient(server.host, server.port, self._hostname, limit=limit, tls=self._tls)
        return Client(server.host, server.port, self._hostname, limit=limit)

    def _offer(self, client: Client | TlsClient, mail: FrozenMail) -> None:
        """Agree with the server on sender, recipient and that the content is next. Raises _Ended."""
        steps = (
            f"MAIL FROM:{smtplib.quoteaddr(mail.sender)}\r\n",
            f"RCPT TO:{smtplib.quoteaddr(mail.recipient)}\r\n",
            "DATA\r\n",
        )
        client.limit = self._timeouts.command
        try:
            if client.has_extn("pipelining"):
                client.send("".join(steps))
                answers = [client.getreply() for _ in steps]
            else:
                answers = []
                for step, (_, wanted) in zip(steps, _STEPS, strict=True):
                    client.send(step)
                    answers.append(client.getreply())
                    if answers[-1][0] not in wanted:
                        break
        except (OSError, smtplib.SMTPException) as error:
            raise _Ended(_said(error)) from error
        for (code, reply), (about, wanted) in zip(answers, _STEPS, strict=False):
            if code == _CLOSING:
                raise _Ended(_answer(code, reply))
            if code not in wanted:
                # One that waits for content although it refused what comes before is not to be talked to on.
                self._in_step = all(map(_is_known, answers)) and self._reset(client)
                _refuse(code, reply, about=about)

    def _hand_over(self, client: Client | TlsClient, content: bytes) -> None:
        """
        Send the content and wait for the server's word on it.

        Until its last byte is out, a cut connection means that the server cannot have taken the e-mail.
        """
        client.limit = self._timeouts.content
        try:
            client.send(_FIRST_DOT.sub(b"..", content) + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            raise MailDeferred(_said(error)) from error
        try:
            code, reply = client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise MailUncertain(_said(error)) from error
        if code in _TAKEN:
            self._in_step = True
        elif _is_refusal(code):
            self._in_step = code != _CLOSING
            _refuse(code, reply)
        else:
            raise MailUncertain(_answer(code, reply))

    def _reset(self, client: Client | TlsClient) -> bool:
        try:
            return client.rset()[0] == _OK
        except (OSError, smtplib.SMTPException):
            return False


class _Ended(Exception):
    """The server takes nothing more on this connection."""


def _is_refusal(code: int) -> bool:
    return _TEMPORARY <= code < _PAST_ALL


def _is_known(answer: tuple[int, bytes]) -> bool:
    code, _ = answer
    return code in {_OK, _ALSO_OK} or _is_refusal(code)


def _refuse(code: int, reply: bytes, *, about: About = "content") -> Never:
    said = _answer(code, reply)
    if code in _ABOUT_CREDENTIALS:
        raise TransportMisconfigured(said)
    permanent = _PERMANENT <= code < _PAST_ALL
    if permanent and (about == "sender" or _ABOUT_SENDER.match(reply)):
        raise SenderRefused(said)
    if permanent and _ABOUT_ADDRESS.match(reply):
        raise AddressRefused(said)
    if permanent and about == "recipient" and not _ENHANCED.match(reply):
        raise AddressRefused(said)
    if permanent:
        raise MailRefused(said)
    deferred = _is_refusal(code) and code != _CLOSING
    if deferred and _ABOUT_MAILBOX.match(reply):
        raise AddressDeferred(said)
    if deferred and about == "recipient" and not _ENHANCED_FOR_NOW.match(reply):
        raise AddressDeferred(said)
    raise MailDeferred(said)


def _answer(code: int, reply: bytes) -> str:
    return f"{code} {reply.decode('utf-8', 'replace')}"


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

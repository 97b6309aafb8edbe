"""E-mail over SMTP: one connection, reused, and every answer of the server sorted by who must act."""

import contextlib
import re
import smtplib
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Never
from urllib.parse import unquote, urlsplit

from services.notifier.ports import (
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

_SCHEMES: dict[str, tuple[Security, int]] = {
    "smtp": ("none", 25),
    "smtp+starttls": ("starttls", 587),
    "smtps": ("tls", 465),
}
_OK = 250
_ALSO_OK = 251
_START_INPUT = 354
_PERMANENT = 500
# Authentication required, too weak, wrong, or only over TLS: ours to mend, whichever the e-mail.
_ABOUT_CREDENTIALS = frozenset({530, 534, 535, 538})
# Enhanced status codes of a bad sender address: many servers say so only when they know the recipient.
_ABOUT_SENDER = re.compile(rb"5\.1\.[78]\b")
# Those of a recipient that does not exist, takes no mail any more or has moved. Others, such as 5.7.1, are
# about the e-mail or about us; a server that gives none means the recipient when it refuses one.
_ABOUT_ADDRESS = re.compile(rb"5\.1\.[1236]\b|5\.1\.10\b|5\.2\.1\b|5\.4\.4\b")
_ENHANCED = re.compile(rb"5\.\d{1,3}\.\d{1,3}\b")
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
    return SmtpServer(
        host=parts.hostname,
        port=port or default_port,
        security=security,
        user=unquote(parts.username) if parts.username else None,
        password=unquote(parts.password) if parts.password else None,
    )


class SmtpTransport:
    """One sender's connection to the mail server. Not to be shared between threads."""

    def __init__(self, server: SmtpServer, *, hostname: str, timeouts: Timeouts = _DEFAULT_TIMEOUTS) -> None:
        """Introduces itself as `hostname`: to look one's own name up may block on the name service."""
        self._server = server
        self._hostname = hostname
        self._timeouts = timeouts
        self._client: smtplib.SMTP | None = None
        self._last_used = 0.0

    def send(self, mail: FrozenMail, *, before_data: Callable[[], None]) -> None:
        """See ports.Transport."""
        client = self._ready_client()
        try:
            self._offer(client, mail)
            before_data()
            self._hand_over(client, mail.content)
        except MailRefused:
            self._forget_mail(client)
            raise
        except BaseException:
            # Whatever state the dialogue is in, the next e-mail must not find it.
            self.close()
            raise
        self._last_used = time.monotonic()

    def close(self) -> None:
        """Hang up; the next `send` opens a new connection."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _ready_client(self) -> smtplib.SMTP:
        client = self._client
        if client is not None and time.monotonic() - self._last_used < self._timeouts.idle:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                if client.rset()[0] == _OK:
                    return client
        self.close()
        self._client = self._connect()
        return self._client

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        try:
            client = self._dial()
            if server.security == "starttls":
                client.starttls(context=ssl.create_default_context())
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
        return client

    def _dial(self) -> smtplib.SMTP:
        server, timeout = self._server, self._timeouts.connect
        if server.security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(
                server.host, server.port, self._hostname, timeout=timeout, context=context
            )
        return smtplib.SMTP(server.host, server.port, self._hostname, timeout=timeout)

    def _offer(self, client: smtplib.SMTP, mail: FrozenMail) -> None:
        """Agree with the server on sender and recipient."""
        try:
            _limit(client, self._timeouts.command)
            code, reply = client.mail(mail.sender)
            sender_taken = code == _OK
            if sender_taken:
                code, reply = client.rcpt(mail.recipient)
        except (OSError, smtplib.SMTPException) as error:
            # The connection was good a moment ago: if it is about this e-mail, the others must not wait.
            raise MailDeferred(_said(error)) from error
        if code not in {_OK, _ALSO_OK}:
            _refuse(code, reply, about="recipient" if sender_taken else "sender")

    def _hand_over(self, client: smtplib.SMTP, content: bytes) -> None:
        """
        Send the content and wait for the server's word on it.

        Until its last byte is out, a cut connection means that the server cannot have taken the e-mail.
        """
        try:
            code, reply = client.docmd("DATA")
            if code == _START_INPUT:
                _limit(client, self._timeouts.content)
                client.send(_FIRST_DOT.sub(b"..", content) + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            raise MailDeferred(_said(error)) from error
        if code != _START_INPUT:
            _refuse(code, reply)
        try:
            code, reply = client.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise MailUncertain(_said(error)) from error
        if code != _OK:
            _refuse(code, reply)

    def _forget_mail(self, client: smtplib.SMTP) -> None:
        try:
            client.rset()
        except (OSError, smtplib.SMTPException):
            self.close()
        self._last_used = time.monotonic()


def _limit(client: smtplib.SMTP, seconds: float) -> None:
    if client.sock is not None:
        client.sock.settimeout(seconds)


def _refuse(
    code: int, reply: bytes, *, about: Literal["sender", "recipient", "content"] = "content"
) -> Never:
    said = f"{code} {reply.decode('utf-8', 'replace')}"
    if code in _ABOUT_CREDENTIALS:
        raise TransportMisconfigured(said)
    if code >= _PERMANENT and (about == "sender" or _ABOUT_SENDER.match(reply)):
        raise SenderRefused(said)
    if code >= _PERMANENT and _ABOUT_ADDRESS.match(reply):
        raise AddressRefused(said)
    if code >= _PERMANENT and about == "recipient" and not _ENHANCED.match(reply):
        raise AddressRefused(said)
    if code >= _PERMANENT:
        raise MailRefused(said)
    raise MailDeferred(said)


def _said(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"

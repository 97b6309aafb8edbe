"""
E-mails written with jinja2, as plain text and HTML.

Whatever users wrote is data: control characters and line ends cannot reach a header, HTML is escaped, and no
template is ever made of it.
"""

import re
import unicodedata
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, parseaddr
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import jinja2

from services.notifier.ports import ChatMail, FrozenMail, QuotedMessage, RenderingFailed
from shared.contracts.envelope import ERASED
from shared.settings import Settings, SettingsError

_HEADER_MAX_CHARACTERS = 120
_QUOTE_MAX_CHARACTERS = 2_000
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_DOMAIN_MAX_CHARACTERS = 253
# Direction overrides make text read as something that it is not.
_DECEPTIVE = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


class _Policy(EmailPolicy):
    """The SMTP policy, except that headers made of ids go over the wire as they are."""

    # The standard library breaks a token that fits no line into encoded words, and clients cannot thread by
    # those. These are short enough for any server (998 characters) and hold nothing that users wrote.
    _AS_THEY_ARE = frozenset({"message-id", "in-reply-to", "references", "list-id"})

    def fold(self, name: str, value: Any) -> str:
        if name.lower() in self._AS_THEY_ARE:
            return f"{name}: {value}{self.linesep}"
        folded: str = super().fold(name, value)
        return folded

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self.fold(name, value).encode("ascii")


_POLICY = _Policy(linesep="\r\n", utf8=False, cte_type="7bit")


class JinjaRenderer:
    """Writes e-mails from the templates of this package."""

    def __init__(self, settings: Settings) -> None:
        """Raises SettingsError where sender or domain cannot stand in an e-mail."""
        self._domain = settings.mail_domain
        if not _DOMAIN.fullmatch(self._domain) or len(self._domain) > _DOMAIN_MAX_CHARACTERS:
            raise SettingsError(
                f"PARLEY_MAIL_DOMAIN: {self._domain!r} is no domain: write it as mail.parley.example"
            )
        name, address = parseaddr(settings.mail_from)
        try:
            self._sender = _address(name, address)
        except RenderingFailed as error:
            raise SettingsError(
                f"PARLEY_MAIL_FROM: {settings.mail_from!r} is no address: write it as Parley <no-reply@host>"
            ) from error
        self._portal_url = settings.portal_url.rstrip("/")
        self._templates = jinja2.Environment(
            loader=jinja2.PackageLoader("services.notifier", "templates"),
            autoescape=jinja2.select_autoescape(["html"]),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def render(self, mail: ChatMail) -> FrozenMail:
        """Return the bytes of the e-mail, the same for the same mail. Raises RenderingFailed."""
        recipient = _address(mail.recipient_name, mail.address)
        try:
            content = self._compose(mail, recipient)
        except (jinja2.TemplateError, MessageError, ValueError) as error:
            raise RenderingFailed(f"{type(error).__name__} while writing the e-mail") from error
        return FrozenMail(sender=self._sender.addr_spec, recipient=recipient.addr_spec, content=content)

    def _compose(self, mail: ChatMail, recipient: Address) -> bytes:
        subject = _subject(mail)
        values = {
            "subject": subject,
            "recipient_name": one_line(mail.recipient_name),
            "reference": one_line(mail.case_reference or ""),
            "count": len(mail.message_ids),
            "earlier": len(mail.message_ids) - len(mail.messages),
            "messages": [_as_shown(message, _zone(mail.time_zone)) for message in mail.messages],
            "link": self._link(mail.thread_id, mail.message_ids[0]),
        }
        message = EmailMessage(policy=_POLICY)
        message["From"] = self._sender
        message["To"] = recipient
        message["Subject"] = subject
        message["Date"] = format_datetime(mail.date.astimezone(UTC))
        message["Message-ID"] = mail.message_id_header
        message["In-Reply-To"] = mail.references[-1]
        message["References"] = " ".join(mail.references)
        message["List-Id"] = f"<messages.{self._domain}>"
        message["Auto-Submitted"] = "auto-generated"
        text = self._templates.get_template("chat.txt").render(values)
        message.set_content(text, cte="quoted-printable")
        html = self._templates.get_template("chat.html").render(values)
        message.add_alternative(html, subtype="html", cte="quoted-printable")
        # The library would make it up at random; an id that nobody can choose keeps the bytes reproducible.
        message.set_boundary(f"=_{mail.mail_id.hex}")
        return message.as_bytes()

    def _link(self, thread_id: UUID, message_id: UUID) -> str:
        return f"{self._portal_url}/threads/{thread_id}#{message_id}"


def one_line(text: str) -> str:
    """Return the text as one line that can stand in a header: no control characters, not too long."""
    kept = "".join(" " if _is_control(character) else character for character in text)
    line = " ".join(kept.split())
    return line if len(line) <= _HEADER_MAX_CHARACTERS else line[: _HEADER_MAX_CHARACTERS - 1].rstrip() + "…"


def several_lines(text: str) -> str:
    """Return the text with its line ends, each a line feed, and without any other control character."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(
        character for character in lines if character in "\n\t" or not _is_control(character)
    ).strip("\n")


def _is_control(character: str) -> bool:
    # Cc: controls, Cs: lone surrogates, Zl and Zp: line and paragraph separators.
    return unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} or character in _DECEPTIVE


def _address(name: str, address: str) -> Address:
    if address == ERASED or any(_is_control(character) for character in address):
        raise RenderingFailed("the recipient has no address any more")
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        found = Address(display_name=one_line(name), addr_spec=f"{local}@{ascii_domain}")
        found.addr_spec.encode("ascii")
    except (MessageError, ValueError, IndexError) as error:
        # IndexError is how the library answers some half addresses.
        raise RenderingFailed("the address cannot stand in an e-mail") from error
    if not found.username or not found.domain:
        raise RenderingFailed("the address cannot stand in an e-mail")
    return found


def _subject(mail: ChatMail) -> str:
    count = len(mail.message_ids)
    what = "New message" if count == 1 else f"{count} new messages"
    companies = list(dict.fromkeys(one_line(message.company_name) for message in mail.messages))
    prefix = f"[{one_line(mail.case_reference)}] " if mail.case_reference else ""
    return one_line(f"{prefix}{what} from {' and '.join(companies)}")


def _as_shown(message: QuotedMessage, zone: ZoneInfo) -> dict[str, str | int]:
    body = several_lines(message.body)
    return {
        "author": one_line(message.author_name),
        "company": one_line(message.company_name),
        "time": _local_time(message.posted_at, zone),
        "body": body[:_QUOTE_MAX_CHARACTERS],
        "left_out": max(0, len(body) - _QUOTE_MAX_CHARACTERS),
    }


def _local_time(instant: datetime, zone: ZoneInfo) -> str:
    local = instant.astimezone(zone)
    return f"{local.day} {local:%b %Y, %H:%M %Z}"


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RenderingFailed(f"there is no time zone {name!r}") from error

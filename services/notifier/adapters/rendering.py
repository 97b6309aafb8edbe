"""
E-mails written with jinja2, as plain text and HTML.

Whatever users wrote is data: control characters and line ends cannot reach a header, HTML is escaped, and no
template is ever made of it.
"""

import re
from dataclasses import dataclass
from datetime import UTC
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import cache

import jinja2

from services.notifier.adapters import wire
from services.notifier.adapters.letters import Links, write
from services.notifier.adapters.styling import InlineStyles
from services.notifier.adapters.texts import is_control, one_line
from services.notifier.adapters.unsubscribing import UnsubscribeLink, links_of
from services.notifier.adapters.wording import wording_for
from services.notifier.ports import FrozenMail, Mail, RenderingFailed
from shared.contracts.envelope import ERASED
from shared.settings import Settings, SettingsError

_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_DOMAIN_MAX_CHARACTERS = 253
# What a template, or what it is given, can be wrong about: tried again, it would be wrong again.
_NOT_WRITTEN = (
    jinja2.TemplateError,
    MessageError,
    ArithmeticError,
    AttributeError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)
# Almost every address; the library, which knows them all, takes its time.
_PLAIN_ADDRESS = re.compile(
    r"[a-z0-9_-]+(\.[a-z0-9_-]+)*@[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+",
    re.ASCII | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Mailbox:
    name: str
    address: str

    def __str__(self) -> str:
        return wire.mailbox(self.name, self.address)


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
        self._unsubscribing = links_of(settings)
        self._links = Links(settings.portal_url.rstrip("/"))

    def render(self, mail: Mail) -> FrozenMail:
        """Return the bytes of the e-mail, the same for the same mail. Raises RenderingFailed."""
        recipient = _address(mail.recipient_name, mail.address)
        try:
            content = self._compose(mail, recipient)
        except _NOT_WRITTEN as error:
            raise RenderingFailed(f"{type(error).__name__} while writing the e-mail") from error
        return FrozenMail(sender=self._sender.address, recipient=recipient.address, content=content)

    def _compose(self, mail: Mail, recipient: _Mailbox) -> bytes:
        wording = wording_for(mail.locale)
        written = write(mail, wording, self._links)
        subject = one_line(written.subject)
        unsubscribe = self._unsubscribe_link(mail)
        values = {
            **written.values,
            "subject": subject,
            "language": wording.language,
            "recipient_name": one_line(mail.recipient_name),
            "unsubscribe": unsubscribe,
        }
        headers = [
            ("From", str(self._sender)),
            ("To", str(recipient)),
            ("Subject", wire.words(subject)),
            ("Date", format_datetime(mail.date.astimezone(UTC))),
            ("Message-ID", mail.message_id_header),
            ("In-Reply-To", mail.references[-1]),
            ("References", " ".join(mail.references)),
            ("List-Id", f"<messages.{self._domain}>"),
            ("Auto-Submitted", "auto-generated"),
        ]
        if unsubscribe is not None:
            headers.append(("List-Unsubscribe", f"<{unsubscribe}>"))
            headers.append(("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"))
        templates = _templates(wording.language)
        text = templates.get_template(f"{written.template}.txt").render(values)
        html = templates.get_template(f"{written.template}.html").render(values)
        # An id that nobody can choose keeps the bytes reproducible, and stands in no text.
        return wire.message(headers, text, html, boundary=f"=_{mail.mail_id.hex}")

    def _unsubscribe_link(self, mail: Mail) -> str | None:
        if self._unsubscribing is None:
            return None
        link = UnsubscribeLink(user_id=mail.user_id, category=mail.category)
        return self._links.unsubscribe(self._unsubscribing.token(link, mail.date))


@cache
def _templates(language: str) -> jinja2.Environment:
    """Return the templates in that language; each is compiled once."""
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("services.notifier", "templates"),
        autoescape=jinja2.select_autoescape(["html"]),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", InlineStyles],
    )
    translations = wording_for(language).translations
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]
    return environment


def _address(name: str, address: str) -> _Mailbox:
    if address == ERASED or any(is_control(character) for character in address):
        raise RenderingFailed("the recipient has no address any more")
    if _PLAIN_ADDRESS.fullmatch(address):
        return _Mailbox(one_line(name), address)
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
        found = Address(addr_spec=f"{local}@{ascii_domain}")
        found.addr_spec.encode("ascii")
    except (MessageError, ValueError, IndexError) as error:
        # IndexError is how the library answers some half addresses.
        raise RenderingFailed("the address cannot stand in an e-mail") from error
    if not found.username or not found.domain:
        raise RenderingFailed("the address cannot stand in an e-mail")
    return _Mailbox(one_line(name), found.addr_spec)

"""
Signed addresses for unsubscribing: whoever has one may end one kind of e-mail of one user, nothing else.

A token is the user's id, the category, the day it ends, and 16 bytes of HMAC-SHA256 over these: short enough
for a header line.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import get_args
from uuid import UUID

from shared.contracts.notifier import MailCategory
from shared.errors import Invalid
from shared.settings import Settings

VALID_FOR = timedelta(days=400)
_CATEGORIES: tuple[MailCategory, ...] = get_args(MailCategory)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_CONTENT_BYTES = 16 + 1 + 2
_SIGNATURE_BYTES = 16


class LinkInvalid(Invalid):
    """Nobody of us wrote this address, or it was changed on the way."""

    def __init__(self) -> None:
        super().__init__(
            "unsubscribe_link_invalid",
            "This is no link that an e-mail of ours has. Copy it whole, or change your settings in Parley.",
        )


class LinkExpired(Invalid):
    """The address is too old."""

    def __init__(self) -> None:
        super().__init__(
            "unsubscribe_link_expired",
            "This link is too old. Use the one in a newer e-mail, or change your settings in Parley.",
        )


@dataclass(frozen=True, slots=True)
class UnsubscribeLink:
    """Whose e-mails of which category a token ends."""

    user_id: UUID
    category: MailCategory


class UnsubscribeLinks:
    """Signs and checks tokens with one secret."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"parley unsubscribe", sha256)

    def token(self, link: UnsubscribeLink, written: datetime) -> str:
        """Return the token of an e-mail written at that time, the same for the same."""
        days = (written + VALID_FOR - _EPOCH).days
        content = link.user_id.bytes + bytes([_CATEGORIES.index(link.category)]) + days.to_bytes(2)
        return urlsafe_b64encode(content + self._signature(content)).rstrip(b"=").decode()

    def read(self, token: str, now: datetime) -> UnsubscribeLink:
        """Return what the token stands for. Raises LinkInvalid, LinkExpired."""
        try:
            raw = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        except ValueError as error:
            raise LinkInvalid from error
        content, signature = raw[:_CONTENT_BYTES], raw[_CONTENT_BYTES:]
        if len(content) != _CONTENT_BYTES or not hmac.compare_digest(signature, self._signature(content)):
            raise LinkInvalid
        if _EPOCH + timedelta(days=int.from_bytes(content[-2:]) + 1) <= now:
            raise LinkExpired
        return UnsubscribeLink(user_id=UUID(bytes=content[:16]), category=_CATEGORIES[content[16]])

    def _signature(self, content: bytes) -> bytes:
        return hmac.digest(self._key, content, sha256)[:_SIGNATURE_BYTES]


def links_of(settings: Settings) -> UnsubscribeLinks | None:
    """Return the links of this deployment; None where it has no secret to sign them with."""
    secret = settings.mail_link_secret or settings.jwt_secret
    return UnsubscribeLinks(secret.encode()) if secret else None

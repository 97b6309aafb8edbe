"""Links that open one file for one hour, whoever has them."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from shared.errors import Forbidden
from shared.settings import Settings, SettingsError

VALID = timedelta(hours=1)
SECRET_BYTES = 32
_PURPOSE = b"parley file links"
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


class FileLinks:
    """Signs links to files and checks them; expiry is real time, as a token's is."""

    def __init__(self, settings: Settings) -> None:
        """Take the secret from the settings. Raises SettingsError where there is none, or a short one."""
        secret = settings.file_link_secret or settings.jwt_secret
        if len(secret.encode()) < SECRET_BYTES:
            raise SettingsError(
                f"PARLEY_FILE_LINK_SECRET: must be set, to {SECRET_BYTES} bytes or more, where there is no "
                "PARLEY_JWT_SECRET"
            )
        self._key = hmac.digest(secret.encode(), _PURPOSE, hashlib.sha256)

    def with_link(
        self, file: dict[str, Any], now: datetime, *, position: int | None = None
    ) -> dict[str, Any]:
        """
        Return the file as clients see it, with a link that is good from now on.

        With the position at which it was put on record the link waits until that can be seen.
        """
        expires_at = (now.astimezone(UTC) + VALID).strftime(_FORMAT)
        file_id = UUID(file["id"])
        signed = {"se": expires_at, "sig": self._signature(file_id, expires_at)}
        query = urlencode(signed if position is None else {**signed, "pos": position})
        return {**file, "url": f"/api/v1/files/{file_id}/content?{query}", "url_expires_at": expires_at}

    def check(self, file_id: UUID, expires_at: str, signature: str, now: datetime) -> None:
        """Raise Forbidden where the link is not one of ours for this file, or its hour is over."""
        expected = self._signature(file_id, expires_at)
        if not hmac.compare_digest(expected.encode(), signature.encode(errors="replace")):
            raise Forbidden("link_not_valid", "This link is not valid: get the file's link anew.")
        if datetime.strptime(expires_at, _FORMAT).replace(tzinfo=UTC) <= now:
            raise Forbidden("link_expired", "The hour of this link is over: get the file's link anew.")

    def _signature(self, file_id: UUID, expires_at: str) -> str:
        text = f"{file_id}\n{expires_at}".encode(errors="replace")
        return base64.urlsafe_b64encode(hmac.digest(self._key, text, hashlib.sha256)).decode().rstrip("=")

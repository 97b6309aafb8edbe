"""Bearer tokens: JSON Web Tokens with a pinned algorithm, checked by a shared secret or by a key set."""

import asyncio
import hashlib
import json
import logging
import time
import urllib.request
from collections import OrderedDict
from typing import Annotated, Any, Literal
from uuid import UUID

import jwt
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictInt,
    StrictStr,
    ValidationError,
    model_validator,
)

from services.gateway.errors import ServiceUnavailable, Unauthenticated
from services.gateway.ports import Claims
from shared.settings import Settings, SettingsError

logger = logging.getLogger(__name__)

LEEWAY_SECONDS = 5
SECRET_BYTES = 32
TOKEN_CHARACTERS = 8192
SUBJECT_CHARACTERS = 200
LATEST_EXPIRY = 253_402_300_799  # the end of the year 9999
CACHE_SIZE = 10_000
KEY_SET_SECONDS = 600.0
KEY_SET_PAUSE_SECONDS = 10.0
KEY_SET_BYTES = 1_000_000
KEY_ALGORITHMS = ("RS256", "ES256")


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be printable")
    return text


class _ClaimsBody(BaseModel):
    """The claims that we read; a token may carry others."""

    model_config = ConfigDict(extra="ignore")

    # It goes into the log as the actor of what is done.
    sub: Annotated[StrictStr, Field(min_length=1, max_length=SUBJECT_CHARACTERS), AfterValidator(_printable)]
    company_id: UUID | None = None
    role: Literal["creditor", "partner", "ops"]
    exp: Annotated[StrictInt, Field(le=LATEST_EXPIRY)]

    @model_validator(mode="after")
    def _role_fits(self) -> "_ClaimsBody":
        if self.role == "ops" and self.company_id is not None:
            raise ValueError("an operator belongs to no company")
        if self.role != "ops" and (self.company_id is None or _as_uuid(self.sub) is None):
            raise ValueError("sub and company_id must be UUIDs")
        return self


class SecretKeys:
    """One shared secret, for HS256."""

    algorithms = ("HS256",)

    def __init__(self, secret: str) -> None:
        if len(secret.encode()) < SECRET_BYTES:
            raise SettingsError(f"PARLEY_JWT_SECRET: must have {SECRET_BYTES} bytes or more")
        self._secret = secret

    async def key_of(self, token: str) -> str:
        """Return the key that the token must be signed with."""
        del token
        return self._secret


class KeySet:
    """
    Public keys fetched from a JWKS address, for RS256 and ES256.

    Fetched again when they get old or a token names an unknown key, but not more often than every few
    seconds: made-up key ids must not turn into requests. While the address does not answer the keys it had go
    on, and who brings one of those does not wait.
    """

    algorithms = KEY_ALGORITHMS

    def __init__(self, url: str, *, encrypted: bool) -> None:
        """Take the address; `encrypted` refuses one whose answers somebody on the way could change."""
        if not url.startswith("https://" if encrypted else ("https://", "http://")):
            raise SettingsError("PARLEY_JWT_JWKS_URL: must begin with https:// (http:// only in development)")
        self._url = url
        self._keys: dict[str | None, jwt.PyJWK] = {}
        self._fetched_at = self._tried_at = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key_of(self, token: str) -> jwt.PyJWK:
        """Return the key that the token names. Raises jwt.InvalidTokenError for an unknown one."""
        name = jwt.get_unverified_header(token).get("kid")
        if name not in self._keys:
            await asyncio.shield(self._refreshing())
        elif time.monotonic() - self._fetched_at > KEY_SET_SECONDS:
            self._refreshing()
        key = self._keys.get(name)
        if key is None:
            raise jwt.InvalidKeyError("unknown key")
        return key

    def _refreshing(self) -> "asyncio.Task[None]":
        """Return the one attempt to fetch that all who need it share."""
        if self._fetching is None or self._fetching.done():
            self._fetching = asyncio.create_task(self._refresh())
            # Whoever asked may have gone; a failure that nobody waits for is none.
            self._fetching.add_done_callback(lambda attempt: attempt.cancelled() or attempt.exception())
        return self._fetching

    async def _refresh(self) -> None:
        if time.monotonic() - self._tried_at < KEY_SET_PAUSE_SECONDS:
            return
        self._tried_at = time.monotonic()
        try:
            self._keys = await asyncio.to_thread(self._fetch)
        except (OSError, ValueError, jwt.PyJWTError) as error:
            logger.warning("Key set could not be fetched", extra={"action": "key_set_not_fetched"})
            if not self._keys:
                self._tried_at = float("-inf")
                raise ServiceUnavailable("The keys of tokens cannot be fetched now.") from error
        else:
            self._fetched_at = time.monotonic()

    def _fetch(self) -> dict[str | None, jwt.PyJWK]:
        # The scheme was checked above: only http and https come here.
        with urllib.request.urlopen(self._url, timeout=5) as answer:  # noqa: S310
            document = json.loads(answer.read(KEY_SET_BYTES))
        keys: dict[str | None, jwt.PyJWK] = {}
        for entry in document["keys"] if isinstance(document, dict) and "keys" in document else ():
            key = _signing_key(entry)
            if key is not None:
                keys[key.key_id] = key
        if not keys:
            raise ValueError("no key for RS256 or ES256")
        return keys


class JwtTokens:
    """
    Verifies tokens and remembers those it found good, by their digest.

    Until they expire, but no longer than a key set goes without a look: a key that was withdrawn there must
    not live on here.
    """

    def __init__(self, settings: Settings) -> None:
        """
        Take the key set where one is configured, the shared secret otherwise, never both.

        Raises SettingsError where there is neither.
        """
        if settings.jwt_jwks_url:
            self._keys: SecretKeys | KeySet = KeySet(
                settings.jwt_jwks_url, encrypted=settings.environment == "production"
            )
        elif settings.jwt_secret:
            self._keys = SecretKeys(settings.jwt_secret)
        else:
            raise SettingsError("PARLEY_JWT_SECRET or PARLEY_JWT_JWKS_URL must be set")
        self._issuer = settings.jwt_issuer
        self._audience = settings.jwt_audience
        self._known: OrderedDict[bytes, tuple[Claims, float]] = OrderedDict()

    async def verify(self, token: str) -> Claims:
        """Return what the token says. Raises Unauthenticated, or ServiceUnavailable without keys."""
        if len(token) > TOKEN_CHARACTERS:
            raise _invalid("The token is too long to be one of ours.")
        digest = hashlib.blake2b(token.encode(errors="replace"), digest_size=32).digest()
        known = self._known.get(digest)
        if known is not None:
            claims, checked_at = known
            if claims.expires_at <= time.time():
                del self._known[digest]
                raise _expired()
            if time.monotonic() - checked_at < KEY_SET_SECONDS:
                return claims
            del self._known[digest]
        claims = await self._check(token)
        self._known[digest] = (claims, time.monotonic())
        if len(self._known) > CACHE_SIZE:
            self._known.popitem(last=False)
        return claims

    async def _check(self, token: str) -> Claims:
        try:
            body: dict[str, Any] = jwt.decode(
                token,
                await self._keys.key_of(token),
                algorithms=list(self._keys.algorithms),
                issuer=self._issuer,
                audience=self._audience,
                leeway=LEEWAY_SECONDS,
                options={"require": ["exp", "iss", "aud", "sub"]},
            )
            claims = _ClaimsBody.model_validate(body)
        except jwt.ExpiredSignatureError as error:
            raise _expired() from error
        except (jwt.PyJWTError, ValidationError, ValueError) as error:
            raise _invalid("The token is not valid here: get a new one.") from error
        return Claims(
            subject=claims.sub,
            user_id=_as_uuid(claims.sub),
            company_id=claims.company_id,
            role=claims.role,
            expires_at=float(claims.exp + LEEWAY_SECONDS),
        )


def _signing_key(entry: Any) -> jwt.PyJWK | None:
    """
    Return the entry of a key set as a key for one of our algorithms, None where it is for something else.
    """
    if not isinstance(entry, dict) or entry.get("use", "sig") != "sig":
        return None
    try:
        key = jwt.PyJWK.from_dict(entry)
    except jwt.PyJWTError:
        return None
    return key if key.algorithm_name in KEY_ALGORITHMS else None


def _as_uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _invalid(detail: str) -> Unauthenticated:
    return Unauthenticated("invalid_token", detail)


def _expired() -> Unauthenticated:
    return Unauthenticated("token_expired", "The token has expired: get a new one.")

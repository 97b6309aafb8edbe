"""Who is asking: a verified token, and what the directory knows of its user now."""

import asyncio
import time
from collections import OrderedDict
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from services.gateway.errors import Unauthenticated
from services.gateway.ports import Claims, Services, Tokens
from shared.contracts.messaging import Identify, Identity
from shared.contracts.rpc import Caller
from shared.errors import Forbidden, NotFound

IDENTITY_SECONDS = 30.0
CACHE_SIZE = 10_000


@dataclass(frozen=True, slots=True)
class Session:
    """One request's caller. `identity` is None for operators, who belong to no company."""

    caller: Caller
    correlation_id: UUID
    identity: Identity | None
    expires_at: float


class Directory:
    """
    Knows which users are active members of their company, for half a minute at a time.

    `learn` ends what is known of a user at once, and the next look-up waits until the directory's read model
    has handled that event: so a deactivated user is turned away with the first request after the event was
    seen here.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._known: OrderedDict[Caller, tuple[Identity, float]] = OrderedDict()
        self._changed_at: OrderedDict[UUID | None, int] = OrderedDict()
        self._asking: dict[Caller, asyncio.Future[Identity]] = {}

    def learn(self, user_id: UUID, position: int) -> None:
        """Take note that something about the user changed at that position of the log."""
        self._changed_at[user_id] = max(position, self._changed_at.get(user_id, 0))
        self._changed_at.move_to_end(user_id)
        if len(self._changed_at) > CACHE_SIZE:
            self._changed_at.popitem(last=False)
        for claimed in [claimed for claimed in self._known if claimed.user_id == user_id]:
            del self._known[claimed]

    async def look_up(self, claimed: Caller, correlation_id: UUID) -> Identity:
        """
        Return what the directory knows of the caller that a token claims.

        Raises NotFound where that company has no such user.
        """
        known = self._known.get(claimed)
        if known is not None and known[1] > time.monotonic():
            return known[0]
        asking = self._asking.get(claimed)
        if asking is None:
            asking = asyncio.ensure_future(self._ask(claimed, correlation_id))
            self._asking[claimed] = asking
            asking.add_done_callback(partial(self._answered, claimed))
        return await asyncio.shield(asking)

    def _answered(self, claimed: Caller, asking: asyncio.Future[Identity]) -> None:
        del self._asking[claimed]
        if not asking.cancelled():
            # Whoever asked may have gone; a failure that nobody waits for is none.
            asking.exception()

    async def _ask(self, claimed: Caller, correlation_id: UUID) -> Identity:
        while True:
            changed_at = self._changed_at.get(claimed.user_id)
            request = Identify(
                caller=claimed,
                correlation_id=correlation_id,
                min_position=changed_at,
                user_id=claimed.user_id,
            )
            identity = Identity.model_validate(await self._services.call("messaging", "identify", request))
            if self._changed_at.get(claimed.user_id) == changed_at:
                break
        self._known[claimed] = (identity, time.monotonic() + IDENTITY_SECONDS)
        if len(self._known) > CACHE_SIZE:
            self._known.popitem(last=False)
        return identity


class SignIn:
    """Turns an `Authorization` header into a session."""

    def __init__(self, tokens: Tokens, directory: Directory) -> None:
        self._tokens = tokens
        self._directory = directory

    def learn(self, user_id: UUID, position: int) -> None:
        """Take note that something about the user changed at that position of the log."""
        self._directory.learn(user_id, position)

    async def session(self, authorization: str | None, correlation_id: UUID) -> Session:
        """
        Return who asks.

        Raises Unauthenticated where no token can be trusted or its user is no member of the company, on the
        side, that it names; Forbidden where the user was deactivated.
        """
        claims = await self._tokens.verify(_bearer(authorization))
        if claims.role == "ops":
            caller = Caller(user_id=claims.user_id, company_id=None, role="ops", name=claims.subject)
            return Session(caller, correlation_id, None, claims.expires_at)
        identity = await self._member(claims, correlation_id)
        caller = Caller(
            user_id=identity.user_id, company_id=identity.company_id, role=identity.side, name=identity.name
        )
        return Session(caller, correlation_id, identity, claims.expires_at)

    async def _member(self, claims: Claims, correlation_id: UUID) -> Identity:
        claimed = Caller(user_id=claims.user_id, company_id=claims.company_id, role=claims.role)
        try:
            identity = await self._directory.look_up(claimed, correlation_id)
        except NotFound as error:
            raise _not_a_member() from error
        named = (claims.user_id, claims.company_id, claims.role)
        if (identity.user_id, identity.company_id, identity.side) != named:
            raise _not_a_member()
        if not identity.active:
            raise Forbidden(
                "user_deactivated", "This user was deactivated: ask your company's administrator."
            )
        return identity


def _not_a_member() -> Unauthenticated:
    return Unauthenticated(
        "not_a_member", "The token's user is not a member of the company, on the side, that it names."
    )


def _bearer(authorization: str | None) -> str:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Unauthenticated("token_missing", "Send an Authorization header with a bearer token.")
    return token.strip()

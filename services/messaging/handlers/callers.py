"""Who asks: what the gateway has verified of a caller, as the use cases need it."""

from uuid import UUID

from shared.contracts.rpc import Caller
from shared.errors import Forbidden


def actor(caller: Caller) -> str:
    """Return the caller as the envelope of events names it."""
    if caller.role == "ops":
        return f"ops:{caller.name or 'platform'}"
    return f"user:{caller.user_id}"


def require_operator(caller: Caller) -> None:
    """Raise Forbidden for everybody but the platform's own people."""
    if caller.role != "ops":
        raise Forbidden("operators_only", "Only operators of the platform may do this.")


def member(caller: Caller) -> tuple[UUID, UUID]:
    """Return user and company of a caller who acts for one. Raises Forbidden for operators."""
    if caller.role == "ops" or caller.user_id is None or caller.company_id is None:
        raise Forbidden("members_only", "Only users of the companies that take part may do this.")
    return caller.user_id, caller.company_id


def member_or_platform(caller: Caller) -> tuple[UUID, UUID] | None:
    """Return user and company of a caller who acts for one; None, for operators, is the platform."""
    return None if caller.role == "ops" else member(caller)


def tenant(caller: Caller) -> UUID | None:
    """Return the only company whose things the caller may see; None, for operators, is every company."""
    if caller.role == "ops":
        return None
    if caller.company_id is None:
        raise Forbidden("no_company", "This caller belongs to no company and sees nothing.")
    return caller.company_id

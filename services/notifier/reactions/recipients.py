"""Whether an e-mail may go to a user, as its history says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from shared.contracts.envelope import ERASED, RecordedEvent
from shared.contracts.messaging import (
    Side,
    UserActivated,
    UserAdded,
    UserDeactivated,
    UserDetailsChanged,
)
from shared.contracts.notifier import (
    AddressRestored,
    AddressSuppressed,
    MailCategory,
    MailKind,
    Preferences,
    PreferencesChanged,
    QuietHours,
)

Reach = Literal["reachable", "inactive", "off", "suppressed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A user as a recipient of e-mail."""

    active: bool
    address: str
    side: Side
    preferences: Preferences
    suppressed_address: str | None

    def reach(self, kind: MailKind, *, address: str | None = None) -> Reach:
        """Say whether an e-mail of that kind may go to the user (at that address, or else at its own)."""
        if not self.active or self.address == ERASED:
            return "inactive"
        if not getattr(self.preferences, category_of(kind, self.side)):
            return "off"
        return "suppressed" if (address or self.address) == self.suppressed_address else "reachable"


def category_of(kind: MailKind, side: Side) -> MailCategory:
    """Return what a user of that side switches off to get no more e-mails of that kind."""
    if kind == "chat":
        return "case_notifications" if side == "creditor" else "message_mail"
    return "case_notifications" if kind == "notice" else "todo_digest"


def standing_of(history: Iterable[RecordedEvent]) -> Standing:
    """Return what the events of a user, those of its choices among them, mean for e-mail."""
    active, address, side = False, ERASED, "creditor"
    preferences, suppressed = Preferences(), None
    for event in history:
        match event.data:
            case UserAdded(email=email, side=its_side):
                active, address, side = True, email, its_side
            case UserDetailsChanged(email=email):
                address = email
            case UserActivated():
                active = True
            case UserDeactivated():
                active = False
            case PreferencesChanged(preferences=chosen):
                preferences = chosen
            case AddressSuppressed(address=refused):
                suppressed = refused
            case AddressRestored():
                suppressed = None
            case _:
                pass
    return Standing(
        active=active,
        address=address,
        side="partner" if side == "partner" else "creditor",
        preferences=preferences,
        suppressed_address=suppressed,
    )


def quiet_until(hours: QuietHours | None, instant: datetime, zone: ZoneInfo) -> datetime | None:
    """Return when the quiet hours end that the instant lies in; None where it lies in none."""
    if hours is None:
        return None
    local = instant.astimezone(zone)
    wall_clock = local.time()
    overnight = hours.begin > hours.until
    quiet = (
        wall_clock >= hours.begin or wall_clock < hours.until
        if overnight
        else hours.begin <= wall_clock < hours.until
    )
    if not quiet:
        return None
    tomorrow = overnight and wall_clock >= hours.begin
    day = local.date() + timedelta(days=1) if tomorrow else local.date()
    return datetime.combine(day, hours.until, tzinfo=zone)

"""A user as a recipient: its choices, and the address that does not work."""

from dataclasses import dataclass, replace
from typing import assert_never
from uuid import UUID, uuid5

from services.notifier.commands import (
    PLATFORM,
    EndCategory,
    RecipientCommand,
    RestoreAddress,
    SetPreferences,
    SuppressAddress,
)
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.notifier import AddressRestored, AddressSuppressed, Preferences, PreferencesChanged
from shared.errors import Invalid, Poison

RECIPIENT_CATEGORY = "mail-recipient"
_NOTHING_CHOSEN = Preferences()


def recipient_stream(user_id: UUID) -> Stream:
    return Stream(RECIPIENT_CATEGORY, user_id)


@dataclass(frozen=True, slots=True)
class RecipientState:
    preferences: Preferences = _NOTHING_CHOSEN
    suppressed_address: str | None = None


def initial_recipient() -> RecipientState:
    return RecipientState()


def evolve_recipient(state: RecipientState, event: RecordedEvent) -> RecipientState:
    match event.data:
        case PreferencesChanged(preferences=preferences):
            return replace(state, preferences=preferences)
        case AddressSuppressed(address=address):
            return replace(state, suppressed_address=address)
        case AddressRestored():
            return replace(state, suppressed_address=None)
        case _:
            raise Poison(f"{event.type} does not belong in {event.stream}")


def decide_recipient(command: RecipientCommand, state: RecipientState) -> tuple[NewEvent, ...]:
    """
    Return what the command changes; nothing where it is so already.

    Raises Invalid for quiet hours that begin when they end.
    """
    match command:
        case SetPreferences():
            chosen = command.preferences.model_dump(include=set(command.fields))
            preferences = Preferences.model_validate({**state.preferences.model_dump(), **chosen})
            quiet = preferences.quiet_hours
            if quiet is not None and quiet.begin == quiet.until:
                raise Invalid(
                    "quiet_hours_empty",
                    "Quiet hours must end at another time than they begin. Send null for none.",
                    "quiet_hours",
                )
            return _chosen(command, preferences, state, by_link=False)
        case EndCategory(category=category):
            preferences = state.preferences.model_copy(update={category: False})
            return _chosen(command, preferences, state, by_link=True)
        case SuppressAddress(address=address, mail_id=mail_id):
            if state.suppressed_address == address:
                return ()
            data = AddressSuppressed(
                user_id=command.user_id, company_id=command.company_id, address=address, mail_id=mail_id
            )
            return (_event(command, data, uuid5(mail_id, "suppressed"), actor=PLATFORM, cause=mail_id),)
        case RestoreAddress(correlation_id=cause):
            if state.suppressed_address is None:
                return ()
            restored = AddressRestored(user_id=command.user_id, company_id=command.company_id)
            return (_event(command, restored, uuid5(cause, "restored"), actor=command.operator, cause=cause),)
        case _:
            assert_never(command)


def _chosen(
    command: SetPreferences | EndCategory, preferences: Preferences, state: RecipientState, *, by_link: bool
) -> tuple[NewEvent, ...]:
    if preferences == state.preferences:
        return ()
    changed = PreferencesChanged(
        user_id=command.user_id, company_id=command.company_id, preferences=preferences, by_link=by_link
    )
    cause = command.correlation_id
    event_id = uuid5(cause, f"preferences:{command.user_id}")
    return (_event(command, changed, event_id, actor=f"user:{command.user_id}", cause=cause),)


def _event(
    command: RecipientCommand, data: EventData, event_id: UUID, *, actor: str, cause: UUID
) -> NewEvent:
    return NewEvent(
        id=event_id,
        data=data,
        time=command.now,
        actor=actor,
        audience=frozenset({command.company_id}),
        subject=f"user:{command.user_id}",
        correlation_id=cause,
    )

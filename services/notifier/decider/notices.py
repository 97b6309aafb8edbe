"""Which notices a user has read."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from services.notifier.commands import MarkRead
from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.contracts.notifier import NotificationsRead
from shared.errors import Poison

NOTICE_CATEGORY = "notice"
NOTICE_READS_CATEGORY = "notice-reads"


def notice_stream(notification_id: UUID) -> Stream:
    return Stream(NOTICE_CATEGORY, notification_id)


@dataclass(frozen=True, slots=True)
class ReadState:
    """What was read: all up to a position, and some after it."""

    up_to_position: int = 0
    notification_ids: frozenset[UUID] = frozenset()


def initial_reads() -> ReadState:
    return ReadState()


def evolve_reads(state: ReadState, event: RecordedEvent) -> ReadState:
    match event.data:
        case NotificationsRead(notification_ids=ids, up_to_position=position):
            return ReadState(max(state.up_to_position, position), state.notification_ids | frozenset(ids))
        case _:
            raise Poison(f"{event.type} does not belong in {event.stream}")


def decide_reads(command: MarkRead, state: ReadState) -> tuple[NewEvent, ...]:
    """Return what was read anew; nothing where all of it was."""
    ids = command.notification_ids - state.notification_ids
    if not ids and command.up_to_position <= state.up_to_position:
        return ()
    data = NotificationsRead(
        user_id=command.user_id,
        company_id=command.company_id,
        notification_ids=tuple(sorted(ids)),
        up_to_position=command.up_to_position,
    )
    return (
        NewEvent(
            id=uuid5(command.correlation_id, f"notifications-read:{command.user_id}"),
            data=data,
            time=command.now,
            actor=f"user:{command.user_id}",
            audience=frozenset({command.company_id}),
            correlation_id=command.correlation_id,
        ),
    )

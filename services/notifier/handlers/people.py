"""Who e-mail may still go to, asked of the log itself: tables may not know yet who left or was erased."""

from collections.abc import Collection
from uuid import UUID

from services.notifier import reactions
from shared.contracts.envelope import RecordedEvent, Stream
from shared.eventlog.protocol import EventLog


def reachable(log: EventLog, user_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return those of the users whom e-mail can reach as of now."""
    histories: dict[UUID, list[RecordedEvent]] = {user_id: [] for user_id in user_ids}
    for event in log.read_streams({Stream("user", user_id): 0 for user_id in user_ids}):
        histories[event.stream.id].append(event)
    return frozenset(user_id for user_id, history in histories.items() if reactions.is_reachable(history))

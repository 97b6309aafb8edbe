"""Who e-mail may go to, asked of the log itself: tables may not know yet who left or wants none any more."""

from collections.abc import Collection
from uuid import UUID

from services.notifier import decider, reactions
from services.notifier.reactions import Standing
from shared.contracts.envelope import RecordedEvent, Stream
from shared.contracts.messaging import UserAdded
from shared.errors import NotFound
from shared.eventlog.protocol import EventLog


def standings(log: EventLog, user_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """Return these users as recipients of e-mail as of now, unknown ones as inactive."""
    histories: dict[UUID, list[RecordedEvent]] = {user_id: [] for user_id in user_ids}
    streams = [
        stream
        for user_id in histories
        for stream in (Stream("user", user_id), decider.recipient_stream(user_id))
    ]
    for event in log.read_streams(dict.fromkeys(streams, 0)):
        histories[event.stream.id].append(event)
    return {user_id: reactions.standing_of(history) for user_id, history in histories.items()}


def company_of(log: EventLog, user_id: UUID) -> UUID:
    """Return the company that the user works for. Raises NotFound."""
    for event in log.read_stream(Stream("user", user_id)):
        if isinstance(event.data, UserAdded):
            return event.data.company_id
    raise NotFound("user_not_found", "There is no such user.")

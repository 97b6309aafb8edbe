"""Threads as ai_resolver reads them from the log."""

from collections.abc import Iterable

from services.ai_resolver.decider.bursts import Message
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import MessagePosted

THREAD = "thread"
# So many versions of a thread before what is judged are read for what was said before.
LOOK_BACK = 16


def messages_of(events: Iterable[RecordedEvent]) -> list[Message]:
    """Return the messages among the events; one that asks for no reply counts as a note of the platform."""
    return [
        Message(
            id=event.data.message_id,
            version=event.version,
            role=event.data.role if event.data.expects_reply else "platform",
            body=event.data.body,
            attachments=tuple(each.file_name for each in event.data.attachments),
            time=event.time,
        )
        for event in events
        if isinstance(event.data, MessagePosted)
    ]

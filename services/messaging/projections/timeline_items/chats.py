"""Messages, and chats that end."""

from services.messaging.projections.timeline_items.item import Item, Items
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    MessagePosted,
    ThreadClosed,
)


def _message(_: RecordedEvent, data: MessagePosted) -> Item | None:
    if data.case_id is None:
        return None
    return Item(
        id=data.message_id,
        case_id=data.case_id,
        type="message",
        title="Message",
        description=data.body,
        author_id=data.author_id,
        author_name=data.author_name,
        data={
            "message_id": str(data.message_id),
            "thread_id": str(data.thread_id),
            "thread_kind": data.thread_kind,
            "role": data.role,
            "attachments": [attachment.model_dump(mode="json") for attachment in data.attachments],
        },
    )


def _chat_closed(event: RecordedEvent, data: ThreadClosed) -> Item | None:
    if data.case_id is None:
        return None
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="chat_closed",
        title="Chat closed",
        data={"thread_id": str(data.thread_id), "reason": data.reason},
    )


ITEMS: Items = {
    MessagePosted: _message,
    ThreadClosed: _chat_closed,
}

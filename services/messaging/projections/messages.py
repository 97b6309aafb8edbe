"""A message, its item on the timeline, its place before the indexer: one statement, as most work is this."""

from pydantic_core import to_json

from services.messaging.places import place
from services.messaging.projections.statements import Execute
from services.messaging.projections.timeline import actor_of
from services.messaging.projections.timeline_items import ITEMS, Item
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import MessagePosted


def project(event: RecordedEvent, execute: Execute) -> None:
    """Write what a message changes; doing it again changes nothing."""
    match event.data:
        case MessagePosted() as data:
            item = ITEMS[MessagePosted](event, data)
            if isinstance(item, Item):
                execute("add_message_of_case", **_message(event, data), **_item(event, item))
            else:
                execute("add_message", **_message(event, data))
        case _:
            pass


# JSON and arrays go as the text that PostgreSQL reads them from: psycopg takes longer to adapt them than for
# the rest of the statement.


def _message(event: RecordedEvent, data: MessagePosted) -> dict[str, object]:
    return {
        "id": data.message_id,
        "thread_id": data.thread_id,
        "version": event.version,
        "client_message_id": data.client_message_id,
        "role": data.role,
        "author_id": data.author_id,
        "author_name": data.author_name,
        "author_company_id": data.author_company_id,
        "body": data.body,
        "attachments": to_json(data.attachments).decode(),
        "created_at": event.time,
        "place": place(event.time, event.position),
    }


def _item(event: RecordedEvent, item: Item) -> dict[str, object]:
    kind, user_id = actor_of(event, item)
    return {
        "case_id": item.case_id,
        "type": item.type,
        "position": event.position,
        "title": item.title,
        "actor_kind": kind,
        "actor_user_id": user_id,
        "data": to_json(item.data).decode(),
        "audience": "{" + ",".join(map(str, event.audience)) + "}",
    }

"""Files of the case."""

from services.messaging.projections.timeline_items.item import Item, Items
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    FileDeleted,
    FileUploaded,
)


def _file_added(_: RecordedEvent, data: FileUploaded) -> Item | None:
    # What belongs to a thread stands in the item of the message that brings it.
    if data.case_id is None or data.context != "case":
        return None
    return Item(
        id=data.file_id,
        case_id=data.case_id,
        type="file_added",
        title=f"File added: {data.file_name}",
        description=data.description,
        author_id=data.uploader_id,
        author_name=data.uploader_name,
        data={
            "file_id": str(data.file_id),
            "file_name": data.file_name,
            "content_type": data.content_type,
            "size": data.size,
            "document_type": data.document_type,
        },
    )


def _file_deleted(event: RecordedEvent, data: FileDeleted) -> Item | None:
    if data.case_id is None:
        return None
    return Item(
        id=event.id,
        case_id=data.case_id,
        type="file_deleted",
        title="File deleted",
        author_id=data.deleted_by_id,
        data={"file_id": str(data.file_id)},
    )


ITEMS: Items = {
    FileDeleted: _file_deleted,
    FileUploaded: _file_added,
}

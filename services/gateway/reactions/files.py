"""Files."""

from datetime import datetime
from uuid import UUID

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import messaging
from shared.contracts.envelope import RecordedEvent
from shared.contracts.rpc import Shape


class FileNotice(Shape):
    """A file that can be seen from now on; by `message_id` where a message brought it."""

    id: UUID
    context: messaging.FileContext
    case_id: UUID | None
    thread_id: UUID | None
    partnership_id: UUID | None
    message_id: UUID | None
    file_name: str
    content_type: str
    size: int
    document_type: messaging.DocumentType
    uploader_role: messaging.SenderRole
    uploader_company_id: UUID | None
    created_at: datetime


class FileDeletedNotice(Shape):
    """A file is gone."""

    id: UUID
    case_id: UUID | None
    thread_id: UUID | None
    partnership_id: UUID | None


def _file_uploaded(event: RecordedEvent, data: messaging.FileUploaded) -> LiveEvent | None:
    if data.context == "thread":
        # Its uploader's alone until a message brings it.
        return None
    return _file_added(event, data, context=data.context, message_id=None)


def _file_attached(event: RecordedEvent, data: messaging.FileAttached) -> LiveEvent:
    return _file_added(event, data, context="thread", message_id=data.message_id)


def _file_added(
    event: RecordedEvent,
    data: messaging.FileUploaded | messaging.FileAttached,
    *,
    context: messaging.FileContext,
    message_id: UUID | None,
) -> LiveEvent:
    return LiveEvent(
        "file.added",
        FileNotice(
            id=data.file_id,
            context=context,
            case_id=data.case_id,
            thread_id=data.thread_id,
            partnership_id=data.partnership_id,
            message_id=message_id,
            file_name=data.file_name,
            content_type=data.content_type,
            size=data.size,
            document_type=data.document_type,
            uploader_role=data.uploader_role,
            uploader_company_id=data.uploader_company_id,
            created_at=utc(event.time),
        ),
    )


def _file_deleted(_: RecordedEvent, data: messaging.FileDeleted) -> LiveEvent:
    notice = FileDeletedNotice(
        id=data.file_id,
        case_id=data.case_id,
        thread_id=data.thread_id,
        partnership_id=data.partnership_id,
    )
    return LiveEvent("file.deleted", notice)


REACTIONS: Reactions = {
    messaging.FileAttached: _file_attached,
    messaging.FileDeleted: _file_deleted,
    messaging.FileUploaded: _file_uploaded,
}

"""Notices in the portal."""

from datetime import datetime
from uuid import UUID

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import notifier
from shared.contracts.envelope import RecordedEvent
from shared.contracts.rpc import Shape


class NotificationNotice(Shape):
    """A notice in the portal; its sentence, in the reader's language, is in `GET /notifications`."""

    id: UUID
    kind: notifier.NoticeKind
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    facts: dict[str, str]
    created_at: datetime
    read: bool


def _notification_added(event: RecordedEvent, data: notifier.NotificationAdded) -> LiveEvent:
    return LiveEvent(
        "notification.added",
        NotificationNotice(
            id=data.notification_id,
            kind=data.kind,
            case_id=data.case_id,
            case_reference=data.case_reference,
            thread_id=data.thread_id,
            facts=data.facts,
            created_at=utc(event.time),
            read=False,
        ),
    )


REACTIONS: Reactions = {
    notifier.NotificationAdded: _notification_added,
}

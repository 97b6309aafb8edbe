"""Threads and what is said in them."""

from datetime import datetime
from uuid import UUID

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import messaging
from shared.contracts.envelope import RecordedEvent
from shared.contracts.rpc import Shape


class ThreadParty(Shape):
    """A participant; the event does not tell its name."""

    company_id: UUID
    role: messaging.SenderRole


class ThreadNotice(Shape):
    """A new thread, as its event tells it: nobody has written yet."""

    id: UUID
    kind: messaging.ThreadKind
    case_id: UUID | None
    partnership_id: UUID | None
    lead_id: UUID | None
    writable: bool
    participants: tuple[ThreadParty, ...]
    last_message_at: datetime | None
    unread_count: int


class ThreadPartyNotice(Shape):
    """A company takes part in the thread from now on, or no longer."""

    id: UUID
    case_id: UUID | None
    participant: ThreadParty


class ThreadClosedNotice(Shape):
    """Nobody may write to the thread any more."""

    id: UUID
    case_id: UUID | None
    writable: bool
    reason: str


class ThreadReadNotice(Shape):
    """A user of `company_id` has read the thread up to a message."""

    thread_id: UUID
    case_id: UUID | None
    user_id: UUID
    company_id: UUID
    up_to_message_id: UUID
    read_at: datetime


def _message_posted(event: RecordedEvent, data: messaging.MessagePosted) -> LiveEvent:
    author = None
    if data.author_id and data.author_company_id and data.author_name is not None:
        author = messaging.AuthorRef(
            id=data.author_id, name=data.author_name, company_id=data.author_company_id
        )
    return LiveEvent(
        "message.posted",
        messaging.MessageView(
            id=data.message_id,
            thread_id=data.thread_id,
            client_message_id=data.client_message_id,
            role=data.role,
            author=author,
            body=data.body,
            attachments=tuple(messaging.AttachmentView.of(each) for each in data.attachments),
            created_at=utc(event.time),
            seen=False,
        ),
    )


def _thread_read(event: RecordedEvent, data: messaging.ThreadRead) -> LiveEvent:
    return LiveEvent(
        "thread.read",
        ThreadReadNotice(
            thread_id=data.thread_id,
            case_id=data.case_id,
            user_id=data.user_id,
            company_id=data.company_id,
            up_to_message_id=data.up_to_message_id,
            read_at=utc(event.time),
        ),
    )


def _thread_opened(_: RecordedEvent, data: messaging.ThreadOpened) -> LiveEvent:
    return LiveEvent(
        "thread.opened",
        ThreadNotice(
            id=data.thread_id,
            kind=data.kind,
            case_id=data.case_id,
            partnership_id=data.partnership_id,
            lead_id=data.lead_id,
            writable=True,
            participants=tuple(
                ThreadParty(company_id=party.company_id, role=party.role) for party in data.participants
            ),
            last_message_at=None,
            unread_count=0,
        ),
    )


def _thread_closed(_: RecordedEvent, data: messaging.ThreadClosed) -> LiveEvent:
    notice = ThreadClosedNotice(id=data.thread_id, case_id=data.case_id, writable=False, reason=data.reason)
    return LiveEvent("thread.closed", notice)


def _participant(
    _: RecordedEvent, data: messaging.ParticipantJoined | messaging.ParticipantLeft
) -> LiveEvent:
    joined = isinstance(data, messaging.ParticipantJoined)
    party = ThreadParty(company_id=data.participant.company_id, role=data.participant.role)
    notice = ThreadPartyNotice(id=data.thread_id, case_id=data.case_id, participant=party)
    return LiveEvent("thread.joined" if joined else "thread.left", notice)


REACTIONS: Reactions = {
    messaging.MessagePosted: _message_posted,
    messaging.ParticipantJoined: _participant,
    messaging.ParticipantLeft: _participant,
    messaging.ThreadClosed: _thread_closed,
    messaging.ThreadOpened: _thread_opened,
    messaging.ThreadRead: _thread_read,
}

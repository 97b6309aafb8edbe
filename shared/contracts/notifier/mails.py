"""E-mails: what was decided about a burst of messages, and what became of each e-mail. Events."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import EventData, PersonalText
from shared.contracts.messaging import Value

EXCHANGE_SOURCE = "notifier"

BurstOutcome = Literal["mailed", "read", "inactive", "off", "suppressed"]
MailKind = Literal["chat", "daily_summary", "weekly_overdue", "creditor_overdue", "notice"]


class PlannedMail(Value):
    """One e-mail that was decided on: to whom, and the messages of the burst that this user had not read."""

    mail_id: UUID
    user_id: UUID
    message_ids: tuple[UUID, ...]


class ChatMailDecided(EventData):
    """
    A burst in a thread ended and it was decided which users of a company are mailed, in `mail-burst-<uuid5>`.

    `through_version` is the thread-stream version of the last message considered: the next burst starts after
    it. `recipients` names every user of the company; `mails` has one entry per user that is `mailed`.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    burst_id: UUID
    thread_id: UUID
    case_id: UUID | None
    case_reference: str | None
    company_id: UUID
    through_version: int
    recipients: dict[UUID, BurstOutcome]
    mails: tuple[PlannedMail, ...]


class EventRef(Value):
    """Where an event stands in the log."""

    category: str
    stream_id: UUID
    event_id: UUID


class MailScheduled(EventData):
    """
    One e-mail to one user is to be sent, in `mail-<id>`. Subject: the user.

    One about messages quotes those named; any other tells of the event `about`, which it was scheduled for.
    `message_id_header` is the Message-ID, made from `mail_id` alone; `references` name the roots of the
    conversation that it belongs to, the nearest last.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    mail_id: UUID
    kind: MailKind
    company_id: UUID
    user_id: UUID
    address: PersonalText
    recipient_name: PersonalText
    locale: str
    time_zone: str
    thread_id: UUID | None
    case_id: UUID | None
    case_reference: str | None
    message_id_header: str
    references: tuple[str, ...]
    message_ids: tuple[UUID, ...] = ()
    about: EventRef | None = None


class MailSent(EventData):
    """The mail server has taken the mail."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    mail_id: UUID
    attempt: int


class MailFailed(EventData):
    """
    The mail will not be sent: the server refused it for good or for too long, or it could not be written.

    `reason` is a code for programs, with details after a colon; it names no person.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    mail_id: UUID
    attempt: int
    reason: str


class MailAttemptAmbiguous(EventData):
    """An attempt was cut off when the server may have had the mail; it is sent again, byte for byte."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    mail_id: UUID
    attempt: int

"""Events that notifier publishes."""

from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import EventData, PersonalText


class ChatMailDecided(EventData):
    """
    A burst in a thread ended and it was decided which users of a company are mailed, in `mail-burst-<uuid5>`.

    `through_version` is the thread-stream version of the last message considered: the next burst starts
    after it.
    """

    SOURCE: ClassVar[str] = "notifier"
    burst_id: UUID
    thread_id: UUID
    case_id: UUID | None
    case_reference: str | None
    company_id: UUID
    through_version: int
    mail_ids: tuple[UUID, ...]
    recipients: dict[UUID, Literal["mailed", "read", "inactive"]]


class MailScheduled(EventData):
    """
    One e-mail to one user is to be sent, in `mail-<id>`; it quotes the messages named. Subject: the user.

    `message_id_header` is the Message-ID, made from `mail_id` alone; `references` name the thread's root.
    """

    SOURCE: ClassVar[str] = "notifier"
    mail_id: UUID
    kind: Literal["chat"]
    company_id: UUID
    user_id: UUID
    address: PersonalText
    recipient_name: PersonalText
    locale: str
    time_zone: str
    thread_id: UUID
    case_id: UUID | None
    case_reference: str | None
    message_id_header: str
    references: tuple[str, ...]
    message_ids: tuple[UUID, ...]


class MailSent(EventData):
    SOURCE: ClassVar[str] = "notifier"
    mail_id: UUID
    attempt: int


class MailFailed(EventData):
    """The mail will not be sent: the server refused it for good, or it could not be rendered."""

    SOURCE: ClassVar[str] = "notifier"
    mail_id: UUID
    attempt: int
    reason: str


class MailAttemptAmbiguous(EventData):
    """
    An attempt was cut off after the content may have been handed over; the mail is sent again, byte for byte.
    """

    SOURCE: ClassVar[str] = "notifier"
    mail_id: UUID
    attempt: int

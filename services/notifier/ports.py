"""What notifier needs of the outside world."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from shared.contracts.notifier import DigestKind, MailCategory, NoticeKind, TaskLine
from shared.errors import ParleyError, Retryable

# --- writing ---


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotedMessage:
    """A message as an e-mail quotes it."""

    id: UUID
    author_name: str
    company_name: str
    body: str
    posted_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """
    What every e-mail says of itself; whatever users wrote is as they wrote it.

    `locale` and `time_zone` are the reader's. `references` are the roots of its conversation, the nearest
    last. `category` is what the reader switches off to get no more of its kind.
    """

    mail_id: UUID
    user_id: UUID
    address: str
    recipient_name: str
    locale: str
    time_zone: str
    message_id_header: str
    references: tuple[str, ...]
    date: datetime
    category: MailCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMail(Letter):
    """
    An e-mail about messages.

    `message_ids` are those it tells of, `messages` the newest of these, which it quotes; both oldest first.
    """

    thread_id: UUID
    case_reference: str | None
    message_ids: tuple[UUID, ...]
    messages: tuple[QuotedMessage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestMail(Letter):
    """A summary or reminder of tasks: the first of them, and how many there are."""

    kind: DigestKind
    local_date: date
    tasks: tuple[TaskLine, ...]
    task_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeMail(Letter):
    """An e-mail about something that happened; `words` is what somebody wrote about it, as it was written."""

    kind: NoticeKind
    case_id: UUID | None
    case_reference: str | None
    facts: Mapping[str, str]
    words: str | None


Mail = ChatMail | DigestMail | NoticeMail


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenMail:
    """
    An e-mail as it goes over the wire, RFC 5322 bytes, with its envelope.

    It never changes again once it may have been handed over.
    """

    sender: str
    recipient: str
    content: bytes


class RenderingFailed(ParleyError):
    """The e-mail cannot be written as it is: its template, its data or its address is broken."""


class Renderer(Protocol):
    def render(self, mail: Mail) -> FrozenMail:
        """Return the bytes of the e-mail, the same for the same mail. Raises RenderingFailed. Does no I/O."""
        ...


# --- sending ---


class MailRefused(ParleyError):
    """The mail server refused this e-mail for good: it is not tried again."""


class AddressRefused(MailRefused):
    """The mail server refused the recipient's address for good: it takes nothing for it."""


class MailDeferred(Retryable):
    """The mail server did not take this e-mail now: try it again later."""


class AddressDeferred(MailDeferred):
    """The mail server takes nothing for the recipient's address now, as where its mailbox is full."""


class MailUncertain(Retryable):
    """The content was handed over and no answer came: the server may or may not have taken the e-mail."""


class TransportUnavailable(Retryable):
    """The mail server cannot be used now, whichever the e-mail; nothing was handed over."""


class TransportMisconfigured(TransportUnavailable):
    """The mail server wants something that the settings do not give it, such as other credentials."""


class SenderRefused(TransportMisconfigured):
    """The mail server takes no e-mail from our sender address, whoever the recipient."""


class Transport(Protocol):
    """One sender's way to the mail server; not to be shared between threads."""

    def send(self, mail: FrozenMail, *, before_data: Callable[[], None]) -> None:
        """
        Return when the server has taken the e-mail.

        `before_data` is called once the server has agreed to sender and recipient, right before the content
        is offered; what it raises ends the attempt with nothing handed over. Every step has a time limit.
        Raises MailRefused, MailDeferred, MailUncertain, TransportUnavailable.
        """
        ...

    def close(self) -> None:
        """Give the connection back; the next `send` opens a new one."""
        ...


# --- who sends what ---


class ClaimLost(Retryable):
    """The claim on an e-mail is gone: somebody else may be sending it, so this sender must not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """An e-mail that is due, as its claimer finds it: `age` old, tried `tries` times without success."""

    mail_id: UUID
    tries: int
    age: timedelta
    frozen: FrozenMail | None
    open_attempt: int | None


class Claim(Protocol):
    """
    The right to work on one e-mail, held by a row lock in an open transaction.

    It has no time limit: a frozen process keeps it, a dead one loses it. What is said to be durable is a
    commit of its own that outlives the claim. Every method raises ClaimLost where the claim is gone.
    """

    @property
    def work(self) -> Work: ...

    def verify(self) -> None:
        """Return if the claim still holds, asking the database."""
        ...

    def open_attempt(self, attempt: int) -> None:
        """Note durably that the content is about to be handed over."""
        ...

    def close_attempt(self, attempt: int) -> None:
        """Note durably that the attempt is in the log, or that nothing was handed over."""
        ...

    def finish(self) -> None:
        """Forget the e-mail and its bytes, with the end of the block: its outcome is in the log."""
        ...

    def postpone(self, delay: timedelta) -> None:
        """Count the try and leave the e-mail alone for `delay` of real time."""
        ...

    def hold(self, delay: timedelta) -> None:
        """Leave the e-mail alone for `delay` of real time: it is not its hour."""
        ...


class Deliveries(Protocol):
    """The e-mails that are still to be sent. Work state: it survives a rebuild of the read model."""

    def claim(self, most: int) -> AbstractContextManager[Sequence[Claim]]:
        """
        Claim e-mails that are due and nobody else works on, at most so many; none if there are none.

        The claims are held in one transaction and end with the block. After an exception in the block only
        the durable notes stay.
        """
        ...

    def freeze(self, mails: Sequence[tuple[Claim, FrozenMail]]) -> list[FrozenMail]:
        """
        Keep the e-mails durably before an attempt, each in place of what its claim found frozen.

        Only for e-mails that cannot have been handed over, and claims that were made here. Returns what is
        kept of each: where another claimer was quicker, what that one gave. Raises ClaimLost.
        """
        ...

    def close(self) -> None:
        """Give back the connection that claims are held on."""
        ...

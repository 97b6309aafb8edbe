"""What a user wants to be told by e-mail, and whether its address works: events and RPC."""

from datetime import time
from typing import ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import EventData, PersonalText
from shared.contracts.messaging import Value
from shared.contracts.notifier.mails import EXCHANGE_SOURCE
from shared.contracts.rpc import Query, Request, Shape

Language = Literal["en", "de", "da"]
MailCategory = Literal["case_notifications", "todo_digest", "message_mail"]


class QuietHours(Value):
    """When no e-mail goes out, on the user's clocks; `until` may be on the next day."""

    begin: time
    until: time


class Preferences(Value):
    """
    A user's choices.

    `case_notifications` are e-mails about cases, a creditor's about messages included; `todo_digest` are
    summaries and reminders of tasks; `message_mail` are a partner's e-mails about messages. Without a
    `locale` the company's is used.
    """

    case_notifications: bool = True
    todo_digest: bool = True
    message_mail: bool = False
    quiet_hours: QuietHours | None = None
    locale: Language | None = None


# --- events: mail-recipient-<user id>; subject user:<id> ---


class PreferencesChanged(EventData):
    """The user's choices are these from now on; `by_link` says that it followed the link of an e-mail."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID
    preferences: Preferences
    by_link: bool = False


class AddressSuppressed(EventData):
    """
    The mail server refused the user's address for good, or for days: nothing is sent there until it is
    restored.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID
    address: PersonalText
    mail_id: UUID


class AddressRestored(EventData):
    """An operator knows that the user's address works again."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    user_id: UUID
    company_id: UUID


# --- RPC ---


class PreferencesView(Shape):
    """A user's choices; `address_works` is false once its mail server refused the address for good."""

    case_notifications: bool
    todo_digest: bool
    message_mail: bool
    quiet_hours: QuietHours | None
    locale: Language | None
    address_works: bool


class ChangedPreferences(Shape):
    preferences: PreferencesView
    position: int


class UnsubscribeView(Shape):
    """What a link in an e-mail ends: `category`, in the reader's `language`."""

    category: MailCategory
    language: Language


class GetPreferences(Query):
    """`get_preferences`: answers PreferencesView of the caller."""


class ChangePreferences(Request):
    """`change_preferences`: answers ChangedPreferences; of `preferences` only the `fields` named count."""

    preferences: Preferences
    fields: tuple[str, ...]


class LookAtUnsubscribe(Request):
    """`look_at_unsubscribe`: answers UnsubscribeView and changes nothing. Whoever has the link may ask."""

    token: str


class Unsubscribe(Request):
    """`unsubscribe`: answers UnsubscribeView; ends the e-mails of the category. Repeat it freely."""

    token: str

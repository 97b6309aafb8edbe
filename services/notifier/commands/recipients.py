"""What a user wants to be told by e-mail, and whether its address works."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.contracts.notifier import MailCategory, Preferences


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPreferences:
    """The user chooses anew; of `preferences` only the `fields` named count."""

    user_id: UUID
    company_id: UUID
    preferences: Preferences
    fields: frozenset[str]
    correlation_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EndCategory:
    """The user followed the unsubscribe link of an e-mail."""

    user_id: UUID
    company_id: UUID
    category: MailCategory
    correlation_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SuppressAddress:
    """The mail server refused the address for good when the e-mail was handed over."""

    user_id: UUID
    company_id: UUID
    address: str
    mail_id: UUID
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreAddress:
    """An operator says that the address works again."""

    user_id: UUID
    company_id: UUID
    correlation_id: UUID
    operator: str
    now: datetime


RecipientCommand = SetPreferences | EndCategory | SuppressAddress | RestoreAddress

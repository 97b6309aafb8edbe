"""What well-formed input is, whatever the state: each function returns its input or raises Invalid."""

import re
import unicodedata
import zoneinfo
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from importlib import resources

from shared.contracts.messaging import (
    FILE_DESCRIPTION_MAX_CHARACTERS,
    FILE_MAX_BYTES,
    MESSAGE_MAX_CHARACTERS,
)
from shared.errors import Invalid

NAME_MAX_CHARACTERS = 200
CLIENT_MESSAGE_ID_MAX_CHARACTERS = 200
_EMAIL_MAX_CHARACTERS = 254
_AMOUNT_MAX_DECIMALS = 3
_AMOUNT_MAX_DIGITS = 18

_UNPRINTABLE = frozenset(
    {"Cc", "Cs", "Zl", "Zp"}
)  # control characters, lone surrogates, line and paragraph breaks
_LOCALE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_SUBDIVISION = re.compile(r"[A-Z0-9]{1,3}")
_PHONE_NUMBER = re.compile(r"[0-9+()./#*x -]{1,50}")
EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_CURRENCY = re.compile(r"[A-Z]{3}")
_EMAIL = re.compile(r"[^\s@,;:<>()\[\]\\\"]+@[^\s@,;:<>()\[\]\\\".]+(\.[^\s@,;:<>()\[\]\\\".]+)+")

CLOSE_CODES = frozenset(
    {
        "Paid",
        "Partially paid",
        "Case never started",
        "Case never started - Internal",
        "Invalid Case Data",
        "Debtor Insolvent/Bankrupt",
        "Debtor Untraceable",
        "Statute of Limitations Expired",
        "Withdrawn by Client",
        "Disputed \N{EN DASH} Legal Action Declined by Client",
        "Settlement Rejected by Client",
        "Unresponsive Client",
        "Pre-Legal Exhausted \N{EN DASH} No Payment",
        "Uneconomical to Pursue",
        "No Quotes Received",
        "Quotes Expired \N{EN DASH} Not Accepted",
        "Other",
    }
)
OTHER_CLOSE_CODE = "Other"


def message_body(body: str) -> str:
    """Return the body of a message as its author wrote it: 1 to 10 000 characters, some of them visible."""
    if not any(_is_seen(character) for character in body):
        raise Invalid("body_blank", "Write something: the message is empty.", "body")
    if len(body) > MESSAGE_MAX_CHARACTERS:
        raise Invalid(
            "body_too_long",
            f"A message has at most {MESSAGE_MAX_CHARACTERS} characters, this one has {len(body)}.",
            "body",
        )
    return _storable(body, "body")


def text(value: str, field: str, most: int) -> str:
    """Return what somebody has written, of several lines perhaps: not blank, at most so many characters."""
    if not any(_is_seen(character) for character in value):
        raise Invalid("text_blank", "Write something, or leave it out.", field)
    if len(value) > most:
        raise Invalid("text_too_long", f"Write at most {most} characters.", field)
    return _storable(value, field)


def _is_seen(character: str) -> bool:
    # "Cf" are the characters without a shape of their own, such as the zero-width space.
    return not character.isspace() and unicodedata.category(character) != "Cf"


def client_message_id(value: str) -> str:
    """Return the id that a client chose for its message: 1 to 200 printable characters."""
    return client_id(value, "client_message_id")


def client_id(value: str, field: str) -> str:
    """Return the id that a client chose for something of its own: 1 to 200 printable characters."""
    if not 1 <= len(value) <= CLIENT_MESSAGE_ID_MAX_CHARACTERS or not value.isprintable():
        raise Invalid(
            f"{field}_malformed", f"Give 1 to {CLIENT_MESSAGE_ID_MAX_CHARACTERS} printable characters.", field
        )
    return value


def title(value: str) -> str:
    """Return a title: 1 to 200 characters on one line, some of them visible."""
    if not any(_is_seen(character) for character in value):
        raise Invalid("title_required", "Give a title: it is what the others see first.", "title")
    return name(value, "title")


def phone_number(value: str, field: str) -> str:
    """Return a number as somebody dialled it; whether it exists nobody can tell."""
    if not _PHONE_NUMBER.fullmatch(value) or not any(character.isdigit() for character in value):
        raise Invalid(
            "phone_number_malformed", "Give a number of up to 50 characters such as +45 70 10 20 30.", field
        )
    return value


def past(value: datetime, field: str, now: datetime) -> datetime:
    """Return a moment that is over, and not absurdly long so."""
    if value > now:
        raise Invalid(
            f"{field}_in_future", "Give a moment that has passed: this one is in the future.", field
        )
    if value < EARLIEST:
        raise Invalid(f"{field}_too_early", "Give a moment after the year 1900.", field)
    return value


def name(value: str, field: str) -> str:
    """Return a name or reference: 1 to 200 characters, not blank, all on one line."""
    if not 1 <= len(value) <= NAME_MAX_CHARACTERS or value.isspace():
        raise Invalid("name_length", f"Give 1 to {NAME_MAX_CHARACTERS} characters, not only spaces.", field)
    if not value.isascii() or not value.isprintable():
        for character in value:
            if unicodedata.category(character) in _UNPRINTABLE:
                raise Invalid("name_unprintable", "Leave out control characters and line breaks.", field)
    return value


def email(value: str) -> str:
    """Return an address that a mail server could take; whether anybody reads there nobody can tell."""
    local, _, domain = value.rpartition("@")
    plausible = _EMAIL.fullmatch(value) and value.isprintable() and not domain.startswith("-")
    if not plausible or len(value) > _EMAIL_MAX_CHARACTERS:
        raise Invalid("email_malformed", "Give one e-mail address such as anna@nordvik.example.", "email")
    if not local.isascii():
        # Only servers that know SMTPUTF8 take it; of a domain every server takes the ASCII form.
        raise Invalid(
            "email_not_ascii",
            "Use plain ASCII in the part before the @: an address such as jörg@… cannot be mailed.",
            "email",
        )
    return value


def country(value: str) -> str:
    """Return an ISO 3166-1 alpha-2 code."""
    if value not in _countries():
        raise Invalid(
            "country_unknown", "Give an ISO 3166-1 code of two capital letters such as DK.", "country"
        )
    return value


def subdivision(value: str | None) -> str | None:
    """Return the part after the dash of an ISO 3166-2 code, or None."""
    if value is not None and not _SUBDIVISION.fullmatch(value):
        raise Invalid(
            "subdivision_malformed",
            "Give what follows the dash of an ISO 3166-2 code such as BY.",
            "subdivision",
        )
    return value


def time_zone(value: str) -> str:
    """Return an IANA name."""
    if value not in _time_zones():
        raise Invalid("time_zone_unknown", "Give an IANA name such as Europe/Copenhagen.", "time_zone")
    return value


def locale(value: str) -> str:
    """Return a BCP 47 language."""
    if not _LOCALE.fullmatch(value):
        raise Invalid("locale_malformed", "Give a language such as da or de-AT.", "locale")
    return value


def currency(value: str) -> str:
    """Return an ISO 4217 code."""
    if not _CURRENCY.fullmatch(value):
        raise Invalid(
            "currency_malformed", "Give an ISO 4217 code of three capital letters such as EUR.", "currency"
        )
    return value


def amount(value: Decimal, field: str = "amount") -> Decimal:
    """Return an amount of money: not negative, with at most three decimals."""
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int) or value < 0:
        raise Invalid("amount_malformed", "Give a number that is not negative, such as 8400.00.", field)
    if -exponent > _AMOUNT_MAX_DECIMALS:
        raise Invalid("amount_decimals", f"Give at most {_AMOUNT_MAX_DECIMALS} decimals.", field)
    if value.adjusted() >= _AMOUNT_MAX_DIGITS:
        raise Invalid("amount_too_large", f"Give at most {_AMOUNT_MAX_DIGITS} digits.", field)
    return value


def payment_amount(value: Decimal) -> Decimal:
    """Return an amount of money that somebody paid: more than nothing, with at most three decimals."""
    if amount(value) == 0:
        raise Invalid("amount_zero", "Give the amount that was paid, more than nothing.", "amount")
    return value


def case_text(value: str | None, field: str, *, at_most: int) -> str | None:
    """Return what somebody wrote about an act on a case; nothing and nothing visible are None alike."""
    if value is None or not any(_is_seen(character) for character in value):
        return None
    if len(value) > at_most:
        raise Invalid("text_too_long", f"Give at most {at_most} characters.", field)
    return _storable(value, field)


def close_code(value: str | None) -> str:
    """Return one of the platform's close codes."""
    if value is None:
        raise Invalid("close_code_required", "A case is closed with a close code: give one.", "close_code")
    if value not in CLOSE_CODES:
        raise Invalid("close_code_unknown", f"Give one of: {', '.join(sorted(CLOSE_CODES))}.", "close_code")
    return value


def file_size(value: int) -> int:
    """Return the size of a file: something, and not too much."""
    if not 1 <= value <= FILE_MAX_BYTES:
        raise Invalid("file_size", f"A file has 1 to {FILE_MAX_BYTES} bytes.", "size")
    return value


def file_description(value: str | None) -> str | None:
    """Return what somebody wrote about a file, None where it is nothing."""
    if value is None or not value.strip():
        return None
    if len(value) > FILE_DESCRIPTION_MAX_CHARACTERS:
        raise Invalid(
            "description_too_long",
            f"A description has at most {FILE_DESCRIPTION_MAX_CHARACTERS} characters, "
            f"this one has {len(value)}.",
            "description",
        )
    return _storable(value, "description")


def _storable(text: str, field: str) -> str:
    """Return text that UTF-8 and PostgreSQL can hold."""
    if "\x00" in text:
        raise Invalid("text_nul", "Leave out NUL characters: they cannot be stored.", field)
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise Invalid(
            "text_surrogate", "Leave out lone surrogates: they are halves of characters.", field
        ) from error
    return text


@cache
def _countries() -> frozenset[str]:
    table = (resources.files("tzdata") / "zoneinfo" / "iso3166.tab").read_text(encoding="utf-8")
    return frozenset(line[:2] for line in table.splitlines() if line and not line.startswith("#"))


@cache
def _time_zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())

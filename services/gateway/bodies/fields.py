"""What fields of bodies are made of."""

import re
from contextlib import suppress
from datetime import date, datetime, time
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, PlainValidator, WithJsonSchema

from shared.contracts import messaging

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_MINUTE = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def storable(text: str) -> str:
    """Return text that PostgreSQL can hold. Raises ValueError."""
    if "\x00" in text:
        raise ValueError("must not contain NUL characters")
    return text


def _exact(amount: Any) -> Decimal:
    # A JSON number with decimals is a float to most who write and read it: money is no float.
    if isinstance(amount, str) and _AMOUNT.fullmatch(amount):
        return Decimal(amount)
    if isinstance(amount, int) and not isinstance(amount, bool):
        return Decimal(amount)
    raise ValueError('write it as text in digits, such as "8400.00"')


def _moment_or_day(value: Any) -> datetime | date:
    if isinstance(value, str):
        with suppress(ValueError):
            if _DAY.fullmatch(value):
                return date.fromisoformat(value)
            moment = datetime.fromisoformat(value)
            if moment.tzinfo is not None:
                return moment
    raise ValueError("write a time with its offset, such as 2026-11-19T10:30:00+01:00, or a date")


def _minute(text: Any) -> Any:
    if isinstance(text, str) and _MINUTE.fullmatch(text):
        return time.fromisoformat(text)
    raise ValueError('write a time of day as "22:00"')


Text = Annotated[str, AfterValidator(storable)]
CaseText = Annotated[str, Field(max_length=messaging.CASE_TEXT_MAX_CHARACTERS), AfterValidator(storable)]
Amount = Annotated[
    Decimal,
    BeforeValidator(_exact),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?$"}, {"type": "integer"}]}),
]
ClientId = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
Title = Annotated[
    str, Field(min_length=1, max_length=messaging.TITLE_MAX_CHARACTERS), AfterValidator(storable)
]
LongText = Annotated[str, Field(max_length=messaging.JOURNAL_TEXT_MAX_CHARACTERS), AfterValidator(storable)]
EventDate = Annotated[
    datetime | date,
    PlainValidator(_moment_or_day),
    WithJsonSchema(
        {
            "anyOf": [{"type": "string", "format": "date-time"}, {"type": "string", "format": "date"}],
            "description": "when it was: a time with its offset, or a date where the author's company is",
        }
    ),
]
TimeOfDay = Annotated[
    time, BeforeValidator(_minute), WithJsonSchema({"type": "string", "pattern": _MINUTE.pattern})
]


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a body, with this example of one."""
    return ConfigDict(frozen=True, strict=True, extra="forbid", json_schema_extra={"examples": [fields]})

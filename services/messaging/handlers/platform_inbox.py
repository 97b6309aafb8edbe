"""Messages of the platform's own case system: each takes effect once, whatever is delivered how often."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NoReturn
from uuid import uuid5

from pydantic import ValidationError

from services.messaging.commands import Origin
from services.messaging.decider.shapes import EARLIEST
from services.messaging.handlers import platform
from services.messaging.handlers.streams import Archive
from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import PlatformMessage, PlatformMessageHandled
from shared.errors import Refused

CATEGORY = "platform-message"
_ACTOR = "ops:platform"


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """
    What became of a message; `repeated` had been handled before. `problem` says what is wrong with a refused
    one, which changed nothing; `position` is where the log stands after any other that was not repeated.
    """

    outcome: Literal["applied", "unchanged", "repeated", "refused"]
    problem: str | None = None
    position: int | None = None


def receive(archive: Archive, body: bytes, *, now: datetime) -> Received:
    """
    Do what the message asks for and note in the log that it was handled.

    A message with the id of one that was handled changes nothing; a refused one may be sent again once what
    it needs is there. Raises Retryable where the log cannot be reached: deliver it again, later.
    """
    try:
        message = _message(body, now=now)
        stream = Stream(CATEGORY, message.id)
        if archive.log.read_stream(stream):
            return Received(outcome="repeated")
        origin = Origin(id=message.id, at=message.at or now, actor=_ACTOR, correlation_id=message.id)
        position = platform.carry_out(archive, kind=message.kind, fields=message.data, origin=origin)
    except (platform.WrongObject, ValidationError, Refused) as error:
        return Received(outcome="refused", problem=_problem(error))
    outcome: Literal["applied", "unchanged"] = "unchanged" if position is None else "applied"
    handled = NewEvent(
        id=uuid5(message.id, PlatformMessageHandled.__name__),
        data=PlatformMessageHandled(message_id=message.id, kind=message.kind, outcome=outcome),
        time=now,
        actor=_ACTOR,
        audience=frozenset(),
        correlation_id=message.id,
    )
    appended = archive.log.append(stream, [handled], expected="any")
    return Received(outcome=outcome, position=appended.position)


def _message(body: bytes, *, now: datetime) -> PlatformMessage:
    try:
        fields = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise platform.WrongObject("is no JSON in UTF-8") from None
    if not isinstance(fields, dict):
        raise platform.WrongObject("is no JSON object")
    message = PlatformMessage.model_validate(fields)
    if message.at is not None and message.at > now:
        raise platform.WrongObject("field at: lies in the future")
    if message.at is not None and message.at < EARLIEST:
        raise platform.WrongObject("field at: lies before the year 1900")
    return message


def _problem(error: platform.WrongObject | ValidationError | Refused) -> str:
    if isinstance(error, ValidationError):
        return platform.described(error)
    if isinstance(error, Refused):
        where = f"field {error.field}: " if error.field else ""
        return f"{where}{error.detail} ({error.code})"
    return str(error)


def _refuse_constant(constant: str) -> NoReturn:
    raise ValueError(constant)

"""
What the platform tells from JSON Lines, through the same use cases as the RPC.

A line says how a thing is to stand. One that is written as a message of the platform's case system (it has
`data`) is handled as such a message is: its id makes it take effect once, whatever was told since.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NoReturn
from uuid import UUID, uuid4

from pydantic import ValidationError

from services.messaging.commands import Origin
from services.messaging.handlers import platform, platform_inbox
from services.messaging.handlers.streams import Archive
from shared.contracts.messaging import IMPORT_ACTOR
from shared.errors import Refused

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedLine:
    """
    What became of one line, numbered from 1; `size` is its length in bytes.

    `problem` says what is wrong with a refused line, `position` is where the log stands after an applied one.
    """

    number: int
    size: int
    outcome: Literal["applied", "unchanged", "refused", "blank"]
    problem: str | None = None
    position: int | None = None


def import_lines(archive: Archive, lines: Iterable[bytes], *, at: datetime) -> Iterator[ImportedLine]:
    """
    Carry out the lines in order, each for itself, and tell what became of each.

    A line that is wrong or refused changes nothing and does not stop the rest; one that leaves things as they
    stand, or whose message was handled before, is unchanged. Raises Retryable where the log cannot be
    reached: import again from the start, later.
    """
    correlation_id = uuid4()
    for number, line in enumerate(lines, start=1):
        content = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if not content.strip():
            yield ImportedLine(number=number, size=len(line), outcome="blank")
            continue
        try:
            fields = _object(content)
            if "data" in fields:
                yield _as_message(archive, content, number=number, size=len(line), at=at)
                continue
            position = _carry_out(archive, fields, at=at, correlation_id=correlation_id)
        except platform.WrongObject as problem:
            yield ImportedLine(number=number, size=len(line), outcome="refused", problem=str(problem))
        except ValidationError as error:
            yield ImportedLine(
                number=number, size=len(line), outcome="refused", problem=platform.described(error)
            )
        except Refused as refusal:
            where = f"field {refusal.field}: " if refusal.field else ""
            yield ImportedLine(
                number=number, size=len(line), outcome="refused", problem=f"{where}{refusal.detail}"
            )
        else:
            yield ImportedLine(
                number=number,
                size=len(line),
                outcome="unchanged" if position is None else "applied",
                position=position,
            )


def _as_message(archive: Archive, line: bytes, *, number: int, size: int, at: datetime) -> ImportedLine:
    received = platform_inbox.receive(archive, line, now=at)
    return ImportedLine(
        number=number,
        size=size,
        outcome="unchanged" if received.outcome == "repeated" else received.outcome,
        problem=received.problem,
        position=received.position if received.outcome == "applied" else None,
    )


def _carry_out(archive: Archive, fields: dict[str, Any], *, at: datetime, correlation_id: UUID) -> int | None:
    origin = Origin(id=uuid4(), at=at, actor=IMPORT_ACTOR, correlation_id=correlation_id)
    kind = fields.pop("kind", None)
    return platform.carry_out(archive, kind=kind, fields=fields, origin=origin)


def _object(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise platform.WrongObject("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise platform.WrongObject(f"is not JSON: {error.msg} at column {error.colno}") from None
    except ValueError:
        raise platform.WrongObject("is not JSON of this format: a number has too many digits") from None
    except RecursionError:
        raise platform.WrongObject("is not JSON of this format: nested too deeply") from None
    if not isinstance(fields, dict):
        raise platform.WrongObject("is not a JSON object")
    return fields


def _refuse_constant(constant: str) -> NoReturn:
    raise platform.WrongObject(f"is not JSON: {constant} is no JSON number")

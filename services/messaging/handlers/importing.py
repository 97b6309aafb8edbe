"""What the platform tells from JSON Lines, through the same use cases as the RPC."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NoReturn
from uuid import UUID, uuid4

from pydantic import ValidationError

from services.messaging.commands import Origin
from services.messaging.handlers import platform
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

    A line that is wrong or refused changes nothing and does not stop the rest; one that was carried out
    before is unchanged. Raises Retryable where the log cannot be reached: import again from the start, later.
    """
    correlation_id = uuid4()
    for number, line in enumerate(lines, start=1):
        content = line.removeprefix(_BYTE_ORDER_MARK) if number == 1 else line
        if not content.strip():
            yield ImportedLine(number=number, size=len(line), outcome="blank")
            continue
        try:
            position = _carry_out(archive, content, at=at, correlation_id=correlation_id)
        except platform.WrongObject as problem:
            yield ImportedLine(number=number, size=len(line), outcome="refused", problem=str(problem))
        except ValidationError as error:
            yield ImportedLine(number=number, size=len(line), outcome="refused", problem=described(error))
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


def _carry_out(archive: Archive, line: bytes, *, at: datetime, correlation_id: UUID) -> int | None:
    fields = _object(line)
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


def described(error: ValidationError) -> str:
    """Return every wrong field with what is wrong about it, in one line."""
    plainer = {"extra_forbidden": "no such field", "missing": "is missing"}
    return "; ".join(
        f"field {'.'.join(map(str, problem['loc']))}: {plainer.get(problem['type'], problem['msg'])}"
        for problem in error.errors(include_url=False, include_input=False)
    )

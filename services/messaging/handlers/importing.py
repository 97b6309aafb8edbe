"""The directory, cases and invitations to quote from JSON Lines, through the same use cases as the RPC."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal, NoReturn
from uuid import UUID, uuid4

from pydantic import ValidationError

from services.messaging import commands
from services.messaging.commands import Origin
from services.messaging.decider.shapes import OTHER_CLOSE_CODE
from services.messaging.handlers import cases, directory, leads, requests
from services.messaging.handlers.streams import Archive
from shared.contracts.messaging import (
    EstablishPartnership,
    InvitePartner,
    PutCase,
    PutUser,
    RegisterCompany,
)
from shared.contracts.rpc import Caller
from shared.errors import Refused
from shared.eventlog.protocol import Appended

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_IMPORTER = Caller(user_id=None, company_id=None, role="ops", name="import")
_NOT_OF_A_LINE = ("caller", "correlation_id")
KINDS = ("company", "user", "partnership", "case", "invitation")


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


class _WrongLine(Exception):
    """The line is no object of the import format."""


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
            appended = _carry_out(archive, content, at=at, correlation_id=correlation_id)
        except _WrongLine as problem:
            yield ImportedLine(number=number, size=len(line), outcome="refused", problem=str(problem))
        except ValidationError as error:
            yield ImportedLine(number=number, size=len(line), outcome="refused", problem=_described(error))
        except Refused as refusal:
            where = f"field {refusal.field}: " if refusal.field else ""
            yield ImportedLine(
                number=number, size=len(line), outcome="refused", problem=f"{where}{refusal.detail}"
            )
        else:
            yield ImportedLine(
                number=number,
                size=len(line),
                outcome="applied" if appended else "unchanged",
                position=appended.position if appended else None,
            )


def _carry_out(archive: Archive, line: bytes, *, at: datetime, correlation_id: UUID) -> Appended | None:
    fields = _object(line)
    origin = Origin(id=uuid4(), at=at, actor="ops:import", correlation_id=correlation_id)
    for name in _NOT_OF_A_LINE:
        if name in fields:
            raise _WrongLine(f"field {name}: no such field")
    kind = fields.pop("kind", None)
    fields |= {"caller": _IMPORTER, "correlation_id": correlation_id}
    match kind:
        case "company":
            company = requests.register_company(RegisterCompany.model_validate(fields))
            return directory.register_company(archive, command=company, origin=origin)
        case "user":
            user = requests.put_user(PutUser.model_validate(fields))
            return directory.put_user(archive, command=user, origin=origin)
        case "partnership":
            partnership = requests.establish_partnership(EstablishPartnership.model_validate(fields))
            return directory.establish_partnership(archive, command=partnership, origin=origin)
        case "case":
            case = requests.put_case(PutCase.model_validate(fields))
            return _put_case(archive, case, origin)
        case "invitation":
            invitation = InvitePartner.model_validate(fields)
            return leads.invite_partner(
                archive, case_id=invitation.case_id, partner_id=invitation.partner_id, origin=origin
            )
        case _:
            raise _WrongLine(f"field kind: must be one of {', '.join(KINDS)}")


def _put_case(archive: Archive, case: commands.PutCase, origin: Origin) -> Appended | None:
    try:
        return cases.put_case(archive, command=case, origin=origin)
    except Refused as refusal:
        if refusal.code != "close_code_required":
            raise
        # A file may leave out why a case was closed; what is known of a closed case stays as it is.
        return cases.put_case(archive, command=replace(case, close_code=OTHER_CLOSE_CODE), origin=origin)


def _object(line: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(line.decode(), parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise _WrongLine("is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise _WrongLine(f"is not JSON: {error.msg} at column {error.colno}") from None
    except ValueError:
        raise _WrongLine("is not JSON of this format: a number has too many digits") from None
    except RecursionError:
        raise _WrongLine("is not JSON of this format: nested too deeply") from None
    if not isinstance(fields, dict):
        raise _WrongLine("is not a JSON object")
    return fields


def _refuse_constant(constant: str) -> NoReturn:
    raise _WrongLine(f"is not JSON: {constant} is no JSON number")


def _described(error: ValidationError) -> str:
    """Return every wrong field with what is wrong about it, in one line."""
    plainer = {"extra_forbidden": "no such field", "missing": "is missing"}
    return "; ".join(
        f"field {'.'.join(map(str, problem['loc']))}: {plainer.get(problem['type'], problem['msg'])}"
        for problem in error.errors(include_url=False, include_input=False)
    )

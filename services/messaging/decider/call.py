"""Calls: logged once by a user of the partner, and never changed."""

from dataclasses import dataclass
from uuid import UUID

from services.messaging.commands import LogCall
from services.messaging.decider import shapes
from shared.contracts.messaging import JOURNAL_TEXT_MAX_CHARACTERS, CallLogged


@dataclass(frozen=True, slots=True)
class NoCall:
    """Nobody has logged it."""


@dataclass(frozen=True, slots=True)
class Call:
    case_id: UUID


State = NoCall | Call


def initial() -> State:
    return NoCall()


def decide(command: LogCall, state: State) -> tuple[CallLogged, ...]:
    """Return the logged call, nothing where it was logged before."""
    shapes.phone_number(command.number, "number")
    shapes.text(command.notes, "notes", JOURNAL_TEXT_MAX_CHARACTERS)
    shapes.past(command.called_at, "called_at", command.at)
    if isinstance(state, Call):
        return ()
    on, author = command.on, command.author
    return (
        CallLogged(
            call_id=command.call_id,
            case_id=on.case_id,
            case_reference=on.case_reference,
            engagement_id=on.engagement_id,
            client_call_id=command.client_call_id,
            author_id=author.id,
            author_name=author.name,
            author_company_id=author.company_id,
            number=command.number,
            outcome=command.outcome,
            notes=command.notes,
            called_at=command.called_at,
        ),
    )


def evolve(state: State, event: CallLogged) -> State:
    del state
    return Call(event.case_id)


def subject(state: State) -> str | None:
    """Return whose key encrypts what is said of the call: the case's."""
    return f"case:{state.case_id}" if isinstance(state, Call) else None

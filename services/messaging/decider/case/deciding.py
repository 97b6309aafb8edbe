"""Which module decides which command."""

from typing import assert_never

from services.messaging.commands import (
    ActOnCase,
    AssignCase,
    AssignCaseUser,
    CaseCommand,
    CloseCase,
    MergeCase,
    NameManagingPartner,
    PutCase,
    ReportPayment,
    SetCaseDivision,
)
from services.messaging.decider.case import acting, closing, payments, people, putting
from services.messaging.decider.case.state import CaseEvent, State


def decide(command: CaseCommand, state: State) -> tuple[CaseEvent, ...]:  # noqa: PLR0911 - one per command
    """Return what follows from the command, nothing where it is done already. Raises what its module says."""
    match command:
        case PutCase():
            return putting.put(command, state)
        case ActOnCase():
            return acting.act(command, state)
        case CloseCase():
            return closing.close(command, state)
        case AssignCase():
            return acting.assign(command, state)
        case MergeCase():
            return acting.merge(command, state)
        case ReportPayment():
            return payments.report(command, state)
        case AssignCaseUser():
            return people.assign_user(command, state)
        case NameManagingPartner():
            return people.name_managing_partner(command, state)
        case SetCaseDivision():
            return people.set_division(command, state)
        case _:
            assert_never(command)

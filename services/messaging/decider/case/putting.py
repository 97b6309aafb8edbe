"""A case made as a description says: opened, assigned, brought up to date, moved, closed, merged."""

from typing import assert_never

from services.messaging.commands import PutCase
from services.messaging.decider import shapes
from services.messaging.decider.case.moving import assignment, require_assignable, require_way, status_change
from services.messaging.decider.case.state import (
    HIDDEN_STATUSES,
    CaseEvent,
    CaseFacts,
    ClosedCase,
    MergedCase,
    OpenCase,
    State,
    UnknownCase,
    facts_from,
)
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseDetailsChanged,
    CaseMerged,
    CaseOpened,
    CaseStatus,
)
from shared.errors import Conflict

FIRST_STATUS: CaseStatus = "PendingVerificationInternal"

COLLECTED_ALREADY: frozenset[CaseStatus] = frozenset(
    {"NeedsAdditionalDetails", "Active", "Paused", "Closed", "Merged"}
)
"""A case that comes to us in one of these may have been won where we do not know of it."""


def put(command: PutCase, state: State) -> tuple[CaseEvent, ...]:
    """
    Return what makes the case as the command describes it, nothing where it is so already.

    The partner comes before the details, so that the new partner is told what is new, and not the former one.
    """
    _check(command)
    match state:
        case UnknownCase():
            opened = _opened(command)
            before = OpenCase(facts_from(opened), opened.status)
            if command.status not in COLLECTED_ALREADY:
                require_assignable(command.partner_kind)
            assigned = _assigned(command, before, hidden=command.status in HIDDEN_STATUSES)
            return (opened, *assigned, *_moved(command, before, assigned))
        case OpenCase(facts=facts) | ClosedCase(facts=facts):
            if command.creditor_id != facts.creditor_id:
                raise Conflict(
                    "case_creditor_fixed",
                    "The case belongs to another creditor and stays there.",
                    "creditor_id",
                )
            if _is_another(command, facts):
                require_assignable(command.partner_kind)
            assigned = _assigned(command, state, hidden=_stays_hidden(command, state))
            return (*assigned, *_changed(command, facts), *_moved(command, state, assigned))
        case MergedCase(facts=facts):
            return _unchanged(command, facts)
        case _:
            assert_never(state)


def _check(command: PutCase) -> None:
    shapes.name(command.reference, "reference")
    shapes.name(command.debtor.name, "debtor.name")
    shapes.amount(command.amount)
    shapes.currency(command.currency)
    if command.close_code is not None:
        shapes.close_code(command.close_code)


def _opened(command: PutCase) -> CaseOpened:
    status = FIRST_STATUS if command.status in ("Closed", "Merged") else command.status
    return CaseOpened(
        case_id=command.case_id,
        reference=command.reference,
        creditor_id=command.creditor_id,
        debtor_type=command.debtor.type,
        debtor_name=command.debtor.name,
        amount=command.amount,
        currency=command.currency,
        status=status,
    )


def _stays_hidden(command: PutCase, state: OpenCase | ClosedCase) -> bool:
    """Tell whether a partner that gets the case now may not know of it: it was hidden and is not released."""
    was_hidden = isinstance(state, OpenCase) and state.status in HIDDEN_STATUSES
    return was_hidden and command.status in {*HIDDEN_STATUSES, "Closed", "Merged"}


def _is_another(command: PutCase, facts: CaseFacts) -> bool:
    return facts.engagement is None or facts.engagement.partner_id != command.partner_id


def _assigned(command: PutCase, state: OpenCase | ClosedCase, *, hidden: bool) -> tuple[CaseAssigned, ...]:
    present = state.facts.engagement
    if command.partner_id is None:
        if present is not None:
            raise Conflict(
                "case_has_partner",
                f"Name the case's partner ({present.partner_id}), or another one to reassign the case.",
                "partner_id",
            )
        return ()
    if not _is_another(command, state.facts):
        return ()
    return (
        assignment(
            state, partner_id=command.partner_id, reference=command.reference, hidden=hidden, at=command.at
        ),
    )


def _same_details(command: PutCase, facts: CaseFacts) -> bool:
    return (command.reference, command.debtor, command.amount, command.currency) == (
        facts.reference,
        facts.debtor,
        facts.amount,
        facts.currency,
    )


def _changed(command: PutCase, facts: CaseFacts) -> tuple[CaseEvent, ...]:
    if _same_details(command, facts):
        return ()
    return (
        CaseDetailsChanged(
            case_id=command.case_id,
            reference=command.reference,
            debtor_type=command.debtor.type,
            debtor_name=command.debtor.name,
            amount=command.amount,
            currency=command.currency,
        ),
    )


def _moved(
    command: PutCase, state: OpenCase | ClosedCase, assigned: tuple[CaseAssigned, ...]
) -> tuple[CaseEvent, ...]:
    match command.status:
        case "Merged":
            engagements = [past.id for past in state.facts.engagements] + [
                new.engagement_id for new in assigned
            ]
            return (
                CaseMerged(
                    case_id=command.case_id,
                    reference=command.reference,
                    engagement_id=engagements[-1] if engagements else None,
                ),
            )
        case "Closed":
            return _closed(command, state)
        case status if isinstance(state, ClosedCase):
            raise Conflict("case_closed", f"The case is closed and cannot become {status} again.", "status")
        case status if status == state.status:
            return ()
        case status:
            require_way(state, status)
            return status_change(
                state,
                status,
                reference=command.reference,
                at=command.at,
                partner_is_new=bool(assigned),
            )


def _closed(command: PutCase, state: OpenCase | ClosedCase) -> tuple[CaseEvent, ...]:
    match state:
        case ClosedCase(close_code=code) if command.close_code in (None, code):
            return ()
        case ClosedCase(close_code=code):
            raise Conflict("case_closed", f"The case was closed with the code {code!r}.", "close_code")
        case OpenCase():
            return (
                CaseClosed(
                    case_id=command.case_id,
                    reference=command.reference,
                    close_code=shapes.close_code(command.close_code),
                ),
            )
        case _:
            assert_never(state)


def _unchanged(command: PutCase, facts: CaseFacts) -> tuple[CaseEvent, ...]:
    present = facts.engagement
    same = (
        command.status == "Merged"
        and command.creditor_id == facts.creditor_id
        and command.partner_id == (present.partner_id if present else None)
        and _same_details(command, facts)
    )
    if not same:
        raise Conflict("case_merged", "The case was merged into another: nothing about it changes any more.")
    return ()

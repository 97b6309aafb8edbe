"""A case made as a description says: opened, assigned, brought up to date, moved, closed, merged."""

from typing import assert_never

from services.messaging.commands import PutCase, engagement_id
from services.messaging.decider import shapes
from services.messaging.decider.case.state import (
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
    CaseStatusChanged,
)
from shared.errors import Conflict

FIRST_STATUS: CaseStatus = "PendingVerificationInternal"

# Where a case may go besides Closed and Merged, which every open case may reach. Statuses that only a quote
# can bring about or end lead nowhere here.
NEXT_STATUSES: dict[CaseStatus, frozenset[CaseStatus]] = {
    "PendingContractSigning": frozenset({"PendingVerificationInternal"}),
    "PendingVerificationInternal": frozenset({"PendingVerification"}),
    "PendingVerification": frozenset({"Active", "NeedsAdditionalDetails", "Leads"}),
    "NeedsAdditionalDetails": frozenset({"Active"}),
    "Leads": frozenset(),
    "LeadsQuoteGiven": frozenset(),
    "Active": frozenset({"Paused", "NeedsAdditionalDetails"}),
    "Paused": frozenset({"Active", "NeedsAdditionalDetails"}),
}


def decide(command: PutCase, state: State) -> tuple[CaseEvent, ...]:
    """
    Return what makes the case as the command describes it, nothing where it is so already.

    The partner comes before the details, so that the new partner is told what is new, and not the former one.
    """
    _check(command)
    match state:
        case UnknownCase():
            opened = _opened(command)
            facts = facts_from(opened)
            assigned = _assigned(command, facts)
            return (opened, *assigned, *_moved(command, OpenCase(facts, opened.status), assigned))
        case OpenCase(facts=facts) | ClosedCase(facts=facts):
            if command.creditor_id != facts.creditor_id:
                raise Conflict(
                    "case_creditor_fixed",
                    "The case belongs to another creditor and stays there.",
                    "creditor_id",
                )
            assigned = _assigned(command, facts)
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


def _assigned(command: PutCase, facts: CaseFacts) -> tuple[CaseAssigned, ...]:
    present = facts.engagement
    if command.partner_id is None:
        if present is not None:
            raise Conflict(
                "case_has_partner",
                f"Name the case's partner ({present.partner_id}), or another one to reassign the case.",
                "partner_id",
            )
        return ()
    if present is not None and present.partner_id == command.partner_id:
        return ()
    return (
        CaseAssigned(
            case_id=command.case_id,
            reference=command.reference,
            engagement_id=engagement_id(command.case_id, command.partner_id, len(facts.engagements) + 1),
            creditor_id=command.creditor_id,
            partner_id=command.partner_id,
            previous_engagement_id=present.id if present else None,
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
        case status if status in NEXT_STATUSES[state.status]:
            return (
                CaseStatusChanged(
                    case_id=command.case_id,
                    reference=command.reference,
                    previous=state.status,
                    status=status,
                ),
            )
        case status:
            possible = ", ".join((*sorted(NEXT_STATUSES[state.status]), "Closed", "Merged"))
            raise Conflict(
                "case_transition_not_allowed",
                f"A case that is {state.status} cannot become {status}. It can become: {possible}.",
                "status",
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

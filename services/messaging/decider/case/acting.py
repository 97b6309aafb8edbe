"""What platform and partner do with a case: take it on or not, halt it and go on, reassign it, merge it."""

from typing import assert_never

from services.messaging.commands import ActOnCase, AssignCase, MergeCase
from services.messaging.decider import shapes
from services.messaging.decider.case.moving import assignment, require_assignable, status_change
from services.messaging.decider.case.parties import require
from services.messaging.decider.case.state import (
    HIDDEN_STATUSES,
    CaseEvent,
    CaseFacts,
    ClosedCase,
    MergedCase,
    OpenCase,
    State,
    UnknownCase,
    facts_of,
    status_told,
)
from shared.contracts.messaging import (
    CASE_TEXT_MAX_CHARACTERS,
    CaseAction,
    CaseClosed,
    CaseDeclined,
    CaseMerged,
    CaseStatus,
    StatusCause,
)
from shared.errors import Conflict, Invalid, NotFound

DECLINED_CLOSE_CODE = "Case never started"

_NOTE_NEEDED: dict[CaseAction, str] = {
    "decline": "Say why you decline the case: the client is told the reason.",
    "request_information": "Say what information you need.",
}

# From which statuses each act leads where; an act whose end is reached already changes nothing.
_WAYS: dict[CaseAction, tuple[frozenset[CaseStatus], CaseStatus]] = {
    "sign": (frozenset({"PendingContractSigning"}), "PendingVerificationInternal"),
    "release": (frozenset({"PendingVerificationInternal"}), "PendingVerification"),
    "accept": (frozenset({"PendingVerification", "NeedsAdditionalDetails"}), "Active"),
    "request_information": (
        frozenset({"PendingVerification", "Active", "Paused"}),
        "NeedsAdditionalDetails",
    ),
    "begin_custom_quote": (frozenset({"PendingVerification"}), "Leads"),
    "pause": (frozenset({"Active"}), "Paused"),
    "resume": (frozenset({"Paused", "NeedsAdditionalDetails"}), "Active"),
}

_CAUSES: dict[CaseAction, StatusCause] = {
    "sign": "moved",
    "release": "released",
    "accept": "accepted",
    "request_information": "information_requested",
    "begin_custom_quote": "custom_quote",
    "pause": "paused",
    "resume": "resumed",
}


def act(command: ActOnCase, state: State) -> tuple[CaseEvent, ...]:
    """Return what the act makes of the case, nothing where it is so already."""
    if command.action == "decline" and _has_declined(state, command):
        return ()
    if command.action in ("sign", "release"):
        require(state, command.company_id, "platform", act=f"{command.action} a case")
    else:
        require(state, command.company_id, "platform", "partner", act=f"{_WORDS[command.action]} a case")
    note = shapes.case_text(command.note, "note", at_most=CASE_TEXT_MAX_CHARACTERS)
    if note is None and command.action in _NOTE_NEEDED:
        raise Invalid("note_required", _NOTE_NEEDED[command.action], "note")
    case = require_open(state)
    if command.action == "decline":
        return _declined(command, case, note or "")
    starts, end = _WAYS[command.action]
    told = status_told(case, command.company_id)
    if told == end:
        return ()
    if case.status not in starts:
        raise Conflict(
            "case_transition_not_allowed",
            f"A case that is {told} cannot do this; it must be {' or '.join(sorted(starts))}.",
            "action",
        )
    if command.action == "resume" and not case.facts.accepted:
        raise Conflict("case_not_accepted", "The case was never accepted: accept it instead.", "action")
    if end not in HIDDEN_STATUSES and end != "PendingVerification" and case.facts.engagement is None:
        raise Conflict("case_not_assigned", "The case has no partner yet: assign it to one first.")
    return status_change(case, end, cause=_CAUSES[command.action], note=note, at=command.at)


def assign(command: AssignCase, state: State) -> tuple[CaseEvent, ...]:
    """
    Return what gives the case to the partner; the former one's time is over with it.

    A partner that has the case keeps what it made of it: the same command once more, late, undoes nothing.
    """
    case = require_open(state)
    facts = case.facts
    decided: tuple[CaseEvent, ...] = ()
    if facts.engagement is None or facts.engagement.partner_id != command.partner_id:
        require_assignable(command.partner_kind)
        hidden = case.status in HIDDEN_STATUSES and command.status is None
        decided = (
            assignment(
                case, partner_id=command.partner_id, reference=facts.reference, hidden=hidden, at=command.at
            ),
        )
    if command.status is None or command.status == case.status:
        return decided
    if not decided and not _lies_ahead(command.status, case):
        return ()
    return (
        *decided,
        *status_change(case, command.status, cause="assigned", at=command.at, partner_is_new=bool(decided)),
    )


def _lies_ahead(status: CaseStatus, case: OpenCase) -> bool:
    """Tell whether a case has yet to come to the status in its partner's present engagement."""
    if status == "Active":
        return not case.facts.accepted
    return case.status in HIDDEN_STATUSES


def merge(command: MergeCase, state: State) -> tuple[CaseEvent, ...]:
    """Return what folds the case into the other one, which is of the same creditor."""
    facts = facts_of(state)
    if command.into_case_id == command.case_id:
        raise Invalid(
            "merge_into_itself", "Name another case: none can be merged into itself.", "into_case_id"
        )
    if command.into_creditor_id != facts.creditor_id:
        raise Invalid(
            "merge_across_creditors",
            "Name a case of the same creditor to merge this one into.",
            "into_case_id",
        )
    match state:
        case MergedCase():
            return ()
        case OpenCase() | ClosedCase():
            last = facts.engagements[-1].id if facts.engagements else None
            return (
                CaseMerged(
                    case_id=facts.id,
                    reference=facts.reference,
                    engagement_id=last,
                    into_case_id=command.into_case_id,
                ),
            )
        case UnknownCase():
            raise NotFound("case_not_found", "There is no such case.")
        case _:
            assert_never(state)


def require_open(state: State) -> OpenCase:
    """Return the case if it is open. Raises Conflict for one that is over, NotFound where there is none."""
    match state:
        case OpenCase():
            return state
        case ClosedCase():
            raise Conflict("case_closed", "The case is closed: this cannot be done any more.")
        case MergedCase():
            raise Conflict(
                "case_merged", "The case was merged into another: nothing about it changes any more."
            )
        case UnknownCase():
            raise NotFound("case_not_found", "There is no such case.")
        case _:
            assert_never(state)


def _has_declined(state: State, command: ActOnCase) -> bool:
    """Tell whether who declines has declined already; its time on the case may be over by that."""
    if isinstance(state, UnknownCase) or not state.facts.declined:
        return False
    return command.company_id in (None, state.facts.engagements[-1].partner_id)


def _declined(command: ActOnCase, case: OpenCase, reason: str) -> tuple[CaseEvent, ...]:
    facts = case.facts
    present = facts.engagement
    if case.status != "PendingVerification" or present is None:
        told = status_told(case, command.company_id)
        raise Conflict(
            "case_transition_not_allowed",
            f"Only a case that is PendingVerification can be declined; this one is {told}.",
            "action",
        )
    declined = CaseDeclined(
        case_id=facts.id,
        reference=facts.reference,
        engagement_id=present.id,
        partner_id=present.partner_id,
        reason=reason,
        outcome=command.on_decline,
    )
    if command.on_decline == "network":
        return (declined, *status_change(case, "Leads", cause="declined", at=command.at))
    return (declined, _closed_as_declined(facts))


def _closed_as_declined(facts: CaseFacts) -> CaseClosed:
    return CaseClosed(case_id=facts.id, reference=facts.reference, close_code=DECLINED_CLOSE_CODE)


_WORDS: dict[CaseAction, str] = {
    "accept": "accept",
    "decline": "decline",
    "request_information": "ask for information on",
    "begin_custom_quote": "make a quote of its own for",
    "pause": "pause",
    "resume": "resume",
}

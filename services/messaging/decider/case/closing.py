"""Closing a case: which codes there are for whom, what they ask for, and what a client's wish comes to."""

from decimal import Decimal
from typing import assert_never

from services.messaging.commands import CloseCase, case_thread_id
from services.messaging.decider import shapes
from services.messaging.decider.case.acting import require_open
from services.messaging.decider.case.moving import status_change
from services.messaging.decider.case.parties import standing
from services.messaging.decider.case.state import (
    SYSTEM_CODES,
    CaseEvent,
    CaseFacts,
    ClosedCase,
    OpenCase,
    State,
    close_code_told,
    status_told,
)
from shared.contracts.messaging import CASE_TEXT_MAX_CHARACTERS, CaseClosed, CaseClosureRequested, CaseStatus
from shared.errors import Conflict, Forbidden, Invalid

WITHDRAWN = "Withdrawn by Client"
PLATFORM_CODES = frozenset({"Case never started - Internal"})
_COMMENT_NEEDED = frozenset({"Other"})
_CLOSED_BY_PARTNER: frozenset[CaseStatus] = frozenset({"NeedsAdditionalDetails", "Active", "Paused"})


def close(command: CloseCase, state: State) -> tuple[CaseEvent, ...]:
    """
    Return what closes the case, or what asks its partner to; nothing where that was done before.

    Raises Invalid for a code or comment that does not do, Conflict where payments or status do not bear it
    out, Forbidden for a code that is not the caller's to use.
    """
    party = standing(state, command.author.company_id if command.author else None)
    comment = shapes.case_text(command.comment, "comment", at_most=CASE_TEXT_MAX_CHARACTERS)
    match party:
        case "creditor" | "managing_partner":
            return _closed_by_client(command, state, comment)
        case "partner" | "platform":
            return _closed_with_code(command, state, comment, is_partner=party == "partner")
        case _:
            assert_never(party)


def _closed_by_client(command: CloseCase, state: State, comment: str | None) -> tuple[CaseEvent, ...]:
    if command.close_code not in (None, WITHDRAWN):
        raise Forbidden(
            "close_code_not_yours",
            f"A client closes a case as {WITHDRAWN}: leave the code out.",
            "close_code",
        )
    if isinstance(state, ClosedCase):
        return ()
    case = require_open(state)
    facts = case.facts
    engagement = facts.engagement
    if not facts.accepted or engagement is None or _is_over(facts, command):
        return (_closed(facts, WITHDRAWN, comment),)
    if facts.closure_requested:
        return ()
    author = command.author
    if author is None:
        raise Invalid("author_missing", "A closure request comes from a person of the client.")
    requested = CaseClosureRequested(
        case_id=facts.id,
        reference=facts.reference,
        engagement_id=engagement.id,
        thread_id=case_thread_id(engagement.id, "invoice_chat"),
        author_id=author.id,
        author_name=author.name,
        author_company_id=author.company_id,
        comment=comment,
    )
    if case.status == "Paused":
        return (requested,)
    return (requested, *status_change(case, "Paused", cause="closure_requested", note=comment, at=command.at))


def _is_over(facts: CaseFacts, command: CloseCase) -> bool:
    # Where nobody noted when the period began, asking is the act that can be taken back.
    return facts.exclusive_until is not None and command.at >= facts.exclusive_until


def _closed_with_code(
    command: CloseCase, state: State, comment: str | None, *, is_partner: bool
) -> tuple[CaseEvent, ...]:
    code = shapes.close_code(command.close_code)
    if code in SYSTEM_CODES and not command.by_system:
        raise Forbidden(
            "close_code_of_system", "Only the platform's own machinery closes with this code.", "close_code"
        )
    if code in PLATFORM_CODES and is_partner:
        raise Forbidden("close_code_not_yours", "Only the platform closes with this code.", "close_code")
    if code in _COMMENT_NEEDED and comment is None:
        raise Invalid("comment_required", f"Say why: the code {code} needs a comment.", "comment")
    if isinstance(state, ClosedCase):
        if state.close_code == code:
            return ()
        told = close_code_told(state, command.author.company_id if command.author else None)
        how = f" with the code {told!r}" if told else ""
        raise Conflict("case_closed", f"The case was closed{how}.", "close_code")
    case = require_open(state)
    if is_partner and case.status not in _CLOSED_BY_PARTNER:
        raise Conflict("case_not_accepted", _way_out(case, command), "close_code")
    _require_payments(code, case.facts)
    return (_closed(case.facts, code, comment),)


def _way_out(case: OpenCase, command: CloseCase) -> str:
    if case.status == "PendingVerification":
        return "You have not accepted the case: decline it instead of closing it."
    told = status_told(case, command.author.company_id if command.author else None)
    return f"A partner cannot close a case that is {told}."


def _require_payments(code: str, facts: CaseFacts) -> None:
    paid, amount, currency = facts.payments, facts.amount, facts.currency
    if code == "Paid" and paid < amount:
        raise Conflict(
            "payments_missing",
            f"{facts.outstanding} {currency} of {amount} are outstanding: report the payments first, "
            "or close as Partially paid.",
            "close_code",
        )
    if code == "Partially paid" and not Decimal(0) < paid < amount:
        raise Conflict(
            "payments_do_not_fit",
            f"{paid} {currency} of {amount} were paid: Partially paid is for more than nothing and less than "
            "all. Report the payments first, or choose another code.",
            "close_code",
        )


def _closed(facts: CaseFacts, code: str, comment: str | None) -> CaseClosed:
    return CaseClosed(case_id=facts.id, reference=facts.reference, close_code=code, comment=comment)

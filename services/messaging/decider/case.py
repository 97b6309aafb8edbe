"""Cases: opened once, then assigned, reassigned, moved between states, closed and at last perhaps merged."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from services.messaging.commands import OpenThread, PutCase, engagement_id, open_invoice_chat
from services.messaging.decider import shapes
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseDetailsChanged,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    Debtor,
    ThreadKind,
)
from shared.errors import Conflict, Invalid, NotFound

CaseEvent = CaseOpened | CaseDetailsChanged | CaseAssigned | CaseStatusChanged | CaseClosed | CaseMerged

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


@dataclass(frozen=True, slots=True)
class Engagement:
    """One partner's time on the case."""

    id: UUID
    partner_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    id: UUID
    reference: str
    creditor_id: UUID
    debtor: Debtor
    amount: Decimal
    currency: str
    engagements: tuple[Engagement, ...] = ()

    @property
    def engagement(self) -> Engagement | None:
        """The present engagement, if the case ever had a partner."""
        return self.engagements[-1] if self.engagements else None


@dataclass(frozen=True, slots=True)
class UnknownCase:
    """Nobody has opened it."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    facts: CaseFacts
    status: CaseStatus


@dataclass(frozen=True, slots=True)
class ClosedCase:
    facts: CaseFacts
    close_code: str


@dataclass(frozen=True, slots=True)
class MergedCase:
    """Final: nothing about it changes any more."""

    facts: CaseFacts


State = UnknownCase | OpenCase | ClosedCase | MergedCase


def initial() -> State:
    return UnknownCase()


def decide(command: PutCase, state: State) -> tuple[CaseEvent, ...]:
    """
    Return what makes the case as the command describes it, nothing where it is so already.

    The partner comes before the details, so that the new partner is told what is new, and not the former one.
    """
    _check(command)
    match state:
        case UnknownCase():
            opened = _opened(command)
            facts = _facts(opened)
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


def evolve(state: State, event: CaseEvent) -> State:
    match event:
        case CaseOpened():
            return OpenCase(_facts(event), event.status)
        case CaseDetailsChanged():
            return _with_facts(
                state,
                replace(
                    facts_of(state),
                    reference=event.reference,
                    debtor=Debtor(type=event.debtor_type, name=event.debtor_name),
                    amount=event.amount,
                    currency=event.currency,
                ),
            )
        case CaseAssigned():
            facts = facts_of(state)
            engagement = Engagement(event.engagement_id, event.partner_id)
            return _with_facts(state, replace(facts, engagements=(*facts.engagements, engagement)))
        case CaseStatusChanged():
            return OpenCase(facts_of(state), event.status)
        case CaseClosed():
            return ClosedCase(facts_of(state), event.close_code)
        case CaseMerged():
            return MergedCase(facts_of(state))
        case _:
            assert_never(event)


def audience(state: State) -> frozenset[UUID]:
    """Return the creditor and the present partner."""
    if isinstance(state, UnknownCase):
        return frozenset()
    facts = facts_of(state)
    partner = {facts.engagement.partner_id} if facts.engagement else set()
    return frozenset({facts.creditor_id} | partner)


def facts_of(state: State) -> CaseFacts:
    """Return what is known of an opened case. Raises NotFound for one that nobody has opened."""
    match state:
        case UnknownCase():
            raise NotFound("case_not_found", "There is no such case.")
        case OpenCase(facts=facts) | ClosedCase(facts=facts) | MergedCase(facts=facts):
            return facts
        case _:
            assert_never(state)


def thread_to_open(state: State, *, kind: ThreadKind, company_id: UUID | None) -> OpenThread:
    """
    Return the command that makes sure of a company's thread on the case; None stands for the platform.

    A former partner gets the thread of its own time. Raises NotFound for a case that the company may not know
    of, Conflict while the case has no partner or where that kind of thread comes with a quote.
    """
    facts = facts_of(state)
    engagement = facts.engagement
    if company_id not in (None, facts.creditor_id):
        own = [past for past in facts.engagements if past.partner_id == company_id]
        if not own:
            raise NotFound("case_not_found", "There is no such case.")
        engagement = own[-1]
    match kind:
        case "invoice_chat":
            if engagement is None:
                raise Conflict(
                    "case_not_assigned", "The case has no partner yet: its chat opens with the assignment."
                )
            return open_invoice_chat(
                case_id=facts.id,
                reference=facts.reference,
                engagement_id=engagement.id,
                creditor_id=facts.creditor_id,
                partner_id=engagement.partner_id,
            )
        case "lead_chat" | "invoice_questions_chat":
            raise Conflict(
                "thread_comes_with_quote", "This chat opens with a request for a quote; the case has none."
            )
        case "relationship_chat":
            raise Invalid(
                "thread_kind_not_of_case",
                "A relationship chat belongs to a partnership, not to a case.",
                "kind",
            )
        case _:
            assert_never(kind)


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


def _facts(event: CaseOpened) -> CaseFacts:
    return CaseFacts(
        id=event.case_id,
        reference=event.reference,
        creditor_id=event.creditor_id,
        debtor=Debtor(type=event.debtor_type, name=event.debtor_name),
        amount=event.amount,
        currency=event.currency,
    )


def _with_facts(state: State, facts: CaseFacts) -> State:
    match state:
        case OpenCase() | ClosedCase() | MergedCase():
            return replace(state, facts=facts)
        case UnknownCase():
            raise ValueError("a case's stream begins with CaseOpened")
        case _:
            assert_never(state)


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

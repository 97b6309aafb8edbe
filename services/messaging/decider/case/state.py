"""What is known of a case, and what each of its events makes of it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseDetailsChanged,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    Debtor,
)
from shared.errors import NotFound

CaseEvent = CaseOpened | CaseDetailsChanged | CaseAssigned | CaseStatusChanged | CaseClosed | CaseMerged


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


def evolve(state: State, event: CaseEvent) -> State:
    match event:
        case CaseOpened():
            return OpenCase(facts_from(event), event.status)
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


def facts_from(event: CaseOpened) -> CaseFacts:
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

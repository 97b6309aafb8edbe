"""What is known of a case, and what each of its events makes of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import assert_never
from uuid import UUID

from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseClosureRequested,
    CaseDeclined,
    CaseDetailsChanged,
    CaseDivisionChanged,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseReleased,
    CaseStatus,
    CaseStatusChanged,
    CaseUserAssigned,
    Debtor,
    Division,
    PaymentReported,
)
from shared.errors import NotFound

CaseEvent = (
    CaseOpened
    | CaseDetailsChanged
    | CaseAssigned
    | CaseReleased
    | CaseStatusChanged
    | CaseDeclined
    | CaseClosureRequested
    | CaseClosed
    | CaseMerged
    | PaymentReported
    | CaseUserAssigned
    | CaseDivisionChanged
    | CaseManagingPartnerNamed
)

# The platform has not yet verified what is in these: no partner knows of them.
HIDDEN_STATUSES: frozenset[CaseStatus] = frozenset({"PendingContractSigning", "PendingVerificationInternal"})
# What a lead that came to nothing closes its case with: they tell whether there was a quote.
SYSTEM_CODES = frozenset({"No Quotes Received", "Quotes Expired \N{EN DASH} Not Accepted"})
_COLLECTING: frozenset[CaseStatus] = frozenset({"Active", "Paused"})


@dataclass(frozen=True, slots=True)
class Engagement:
    """One partner's time on the case; of a hidden one the partner does not know."""

    id: UUID
    partner_id: UUID
    hidden: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFacts:
    """
    What holds of a case in every status.

    `vacant` says that the last engagement is over and no other has begun, `declined` that its partner
    declined the case, `accepted` that collecting has begun in it.
    """

    id: UUID
    reference: str
    creditor_id: UUID
    debtor: Debtor
    amount: Decimal
    currency: str
    engagements: tuple[Engagement, ...] = ()
    vacant: bool = False
    declined: bool = False
    accepted: bool = False
    exclusive_until: datetime | None = None
    closure_requested: bool = False
    payments: Decimal = Decimal(0)
    creditor_user_id: UUID | None = None
    partner_user_id: UUID | None = None
    division: Division | None = None
    managing_partner_id: UUID | None = None

    @property
    def engagement(self) -> Engagement | None:
        """The present engagement, if the case has a partner."""
        return self.engagements[-1] if self.engagements and not self.vacant else None

    @property
    def hidden(self) -> bool:
        """Whether the present partner may not know of the case yet."""
        return self.engagement is not None and self.engagement.hidden

    @property
    def outstanding(self) -> Decimal:
        return self.amount - self.payments


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
        case CaseStatusChanged():
            return _moved(facts_of(state), event)
        case CaseClosed():
            return ClosedCase(replace(facts_of(state), closure_requested=False), event.close_code)
        case CaseMerged():
            return MergedCase(facts_of(state))
        case CaseAssigned():
            return _assigned(state, event)
        case _:
            return _with_facts(state, _learned(facts_of(state), event))


def audience(state: State) -> frozenset[UUID]:
    """Return who may know of the case: the creditor's side, and its present partner unless it is hidden."""
    if isinstance(state, UnknownCase):
        return frozenset()
    facts = facts_of(state)
    partner = {facts.engagement.partner_id} if facts.engagement and not facts.hidden else set()
    return _client_side(facts) | partner


def addressed(state: State, event: CaseEvent) -> frozenset[UUID]:
    """
    Return who may know of the event, which has led to the state.

    A partner that makes a quote of its own may have rivals: that there is a quote is not for it to know, and
    that its case was closed for want of one it learns by the end of its own bid.
    """
    match event:
        case CaseStatusChanged(status="LeadsQuoteGiven"):
            return _client_side(facts_of(state))
        case CaseClosed(close_code=code) if code in SYSTEM_CODES:
            return _client_side(facts_of(state))
        case _:
            return audience(state)


def status_told(state: State, company_id: UUID | None) -> CaseStatus:
    """Return the status as the company is told it, None being the platform: no partner hears of quotes."""
    status = status_of(state)
    facts = facts_of(state)
    if status == "LeadsQuoteGiven" and company_id not in {None, *_client_side(facts)}:
        return "Leads"
    return status


def close_code_told(state: State, company_id: UUID | None) -> str | None:
    """Return the code that a case was closed with as the company is told it, None being the platform."""
    if not isinstance(state, ClosedCase):
        return None
    if state.close_code in SYSTEM_CODES and company_id not in {None, *_client_side(state.facts)}:
        return None
    return state.close_code


def _client_side(facts: CaseFacts) -> frozenset[UUID]:
    third_voice = {facts.managing_partner_id} if facts.managing_partner_id else set()
    return frozenset({facts.creditor_id} | third_voice)


def facts_of(state: State) -> CaseFacts:
    """Return what is known of an opened case. Raises NotFound for one that nobody has opened."""
    match state:
        case UnknownCase():
            raise NotFound("case_not_found", "There is no such case.")
        case OpenCase(facts=facts) | ClosedCase(facts=facts) | MergedCase(facts=facts):
            return facts
        case _:
            assert_never(state)


def status_of(state: State) -> CaseStatus:
    """Return the status of an opened case. Raises NotFound for one that nobody has opened."""
    match state:
        case UnknownCase():
            raise NotFound("case_not_found", "There is no such case.")
        case OpenCase(status=status):
            return status
        case ClosedCase():
            return "Closed"
        case MergedCase():
            return "Merged"
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


def _moved(facts: CaseFacts, event: CaseStatusChanged) -> OpenCase:
    collecting = event.status in _COLLECTING
    return OpenCase(
        replace(
            facts,
            accepted=facts.accepted or collecting,
            exclusive_until=event.exclusive_until or facts.exclusive_until,
            closure_requested=facts.closure_requested and event.status == "Paused",
        ),
        event.status,
    )


def _assigned(state: State, event: CaseAssigned) -> State:
    """A new engagement begins: nothing that was agreed with the partner before holds for it."""
    facts = facts_of(state)
    return _with_facts(
        state,
        replace(
            facts,
            engagements=(
                *facts.engagements,
                Engagement(event.engagement_id, event.partner_id, hidden=event.hidden),
            ),
            vacant=False,
            declined=False,
            accepted=isinstance(state, OpenCase) and state.status in _COLLECTING,
            exclusive_until=event.exclusive_until,
            closure_requested=False,
            partner_user_id=None,
        ),
    )


def _learned(  # noqa: C901, PLR0911 - a table of events
    facts: CaseFacts,
    event: CaseDetailsChanged
    | CaseReleased
    | CaseDeclined
    | CaseClosureRequested
    | PaymentReported
    | CaseUserAssigned
    | CaseDivisionChanged
    | CaseManagingPartnerNamed,
) -> CaseFacts:
    match event:
        case CaseDetailsChanged():
            return replace(
                facts,
                reference=event.reference,
                debtor=Debtor(type=event.debtor_type, name=event.debtor_name),
                amount=event.amount,
                currency=event.currency,
            )
        case CaseReleased():
            shown = Engagement(event.engagement_id, event.partner_id)
            return replace(facts, engagements=(*facts.engagements[:-1], shown))
        case CaseDeclined(outcome="network"):
            return replace(facts, declined=True, vacant=True, partner_user_id=None)
        case CaseDeclined():
            return replace(facts, declined=True)
        case CaseClosureRequested():
            return replace(facts, closure_requested=True)
        case PaymentReported():
            return replace(facts, payments=facts.payments + event.amount)
        case CaseUserAssigned(side="creditor"):
            return replace(facts, creditor_user_id=event.user_id)
        case CaseUserAssigned():
            return replace(facts, partner_user_id=event.user_id)
        case CaseDivisionChanged():
            return replace(facts, division=event.division)
        case CaseManagingPartnerNamed():
            return replace(facts, managing_partner_id=event.managing_partner_id)
        case _:
            assert_never(event)


def _with_facts(state: State, facts: CaseFacts) -> State:
    match state:
        case OpenCase() | ClosedCase() | MergedCase():
            return replace(state, facts=facts)
        case UnknownCase():
            raise ValueError("a case's stream begins with CaseOpened")
        case _:
            assert_never(state)

"""A lead opens and ends with its case, the case follows its outcome, and working together makes partners."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import uuid4

import pytest

from services.messaging.commands import (
    AwardCase,
    CloseCaseOfLead,
    CloseThread,
    EstablishPartnership,
    InvitePartner,
    NoteQuoteGiven,
    OpenLead,
    OpenThread,
    PullBackLead,
    lead_id,
    lead_thread_id,
    partnership_stream_id,
)
from services.messaging.reactions import CaseThen, is_needed, leads, partnerships
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.messaging import (
    BidEnded,
    BidOutcome,
    CaseClosed,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    Debtor,
    LeadClosed,
    LeadOutcome,
    PartnerInvited,
    QuoteSubmitted,
    StatusCause,
)
from tests.unit.messaging.examples import CASE, CREDITOR, PARTNER
from tests.unit.messaging.lead_examples import LEAD, OPEN_LEAD

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
THEN = CaseThen(
    id=CASE,
    reference="NV-1001",
    creditor_id=CREDITOR,
    partner_id=PARTNER,
    debtor=Debtor(type="Company", name="Hafen GmbH"),
    amount=Decimal("8400.00"),
    currency="EUR",
    lead_round=1,
    window=OPEN_LEAD.window,
)
BID = {
    "lead_id": LEAD,
    "case_id": CASE,
    "case_reference": "NV-1001",
    "creditor_id": CREDITOR,
    "partner_id": PARTNER,
}


def recorded(data: EventData) -> RecordedEvent:
    return RecordedEvent(
        id=uuid4(),
        source=data.SOURCE,
        type=type(data).__name__,
        schema_version=1,
        stream=Stream("case", CASE),
        version=3,
        position=7,
        time=NOW,
        actor="platform",
        audience=frozenset(),
        subject=None,
        correlation_id=uuid4(),
        causation_id=None,
        data=data,
    )


def moved(previous: CaseStatus, status: CaseStatus, cause: StatusCause = "moved") -> RecordedEvent:
    return recorded(
        CaseStatusChanged(case_id=CASE, reference="NV-1001", previous=previous, status=status, cause=cause)
    )


def test_a_case_that_asks_for_quotes_opens_the_lead_of_its_round() -> None:
    second = replace(THEN, lead_round=2)

    [opened] = leads.react(moved("PendingVerification", "Leads"), second)

    assert isinstance(opened, OpenLead)
    assert (opened.lead_id, opened.round) == (lead_id(CASE, 2), 2)
    assert opened.lead_id != LEAD


def test_a_partner_that_wants_terms_of_its_own_is_the_first_who_may_quote() -> None:
    opened, invited = leads.react(moved("PendingVerification", "Leads", "custom_quote"), THEN)

    assert isinstance(opened, OpenLead)
    assert invited == InvitePartner(lead_id=LEAD, partner_id=PARTNER, at=NOW, custom_quote=True)


@pytest.mark.parametrize(
    "event",
    [
        moved("LeadsQuoteGiven", "Active"),
        moved("Leads", "Paused"),
        recorded(CaseClosed(case_id=CASE, reference="NV-1001", close_code="Other")),
        recorded(CaseMerged(case_id=CASE, reference="NV-1001")),
    ],
    ids=lambda event: event.type,
)
def test_a_case_that_asks_no_more_ends_its_lead(event: RecordedEvent) -> None:
    assert leads.react(event, THEN) == (PullBackLead(lead_id=LEAD, company_id=None),)
    assert leads.react(event, replace(THEN, lead_round=0))[1:] == ()


def test_a_quote_that_comes_in_ends_nothing() -> None:
    submitted = QuoteSubmitted.model_validate(
        {
            **BID,
            "quote_id": uuid4(),
            "author_id": uuid4(),
            "author_name": "Paul",
            "submitted_at": NOW,
            "terms": {"fixed_fee": "100", "currency": "EUR"},
        }
    )

    chat, noted = leads.react(recorded(submitted), None)

    assert isinstance(chat, OpenThread)
    assert chat.thread_id == lead_thread_id(LEAD, PARTNER, "lead_chat")
    assert noted == NoteQuoteGiven(case_id=CASE)
    assert leads.react(moved("Leads", "LeadsQuoteGiven"), THEN) == ()


@pytest.mark.parametrize(("outcome", "awarded"), [("won", True), ("lost", False), ("expired", False)])
def test_the_end_of_a_bid_closes_its_chats(outcome: BidOutcome, awarded: bool) -> None:  # noqa: FBT001
    event = recorded(BidEnded.model_validate({**BID, "quote_id": uuid4(), "outcome": outcome}))

    questions, chat, *more = leads.react(event, None)

    assert questions == CloseThread(
        thread_id=lead_thread_id(LEAD, PARTNER, "invoice_questions_chat"), reason=outcome
    )
    assert chat == CloseThread(thread_id=lead_thread_id(LEAD, PARTNER, "lead_chat"), reason=outcome)
    assert more == ([AwardCase(case_id=CASE, partner_id=PARTNER, at=NOW)] if awarded else [])


def test_whoever_gave_no_quote_had_no_lead_chat() -> None:
    event = recorded(BidEnded.model_validate({**BID, "outcome": "lost"}))

    assert len(leads.react(event, None)) == 1


@pytest.mark.parametrize(
    ("outcome", "close_code"),
    [
        ("pullback", "Withdrawn by Client"),
        ("no_quotes", "No Quotes Received"),
        ("expired", "Quotes Expired \N{EN DASH} Not Accepted"),
    ],
)
def test_a_lead_that_comes_to_nothing_closes_its_case(outcome: LeadOutcome, close_code: str) -> None:
    closed = LeadClosed.model_validate({**BID, "partner_id": None, "outcome": outcome})

    assert leads.react(recorded(closed), None) == (CloseCaseOfLead(case_id=CASE, close_code=close_code),)


@pytest.mark.parametrize(
    ("event", "makes"),
    [
        (moved("PendingVerification", "Active"), True),
        (moved("PendingVerification", "NeedsAdditionalDetails"), True),
        (moved("PendingVerification", "Leads"), False),
        (moved("Paused", "Active"), False),
        (recorded(PartnerInvited.model_validate({**BID, "window": OPEN_LEAD.window})), False),
        (
            recorded(
                PartnerInvited.model_validate({**BID, "custom_quote": True, "window": OPEN_LEAD.window})
            ),
            True,
        ),
    ],
)
def test_working_together_makes_partners(event: RecordedEvent, makes: bool) -> None:  # noqa: FBT001
    made = EstablishPartnership(
        partnership_id=partnership_stream_id(CREDITOR, PARTNER), creditor_id=CREDITOR, partner_id=PARTNER
    )

    assert partnerships.react(event, THEN) == ((made,) if makes else ())
    assert partnerships.react(moved("PendingVerification", "Active"), replace(THEN, partner_id=None)) == ()


def test_the_case_is_looked_at_only_where_something_may_follow() -> None:
    opened = {
        "case_id": CASE,
        "reference": "NV-1001",
        "creditor_id": CREDITOR,
        "debtor_type": "Company",
        "debtor_name": "Hafen GmbH",
        "amount": "1",
        "currency": "EUR",
    }
    assert is_needed(CaseOpened.model_validate({**opened, "status": "Leads"}))
    assert not is_needed(CaseOpened.model_validate({**opened, "status": "Active"}))
    assert not is_needed(moved("Active", "Paused").data)
    assert not is_needed(BidEnded.model_validate({**BID, "outcome": "lost"}))

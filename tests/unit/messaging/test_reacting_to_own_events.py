"""Threads open and close with the engagements they belong to."""

from uuid import uuid4

from services.messaging.commands import (
    CloseThread,
    case_thread_id,
    open_invoice_chat,
)
from services.messaging.reactions.threads import react
from shared.contracts.messaging import CaseAssigned, CaseClosed, CaseMerged
from tests.unit.messaging.examples import (
    CASE,
    CREDITOR,
    ENGAGEMENT,
    OPEN_THREAD,
    OTHER_PARTNER,
    PARTNER,
)


def test_the_first_assignment_opens_the_case_chat() -> None:
    event = CaseAssigned(
        case_id=CASE,
        reference="NV-1001",
        engagement_id=ENGAGEMENT,
        creditor_id=CREDITOR,
        partner_id=PARTNER,
    )

    assert react(event, uuid4()) == (OPEN_THREAD,)


def test_a_reassignment_closes_the_former_chat_and_opens_a_new_one() -> None:
    engagement_id = uuid4()
    event = CaseAssigned(
        case_id=CASE,
        reference="NV-1001",
        engagement_id=engagement_id,
        creditor_id=CREDITOR,
        partner_id=OTHER_PARTNER,
        previous_engagement_id=ENGAGEMENT,
    )

    assert react(event, uuid4()) == (
        CloseThread(thread_id=case_thread_id(ENGAGEMENT, "invoice_chat"), reason="reassigned", case_id=CASE),
        open_invoice_chat(
            case_id=CASE,
            reference="NV-1001",
            engagement_id=engagement_id,
            creditor_id=CREDITOR,
            partner_id=OTHER_PARTNER,
        ),
    )


def test_a_merge_closes_the_chat_of_the_engagement_that_ended() -> None:
    event = CaseMerged(case_id=CASE, reference="NV-1001", engagement_id=ENGAGEMENT)

    assert react(event, uuid4()) == (
        CloseThread(thread_id=case_thread_id(ENGAGEMENT, "invoice_chat"), reason="merged", case_id=CASE),
    )


def test_a_merge_of_a_case_that_never_had_a_partner_closes_nothing() -> None:
    assert react(CaseMerged(case_id=CASE, reference="NV-1001"), uuid4()) == ()


def test_closing_a_case_leaves_its_chat_open() -> None:
    assert react(CaseClosed(case_id=CASE, reference="NV-1001", close_code="Paid"), uuid4()) == ()

"""A submission's payments, summary and recommendation, each exactly once however often they are replayed."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.messaging.decider import case
from services.messaging.handlers.consequences import react
from services.surveys import handlers
from services.surveys.commands import Origin, RequestSurvey, SubmitSurvey, survey_id
from shared.contracts.envelope import EventData, RecordedEvent, Stream
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseStatusChanged,
    MessagePosted,
    PaymentReported,
)
from shared.contracts.surveys import Report, ReportedAction, ReportedPayment, SurveyFacts
from shared.contracts.tasks import Deadline
from shared.eventlog.postgres import PostgresEventLog
from tests.integration.surveys.conftest import CREDITOR, PARTNER, PAUL, RIVAL, Office, case_id
from tests.integration.surveys.test_surveys_of_a_month import NOW


def origin() -> Origin:
    return Origin(id=uuid4(), at=NOW, actor="ops:tests", correlation_id=uuid4())


def submitted(log: PostgresEventLog, archive: handlers.Archive, report: Report) -> RecordedEvent:
    """Have the survey of case 1 requested and answered; return the submission as it stands in the log."""
    engagement = engagement_of(log, 1)
    survey = SurveyFacts(
        id=survey_id(case_id(1), engagement, "2026-11"),
        case_id=case_id(1),
        case_reference="NV-1",
        engagement_id=engagement,
        creditor_id=CREDITOR,
        partner_id=PARTNER,
        currency="EUR",
        requested_at=NOW,
        deadline=Deadline(due_at=NOW, calendar="DE", time_zone="Europe/Berlin", skipped_days=()),
    )
    archive.carry_out(case_id(1), RequestSurvey(survey=survey, month="2026-11"), origin())
    command = SubmitSurvey(
        survey_id=survey.id, user_id=PAUL, user_name="Paul", company_id=PARTNER, report=report
    )
    handlers.submit(archive, case_id(1), command, origin())
    return log.read_stream(archive.surveys.stream(case_id(1)))[-1]


def engagement_of(log: PostgresEventLog, number: int) -> UUID:
    events = log.read_stream(Stream("case", case_id(number)))
    return next(event.data.engagement_id for event in events if isinstance(event.data, CaseAssigned))


def of_type(outcomes: Sequence[Any], contract: type[EventData]) -> list[Any]:
    return [
        event.data for outcome in outcomes for event in outcome.events if isinstance(event.data, contract)
    ]


PAYMENTS = (
    ReportedPayment(amount=Decimal("250.00"), currency="EUR", on=NOW.date(), received_by="partner"),
    ReportedPayment(
        amount=Decimal("100.00"), currency="EUR", on=NOW.date(), received_by="creditor", commission_paid=False
    ),
)


def test_payments_summary_and_pause_follow_once(
    office: Office, log: PostgresEventLog, archive: handlers.Archive
) -> None:
    office.opens(1)
    report = Report(
        actions=(ReportedAction(kind="call", on=NOW.date(), text="Spoke with the director."),),
        payments=PAYMENTS,
        recommendation="pause",
        pause_reason="payment_plan",
        must_act="partner",
        comment="He pays monthly.",
    )
    event = submitted(log, archive, report)

    first = react(office.archive, event)
    head = log.head()
    again = react(office.archive, event)

    assert log.head() == head
    assert [outcome.duplicate for outcome in again] == [True] * len(first)
    assert [payment.amount for payment in of_type(first, PaymentReported)] == [
        Decimal("250.00"),
        Decimal("100.00"),
    ]
    (message,) = of_type(first, MessagePosted)
    assert (message.role, message.author_id, message.expects_reply) == ("partner", PAUL, False)
    for words in (
        "Call: Spoke with the director.",
        "Payment of 250.00 EUR",
        "payment plan",
        "He pays monthly.",
    ):
        assert words in message.body
    (change,) = of_type(first, CaseStatusChanged)
    assert change.status == "Paused"


def test_a_closing_rests_on_the_payments_of_its_own_report(
    office: Office, log: PostgresEventLog, archive: handlers.Archive
) -> None:
    office.opens(1)
    event = submitted(
        log,
        archive,
        Report(payments=PAYMENTS, recommendation="close", close_code="Partially paid"),
    )

    (closed,) = of_type(react(office.archive, event), CaseClosed)

    assert closed.close_code == "Partially paid"


@pytest.mark.parametrize("change", [{"partner_id": RIVAL}, {"status": "Merged"}])
def test_what_a_case_does_not_take_any_more_is_left_out_and_stops_nothing(
    office: Office, log: PostgresEventLog, archive: handlers.Archive, change: dict[str, Any]
) -> None:
    office.opens(1)
    report = Report(recommendation="pause", pause_reason="other", must_act="creditor")
    event = submitted(log, archive, report)
    office.opens(1, **change, at=NOW)

    outcomes = react(office.archive, event)

    assert of_type(outcomes, CaseStatusChanged) == []
    assert case.status_of(office.archive.cases.load(case_id(1))) != "Paused"

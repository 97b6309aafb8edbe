"""Cases and surveys that tests of surveys begin with."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid5

from services.surveys.commands import RequestSurvey, SubmitSurvey, survey_id
from services.surveys.decider.case import KnownCase
from shared.contracts.surveys import Report, ReportedPayment, SurveyFacts
from shared.contracts.tasks import Deadline

NAMESPACE = UUID("3a0ee1ad-0000-4000-8000-000000000000")
CASE, ENGAGEMENT, CREDITOR, PARTNER, USER = (
    uuid5(NAMESPACE, name) for name in ("case", "engagement", "creditor", "partner", "user")
)
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
TODAY = date(2026, 11, 20)


def a_case(status: str = "Active", *, paid: str = "0", engagement_id: UUID = ENGAGEMENT) -> KnownCase:
    return KnownCase(
        id=CASE,
        reference="NV-1001",
        creditor_id=CREDITOR,
        currency="EUR",
        amount=Decimal("1000.00"),
        status=status,  # type: ignore[arg-type]  # a test names it as the event does
        audience=frozenset({CREDITOR, PARTNER}),
        engagement_id=engagement_id,
        partner_id=PARTNER,
        activated_at=datetime(2026, 10, 20, 12, tzinfo=UTC),
        paid=Decimal(paid),
    )


def facts(month: str = "2026-11") -> SurveyFacts:
    return SurveyFacts(
        id=survey_id(CASE, ENGAGEMENT, month),
        case_id=CASE,
        case_reference="NV-1001",
        engagement_id=ENGAGEMENT,
        creditor_id=CREDITOR,
        partner_id=PARTNER,
        currency="EUR",
        requested_at=NOW,
        deadline=Deadline(
            due_at=datetime(2026, 11, 27, 12, tzinfo=UTC),
            calendar="DE",
            time_zone="Europe/Berlin",
            skipped_days=(),
        ),
    )


def asking(month: str = "2026-11") -> RequestSurvey:
    return RequestSurvey(survey=facts(month), month=month)


def submitting(report: Report, *, month: str = "2026-11", company_id: UUID = PARTNER) -> SubmitSurvey:
    return SubmitSurvey(
        survey_id=facts(month).id, user_id=USER, user_name="Paul", company_id=company_id, report=report
    )


def a_payment(amount: str = "250.00", currency: str = "EUR", on: date = TODAY) -> ReportedPayment:
    return ReportedPayment(amount=Decimal(amount), currency=currency, on=on, received_by="partner")

"""What a report must be."""

from datetime import timedelta

import pytest

from services.surveys.decider import report
from shared.contracts.surveys import Report, ReportedAction
from shared.errors import Conflict, Invalid
from tests.unit.surveys.examples import TODAY, a_case, a_payment


def field_refused(given: Report) -> str | None:
    with pytest.raises(Invalid) as refusal:
        report.checked(given, a_case(), today=TODAY)
    return refusal.value.field


@pytest.mark.parametrize(
    ("given", "field"),
    [
        (Report(), "recommendation"),
        (Report(recommendation="pause", must_act="creditor"), "pause_reason"),
        (Report(recommendation="pause", pause_reason="client_decision"), "must_act"),
        (Report(recommendation="close"), "close_code"),
        (Report(recommendation="close", close_code="No Quotes Received"), "close_code"),
        (Report(recommendation="close", close_code="Other"), "comment"),
        (Report(recommendation="stay_active", close_code="Paid"), "close_code"),
        (Report(recommendation="stay_active", must_act="partner"), "must_act"),
        (Report(recommendation="stay_active", payments=(a_payment(currency="DKK"),)), "payments.0.currency"),
        (Report(recommendation="stay_active", payments=(a_payment("0"),)), "payments.0.amount"),
        (Report(recommendation="stay_active", payments=(a_payment("1.001"),)), "payments.0.amount"),
        (
            Report(recommendation="stay_active", payments=(a_payment(on=TODAY + timedelta(days=1)),)),
            "payments.0.on",
        ),
        (
            Report(
                recommendation="stay_active",
                actions=(ReportedAction(kind="call", on=TODAY + timedelta(days=1), text="will call"),),
            ),
            "actions.0.on",
        ),
        (
            Report(recommendation="stay_active", actions=(ReportedAction(kind="call", on=TODAY, text="  "),)),
            "actions.0.text",
        ),
        (Report(recommendation="stay_active", comment="a\x00b"), "comment"),
    ],
)
def test_what_is_missing_or_wrong_is_named(given: Report, field: str) -> None:
    assert field_refused(given) == field


@pytest.mark.parametrize(
    ("code", "before", "reported", "holds"),
    [
        ("Paid", "0", "1000.00", True),
        ("Paid", "750.00", "250.00", True),
        ("Paid", "750.00", "249.99", False),
        ("Partially paid", "0", "0.01", True),
        ("Partially paid", "750.00", "250.00", False),
    ],
)
def test_a_close_code_about_money_needs_the_money(
    code: str, before: str, reported: str, *, holds: bool
) -> None:
    given = Report(recommendation="close", close_code=code, payments=(a_payment(reported),))

    if holds:
        assert report.checked(given, a_case(paid=before), today=TODAY) == "close"
    else:
        with pytest.raises(Conflict, match="payments"):
            report.checked(given, a_case(paid=before), today=TODAY)


def test_partially_paid_without_any_payment_is_refused() -> None:
    with pytest.raises(Conflict):
        report.checked(Report(recommendation="close", close_code="Partially paid"), a_case(), today=TODAY)

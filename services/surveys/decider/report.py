"""What a report must be, as a draft and when it is submitted. Pure."""

import json
from datetime import date
from decimal import Decimal

from services.surveys.decider.case import KnownCase
from shared.contracts.surveys import Recommendation, Report, ReportedAction, ReportedPayment
from shared.errors import Conflict, Invalid

TEXT_MAX_CHARACTERS = 2_000
COMMENT_MAX_CHARACTERS = 10_000
MOST_ACTIONS = 100
MOST_PAYMENTS = 100
_CENTS = -2
_AMOUNT_MAX_DIGITS = 15

# What a partner may choose, by the product guide. The other codes are the platform's own.
PARTNER_CLOSE_CODES = frozenset(
    {
        "Paid",
        "Partially paid",
        "Case never started",
        "Invalid Case Data",
        "Debtor Insolvent/Bankrupt",
        "Debtor Untraceable",
        "Statute of Limitations Expired",
        "Withdrawn by Client",
        "Disputed \N{EN DASH} Legal Action Declined by Client",
        "Settlement Rejected by Client",
        "Unresponsive Client",
        "Pre-Legal Exhausted \N{EN DASH} No Payment",
        "Uneconomical to Pursue",
        "Other",
    }
)


def checked_draft(draft: Report) -> Report:
    """Return the draft, which may be incomplete. Raises Invalid for what no log could keep or is too long."""
    if len(draft.actions) > MOST_ACTIONS:
        raise Invalid("too_many_actions", f"Report at most {MOST_ACTIONS} actions.", "actions")
    if len(draft.payments) > MOST_PAYMENTS:
        raise Invalid("too_many_payments", f"Report at most {MOST_PAYMENTS} payments.", "payments")
    for number, action in enumerate(draft.actions):
        _text(action.text, TEXT_MAX_CHARACTERS, f"actions.{number}.text")
    if draft.comment is not None:
        _text(draft.comment, COMMENT_MAX_CHARACTERS, "comment")
    if draft.close_code is not None and draft.close_code not in PARTNER_CLOSE_CODES:
        raise Invalid(
            "close_code_unknown", f"Choose one of: {', '.join(sorted(PARTNER_CLOSE_CODES))}.", "close_code"
        )
    for number, payment in enumerate(draft.payments):
        _amount(payment.amount, f"payments.{number}.amount")
    return draft


def checked(report: Report, case: KnownCase, *, today: date) -> Recommendation:
    """
    Return what a complete report that fits its case recommends. `today` is the partner's local date.

    Raises Invalid for what is missing or wrong, Conflict for a close code whose conditions do not hold.
    """
    checked_draft(report)
    for number, action in enumerate(report.actions):
        _action(action, number, today)
    for number, payment in enumerate(report.payments):
        _payment(payment, number, case, today)
    match report.recommendation:
        case None:
            raise Invalid("recommendation_missing", "Choose stay_active, pause or close.", "recommendation")
        case "stay_active":
            _absent(report, "pause_reason", "must_act", "close_code")
        case "pause":
            _absent(report, "close_code")
            if report.pause_reason is None:
                raise Invalid("pause_reason_missing", "Say why the case is to be paused.", "pause_reason")
            if report.must_act is None:
                raise Invalid(
                    "must_act_missing",
                    "Say who has to act before the pause can end: creditor or partner.",
                    "must_act",
                )
        case "close":
            _absent(report, "pause_reason", "must_act")
            _closing(report, case)
    return report.recommendation


def actions_json(actions: tuple[ReportedAction, ...]) -> str:
    """Return the actions as the event keeps them."""
    return json.dumps([action.model_dump(mode="json") for action in actions], ensure_ascii=False)


def _closing(report: Report, case: KnownCase) -> None:
    if report.close_code is None:
        raise Invalid("close_code_required", "Closing a case needs a close code.", "close_code")
    if report.close_code == "Other" and not (report.comment or "").strip():
        raise Invalid("comment_required", "Say in the comment why the case is closed.", "comment")
    paid = case.paid + sum((payment.amount for payment in report.payments), Decimal(0))
    if report.close_code == "Paid" and paid < case.amount:
        raise Conflict(
            "close_code_needs_payment",
            f"Paid needs payments of {case.amount} {case.currency}; {paid} are known, those of this report "
            "included.",
            "close_code",
        )
    if report.close_code == "Partially paid" and not 0 < paid < case.amount:
        raise Conflict(
            "close_code_needs_payment",
            f"Partially paid needs payments between 0 and {case.amount} {case.currency}; {paid} are known, "
            "those of this report included.",
            "close_code",
        )


def _action(action: ReportedAction, number: int, today: date) -> None:
    if not action.text.strip():
        raise Invalid("action_blank", "Say in a few words what was done.", f"actions.{number}.text")
    if action.on > today:
        raise Invalid(
            "date_in_future", "Report what has happened: the date is still to come.", f"actions.{number}.on"
        )


def _payment(payment: ReportedPayment, number: int, case: KnownCase, today: date) -> None:
    if payment.currency != case.currency:
        raise Invalid(
            "currency_of_case",
            f"Payments of this case are in {case.currency}.",
            f"payments.{number}.currency",
        )
    if payment.on > today:
        raise Invalid(
            "date_in_future", "Report what has been paid: the date is still to come.", f"payments.{number}.on"
        )
    if (payment.commission_paid is None) == (payment.received_by == "creditor"):
        raise Invalid(
            "commission_paid",
            "Say whether the commission was paid where the creditor received the money, and only there.",
            f"payments.{number}.commission_paid",
        )


def _amount(amount: Decimal, field: str) -> None:
    exponent = amount.as_tuple().exponent
    if not amount.is_finite() or amount <= 0 or not isinstance(exponent, int) or exponent < _CENTS:
        raise Invalid("amount_malformed", "Give an amount above zero with at most two decimals.", field)
    if len(amount.as_tuple().digits) > _AMOUNT_MAX_DIGITS:
        raise Invalid("amount_malformed", f"An amount has at most {_AMOUNT_MAX_DIGITS} digits.", field)


def _absent(report: Report, *fields: str) -> None:
    for field in fields:
        if getattr(report, field) is not None:
            raise Invalid(
                "field_does_not_belong", f"{field} does not go with {report.recommendation}.", field
            )


def _text(text: str, longest: int, field: str) -> None:
    if len(text) > longest:
        raise Invalid("text_too_long", f"Write at most {longest} characters.", field)
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise Invalid("text_unstorable", "Leave out NUL characters and lone surrogates.", field)

"""Payments on a case: what is outstanding is the amount less what was reported."""

from services.messaging.commands import ReportPayment
from services.messaging.decider import shapes
from services.messaging.decider.case.parties import require
from services.messaging.decider.case.state import CaseEvent, MergedCase, State, facts_of
from shared.contracts.messaging import PaymentReported
from shared.errors import Conflict, Invalid


def report(command: ReportPayment, state: State) -> tuple[CaseEvent, ...]:
    """
    Return the payment as reported; also after the case was closed, when late money comes in.

    Raises Invalid for another currency than the case's, a day that has not come, or a commission that is not
    due; Forbidden for clients, Conflict for a merged case.
    """
    reporter = command.reporter
    party = require(
        state, reporter.company_id if reporter else None, "partner", "platform", act="report payments"
    )
    facts = facts_of(state)
    shapes.payment_amount(command.amount)
    if command.currency != facts.currency:
        raise Invalid(
            "currency_of_case", f"Give the amount in the case's currency, {facts.currency}.", "currency"
        )
    if command.paid_on > command.today:
        raise Invalid(
            "date_in_future", "Give the day on which the money came in, today at the latest.", "paid_on"
        )
    if (command.commission_paid is None) == (command.received_by == "creditor"):
        raise Invalid(
            "commission_paid",
            "Say whether the commission was paid where the creditor received the money, and only there.",
            "commission_paid",
        )
    if isinstance(state, MergedCase):
        raise Conflict("case_merged", "The case was merged into another: report the payment there.")
    return (
        PaymentReported(
            payment_id=command.payment_id,
            client_payment_id=command.client_payment_id,
            case_id=facts.id,
            reference=facts.reference,
            engagement_id=facts.engagement.id if facts.engagement else None,
            amount=command.amount,
            currency=command.currency,
            paid_on=command.paid_on,
            received_by=command.received_by,
            commission_paid=command.commission_paid,
            outstanding=facts.outstanding - command.amount,
            reported_by=party,
            reporter_id=reporter.id if reporter else None,
            reporter_company_id=reporter.company_id if reporter else None,
        ),
    )

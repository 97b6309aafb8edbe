"""The monthly update."""

from typing import Annotated

from pydantic import ConfigDict, Field

from services.gateway.bodies.fields import Amount, Text, example
from shared.contracts import surveys


class ActionEntry(surveys.ReportedAction):
    """Something that was done for the case."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    text: Text


class ReportedPaymentEntry(surveys.ReportedPayment):
    """Money that came in."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    amount: Amount
    currency: Annotated[Text, Field(description="ISO 4217, that of the case")]


class SurveyReport(surveys.Report):
    """The monthly update, or a draft of it."""

    model_config = example(
        actions=[{"kind": "call", "on": "2026-11-18", "text": "Spoke with the managing director."}],
        payments=[{"amount": "250.00", "currency": "EUR", "on": "2026-11-19", "received_by": "partner"}],
        recommendation="pause",
        pause_reason="payment_plan",
        must_act="partner",
        comment="The debtor pays 250 EUR a month.",
    )

    actions: tuple[ActionEntry, ...] = ()
    payments: tuple[ReportedPaymentEntry, ...] = ()
    close_code: Text | None = None
    comment: Text | None = None

"""Cases and what is done to them."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from services.gateway.bodies.fields import Amount, CaseText, Text, example, storable
from shared.contracts import messaging


class DebtorEntry(messaging.Debtor):
    """Who owes the money."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid")

    name: Text


class CaseEntry(BaseModel):
    """A case to open, or its partner, status and details to bring up to date."""

    model_config = example(
        id="e2d3c4b5-9a8f-4b7c-8d6e-5f4a3b2c1d05",
        reference="NV-1001",
        creditor_id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04",
        status="Active",
        debtor={"type": "Company", "name": "Hafen GmbH"},
        amount="8400.00",
        currency="EUR",
    )

    id: UUID
    reference: Text
    creditor_id: UUID
    partner_id: UUID | None = None
    status: messaging.CaseStatus
    debtor: DebtorEntry
    amount: Amount
    currency: Annotated[Text, Field(description="ISO 4217")]
    close_code: Text | None = None


class CaseActEntry(BaseModel):
    """What shall happen to a case; `decline` and `request_information` need a note."""

    model_config = example(action="request_information", note="Please send the signed contract.")

    action: messaging.CaseAction
    note: CaseText | None = None


class ClosingEntry(BaseModel):
    """How a case ends; a client leaves the code out."""

    model_config = example(close_code="Uneconomical to Pursue", comment="The debtor has moved abroad.")

    close_code: Text | None = None
    comment: CaseText | None = None


class PaymentEntry(BaseModel):
    """A payment. The same `client_payment_id` with the same content again is harmless."""

    model_config = example(
        client_payment_id="2026-11-25-1",
        amount="1250.00",
        currency="EUR",
        paid_on="2026-11-24",
        received_by="creditor",
        commission_paid=False,
    )

    client_payment_id: Annotated[str, Field(min_length=1, max_length=200), AfterValidator(storable)]
    amount: Amount
    currency: Annotated[Text, Field(description="ISO 4217, the case's")]
    paid_on: Annotated[date, Field(description="today at the latest")]
    received_by: messaging.Side
    commission_paid: Annotated[
        bool | None, Field(description="must be given where the creditor received the money")
    ] = None


class CaseUserEntry(BaseModel):
    """Who is in charge of a case; null is nobody. Operators name the side."""

    model_config = example(user_id="8a6f5c1d-52a7-4f2e-8b1c-0a4b7c9d2e02")

    user_id: UUID | None
    side: messaging.Side | None = None


class AssignmentEntry(BaseModel):
    """Which partner gets a case, and whether it reviews it first or begins at once."""

    model_config = example(partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04", status="PendingVerification")

    partner_id: UUID
    status: Literal["PendingVerification", "Active"] | None = None


class MergeEntry(BaseModel):
    """Which case another one goes into."""

    model_config = example(into_case_id="e2d3c4b5-9a8f-4b7c-8d6e-5f4a3b2c1d05")

    into_case_id: UUID


class ManagingPartnerEntry(BaseModel):
    """Which partner speaks for the client; null is none."""

    model_config = example(partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04")

    partner_id: UUID | None


class DivisionEntry(BaseModel):
    """Which of its creditor's divisions a case belongs to; null is none."""

    model_config = example(division={"id": "5b0f2a0e-7d0f-4c2e-9a53-0d7c6f0b1c11", "name": "Export"})

    division: messaging.Division | None

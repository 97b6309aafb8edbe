"""Quotes that are asked for, given and chosen."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.gateway.bodies.fields import Amount, Text, example
from shared.contracts import messaging


class NewQuote(BaseModel):
    """What the partner asks for: a share of what it recovers, a fixed fee, or both. It is binding."""

    model_config = example(success_fee_percent="12.5", fixed_fee=None, comment="Fixed for a year.")

    success_fee_percent: Annotated[Amount | None, Field(description="above 0, up to 100")] = None
    fixed_fee: Annotated[Amount | None, Field(description="more than nothing")] = None
    currency: Annotated[Text | None, Field(description="ISO 4217; the lead's where it is left out")] = None
    comment: Annotated[Text | None, Field(max_length=messaging.QUOTE_COMMENT_MAX_CHARACTERS)] = None


class ChosenQuote(BaseModel):
    """The quote that wins."""

    model_config = example(quote_id="6a1b7c0e-2f4d-5e6f-8a90-1b2c3d4e5f06")

    quote_id: UUID


class InvitationEntry(BaseModel):
    """A partner that may quote for a case, which must be asking for quotes."""

    model_config = example(
        case_id="e2d3c4b5-9a8f-4b7c-8d6e-5f4a3b2c1d05",
        partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04",
    )

    case_id: UUID
    partner_id: UUID

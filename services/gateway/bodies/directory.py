"""Companies, their users, and who works with whom."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from services.gateway.bodies.fields import Text, example
from shared.contracts import messaging


class CompanyEntry(BaseModel):
    """A company to register or to bring up to date."""

    model_config = example(
        id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        side="creditor",
        name="Nordvik Steel A/S",
        country="DK",
        time_zone="Europe/Copenhagen",
        locale="da",
    )

    id: UUID
    side: messaging.Side
    name: Text
    country: Annotated[Text, Field(description="ISO 3166-1 alpha-2")]
    subdivision: Annotated[Text | None, Field(description="ISO 3166-2 after the dash, such as `BY`")] = None
    time_zone: Annotated[Text, Field(description="IANA name")]
    locale: Annotated[Text, Field(description="BCP 47 language")] = "en"
    observes_holidays: bool = True
    on_decline: Annotated[
        messaging.OnDecline, Field(description="what becomes of a creditor's case that its partner declines")
    ] = "network"
    partner_kind: Annotated[
        messaging.PartnerKind | None,
        Field(description="of a partner: gets cases assigned, or wins them by a quote"),
    ] = None


class UserEntry(BaseModel):
    """A user to add or to bring up to date; `active` false takes the access away at once."""

    model_config = example(
        id="8a6f5c1d-52a7-4f2e-8b1c-0a4b7c9d2e02",
        company_id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        email="anna@nordvik.example",
        name="Anna Holm",
        role="admin",
        active=True,
    )

    id: UUID
    company_id: UUID
    email: Text
    name: Text
    role: messaging.UserRole = "user"
    active: bool = True


class PartnershipEntry(BaseModel):
    """Two companies that work together."""

    model_config = example(
        id="c7b2f9c4-13b0-4e57-8f6d-6f1f0d9e3b03",
        creditor_id="3d1f1a52-6f0e-4a37-9a50-2f1f5f8c0a01",
        partner_id="b1f4e6d8-70d3-4c1a-a2b9-5e8d7c6f4a04",
    )

    id: UUID
    creditor_id: UUID
    partner_id: UUID

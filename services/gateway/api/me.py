"""Who am I."""

from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from services.gateway import handlers
from services.gateway.api.dependencies import BASE_PATH, Member, TheGateway, answer
from services.gateway.problems import documented
from shared.contracts.messaging import Side, UserRole
from shared.contracts.notifier import PreferencesView

router = APIRouter(prefix=BASE_PATH, tags=["me"])


class CompanyOfMine(BaseModel):
    """The caller's company."""

    id: UUID
    name: str
    side: Side
    country: str
    time_zone: str
    locale: str


class Me(BaseModel):
    """The caller; `side` is what it is in every case, `role` what it may do in its company."""

    id: UUID
    name: str
    email: str
    side: Side
    role: UserRole
    company: CompanyOfMine
    preferences: PreferencesView | None = Field(description="null while they cannot be told")


@router.get("/me", response_model=Me, responses=documented(401, 403, 500, 503, 504))
async def who_am_i(session: Member, gateway: TheGateway) -> Response:
    """Tell who the token belongs to, and to which company."""
    identity = session.identity
    if identity is None:
        raise TypeError("a member has an identity")
    me = Me(
        id=identity.user_id,
        name=identity.name,
        email=identity.email,
        side=identity.side,
        role=identity.role,
        company=CompanyOfMine(
            id=identity.company_id,
            name=identity.company_name,
            side=identity.side,
            country=identity.country,
            time_zone=identity.time_zone,
            locale=identity.locale,
        ),
        preferences=await handlers.preferences(gateway.services, session),
    )
    return answer(me.model_dump(mode="json"))

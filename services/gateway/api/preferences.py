"""What a user wants to be told by e-mail."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Response

from services.gateway.api.dependencies import BASE_PATH, JsonBody, Member, TheGateway, accepts, answer
from services.gateway.bodies import PreferenceChanges
from services.gateway.problems import documented
from shared.contracts import notifier

router = APIRouter(prefix=BASE_PATH, tags=["me"])


@router.patch(
    "/preferences",
    response_model=notifier.PreferencesView,
    responses=documented(400, 401, 403, 408, 413, 415, 422, 500, 503, 504),
    openapi_extra=accepts(PreferenceChanges),
)
async def change_preferences(
    session: Member,
    gateway: TheGateway,
    changes: Annotated[PreferenceChanges, Depends(JsonBody(PreferenceChanges))],
) -> Response:
    """Change the fields sent, at once and for e-mails that wait already; return all preferences."""
    chosen: dict[str, Any] = changes.model_dump(exclude_unset=True)
    request = notifier.ChangePreferences(
        caller=session.caller,
        correlation_id=session.correlation_id,
        preferences=notifier.Preferences.model_validate(chosen),
        fields=tuple(sorted(chosen)),
    )
    changed = await gateway.services.call("notifier", "change_preferences", request)
    return answer(changed["preferences"], position=changed["position"] or None)

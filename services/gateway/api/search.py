"""Finding messages, notes and cases by words."""

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from services.gateway.api.dependencies import BASE_PATH, Member, MinPosition, PageQuery, TheGateway, answer
from services.gateway.problems import documented
from shared.contracts import messaging

router = APIRouter(prefix=BASE_PATH, tags=["search"])


class SearchQuery(PageQuery):
    """What to look for."""

    q: Annotated[
        str,
        Field(
            min_length=1,
            max_length=messaging.SEARCH_MAX_CHARACTERS,
            description="words, up to ten; of the last one its beginning is enough",
        ),
    ]
    kind: messaging.SearchKind | None = None


@router.get(
    "/search",
    response_model=messaging.SearchPage,
    responses=documented(400, 401, 403, 422, 500, 503, 504),
)
async def search(
    session: Member, gateway: TheGateway, query: Annotated[SearchQuery, Query()], min_position: MinPosition
) -> Response:
    """
    Find messages, notes and cases that the caller may see and that have all the words, newest first.
    """
    request = messaging.Search(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        text=query.q,
        kind=query.kind,
    )
    return answer(await gateway.services.call("messaging", "search", request))

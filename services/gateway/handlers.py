"""Use cases that need more than one service."""

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any
from uuid import UUID, uuid4

from services.gateway.ports import Services
from services.gateway.sign_in import Session
from shared.contracts.messaging import GetCase, GetPartnership, Identify, ListCases
from shared.contracts.notifier import GetPreferences, PreferencesView
from shared.contracts.rpc import Caller, Query
from shared.contracts.tasks import CountOpenTasks, GetRecentSla
from shared.errors import ParleyError, Refused

PROBE_SECONDS = 2.0
_NOBODY = UUID(int=0)


async def list_cases(services: Services, request: ListCases) -> dict[str, Any]:
    """
    Return a page of cases with their open tasks. Raises as `Services.call`, also where only tasks is away.
    """
    page = dict(await services.call("messaging", "list_cases", request))
    page["items"] = await _with_open_tasks(services, request, page["items"])
    return page


async def get_case(services: Services, request: GetCase) -> dict[str, Any]:
    """Return one case with its open tasks. Raises as `Services.call`, also where only tasks is away."""
    case = await services.call("messaging", "get_case", request)
    [counted] = await _with_open_tasks(services, request, [case])
    return counted


async def get_partnership(services: Services, request: GetPartnership) -> dict[str, Any]:
    """
    Return one partnership and how timely its partner was lately; None for that while tasks cannot tell.

    Raises as `Services.call` where messaging is away.
    """
    found = await services.call("messaging", "get_partnership", request)
    question = GetRecentSla(
        caller=request.caller,
        correlation_id=request.correlation_id,
        min_position=request.min_position,
        partner_id=found["partner"]["id"],
        creditor_id=found["creditor"]["id"],
    )
    try:
        sla = await services.call("tasks", "get_recent_sla", question, within=PROBE_SECONDS)
    except Refused:
        raise
    except ParleyError:
        return {**found, "sla": None}
    return {**found, "sla": sla}


async def _with_open_tasks(
    services: Services, request: Query, cases: list[Mapping[str, Any]]
) -> list[dict[str, Any]]:
    # A count that is not known is not zero: without tasks there is no answer.
    if not cases:
        return []
    question = CountOpenTasks(
        caller=request.caller,
        correlation_id=request.correlation_id,
        min_position=request.min_position,
        case_ids=tuple(UUID(case["id"]) for case in cases),
    )
    counts = (await services.call("tasks", "count_open_tasks", question))["counts"]
    return [{**case, "open_task_count": counts.get(case["id"], 0)} for case in cases]


async def preferences(services: Services, session: Session) -> PreferencesView | None:
    """Return the caller's preferences; None while notifier cannot tell: who one is does not hang on it."""
    question = GetPreferences(caller=session.caller, correlation_id=session.correlation_id)
    try:
        answer = await services.call("notifier", "get_preferences", question, within=PROBE_SECONDS)
    except Refused:
        raise
    except ParleyError:
        return None
    return PreferencesView.model_validate(answer)


async def probe_services(services: Services) -> dict[str, bool]:
    """Tell for each service we call whether it answers now; a refusal is an answer too."""
    platform = Caller(user_id=None, company_id=None, role="ops", name="gateway")
    correlation_id = uuid4()
    who = Identify(caller=platform, correlation_id=correlation_id, user_id=_NOBODY)
    owed = CountOpenTasks(caller=platform, correlation_id=correlation_id, case_ids=())
    answers = await asyncio.gather(
        _answers(services.call("messaging", "identify", who, within=PROBE_SECONDS)),
        _answers(services.call("tasks", "count_open_tasks", owed, within=PROBE_SECONDS)),
    )
    return dict(zip(("messaging", "tasks"), answers, strict=True))


async def _answers(call: Awaitable[Any]) -> bool:
    try:
        await call
    except Refused:
        return True
    except ParleyError:
        return False
    return True

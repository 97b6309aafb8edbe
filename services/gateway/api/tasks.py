"""Tasks of the caller's company."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, Field

from services.gateway.api.dependencies import (
    BASE_PATH,
    JsonBody,
    MinPosition,
    MonthQuery,
    PageQuery,
    SignedIn,
    TheGateway,
    accepts,
    answer,
)
from services.gateway.bodies import TaskChange
from services.gateway.problems import documented
from shared.contracts import tasks

router = APIRouter(prefix=BASE_PATH, tags=["tasks"])


class TasksQuery(PageQuery):
    """Which tasks."""

    status: Literal["open", "solved"] | None = None
    tab: tasks.Tab | None = None
    type: tasks.TaskType | None = None
    overdue: bool | None = None
    case_id: UUID | None = None
    thread_id: UUID | None = None
    assignee: Annotated[
        UUID | Literal["none"] | None, Field(description="a user's id; `none`: nobody took it on")
    ] = None
    due_before: AwareDatetime | None = None
    due_from: AwareDatetime | None = None
    postponed: Annotated[
        bool | None, Field(description="true: only those that are hidden until their day")
    ] = None


class GroupsQuery(PageQuery):
    """Which tab."""

    tab: tasks.Tab | None = None


class SlaQuery(MonthQuery):
    """Which figures."""

    partner_id: UUID | None = None


@router.get("/tasks", response_model=tasks.TaskPage, responses=documented(400, 401, 403, 500, 503, 504))
async def list_tasks(
    session: SignedIn, gateway: TheGateway, query: Annotated[TasksQuery, Query()], min_position: MinPosition
) -> Response:
    """List the tasks of the caller's company: open ones by deadline, solved ones latest first."""
    request = tasks.ListTasks(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        status=query.status,
        tab=query.tab,
        overdue=query.overdue,
        case_id=query.case_id,
        thread_id=query.thread_id,
        type=query.type,
        assignee=query.assignee,
        due_before=query.due_before,
        due_from=query.due_from,
        postponed=query.postponed,
    )
    return answer(await gateway.services.call("tasks", "list_tasks", request))


@router.get(
    "/tasks/counts", response_model=tasks.TabCounts, responses=documented(400, 401, 403, 500, 503, 504)
)
async def count_tasks(session: SignedIn, gateway: TheGateway, min_position: MinPosition) -> Response:
    """Count the open tasks that the tabs show."""
    request = tasks.CountTabs(
        caller=session.caller, correlation_id=session.correlation_id, min_position=min_position
    )
    return answer(await gateway.services.call("tasks", "count_tabs", request))


@router.get(
    "/tasks/by-thread", response_model=tasks.TaskGroupPage, responses=documented(400, 401, 403, 500, 503, 504)
)
async def list_task_groups(
    session: SignedIn, gateway: TheGateway, query: Annotated[GroupsQuery, Query()], min_position: MinPosition
) -> Response:
    """List open tasks by thread: one entry for all that one chat asks for, the earliest deadline first."""
    request = tasks.ListTaskGroups(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        tab=query.tab,
    )
    return answer(await gateway.services.call("tasks", "list_task_groups", request))


@router.get("/sla", response_model=tasks.SlaReport, responses=documented(400, 401, 403, 422, 500, 503, 504))
async def get_sla(
    session: SignedIn, gateway: TheGateway, query: Annotated[SlaQuery, Query()], min_position: MinPosition
) -> Response:
    """
    Tell how timely a partner was: its own figures for a partner; for a creditor those of `partner_id` in what
    it owed this creditor.
    """
    request = tasks.GetSla(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        month=query.month,
        partner_id=query.partner_id,
        history=query.history,
    )
    return answer(await gateway.services.call("tasks", "get_sla", request))


@router.get(
    "/tasks/{task_id}",
    response_model=tasks.TaskView,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def get_task(
    task_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """Return one task."""
    request = tasks.GetTask(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        task_id=task_id,
    )
    return answer(await gateway.services.call("tasks", "get_task", request))


@router.patch(
    "/tasks/{task_id}",
    response_model=tasks.TaskView,
    responses=documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504),
    openapi_extra=accepts(TaskChange),
)
async def change_task(
    task_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    change: Annotated[TaskChange, Depends(JsonBody(TaskChange))],
) -> Response:
    """
    Give the task to a colleague, or put it off; null takes either back.

    A task whose timeliness is measured (`sla`) is hidden until its deadline at the longest, and its deadline
    stays; another may be put off until 14 days after its deadline, which moves with it.
    """
    request = tasks.ChangeTask(
        caller=session.caller,
        correlation_id=session.correlation_id,
        task_id=task_id,
        fields=frozenset(change.model_fields_set & {"assignee", "postponed_to"}),
        assignee=change.assignee,
        postponed_to=change.postponed_to,
    )
    changed = await gateway.services.call("tasks", "change_task", request)
    return answer(changed["task"], position=changed["position"])


@router.post(
    "/tasks/{task_id}/reopen",
    response_model=tasks.TaskView,
    responses=documented(400, 401, 403, 404, 409, 422, 500, 503, 504),
)
async def reopen_task(task_id: UUID, session: SignedIn, gateway: TheGateway) -> Response:
    """Undo an automatic resolution: the task is open again with the deadline it had."""
    request = tasks.ReopenTask(caller=session.caller, correlation_id=session.correlation_id, task_id=task_id)
    changed = await gateway.services.call("tasks", "reopen_task", request)
    return answer(changed["task"], position=changed["position"])

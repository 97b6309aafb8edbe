"""Tasks of the caller's company."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.gateway.api.dependencies import BASE_PATH, MinPosition, PageQuery, SignedIn, TheGateway, answer
from services.gateway.problems import documented
from shared.contracts import tasks

router = APIRouter(prefix=BASE_PATH, tags=["tasks"])


class TasksQuery(PageQuery):
    """Which tasks."""

    status: Literal["open", "solved"] | None = None
    tab: Literal["messages", "case_updates", "new_cases"] | None = None
    overdue: bool | None = None
    case_id: UUID | None = None
    thread_id: UUID | None = None


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
    )
    return answer(await gateway.services.call("tasks", "list_tasks", request))


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

"""The nameko service `tasks`: entrypoints only."""

from dataclasses import dataclass
from uuid import UUID

from psycopg_pool import ConnectionPool

from services.tasks import handlers, queries
from shared.clock import Clock
from shared.contracts.rpc import Caller, Query
from shared.contracts.tasks import (
    CaseTaskCounts,
    CountOpenTasks,
    GetTask,
    ListTasks,
    TaskPage,
    TaskView,
)
from shared.db import DatabaseConnection, open_pool
from shared.errors import Forbidden, Invalid
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.nameko_adapters import Resources, SubscriptionExtension, endpoint
from shared.settings import Settings
from shared.subscription import wait_until_handled

# A client that just wrote waits this long for its task to show; then it is told to ask again.
READ_YOUR_WRITES_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksResources:
    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock


def build(settings: Settings) -> TasksResources:
    return TasksResources(
        settings=settings,
        log=open_log(settings),
        pool=open_pool(settings, schema=handlers.NAME, autocommit=True),
        clock=settings.system_clock(),
    )


class TasksService:
    name = handlers.NAME

    resources = Resources(build)
    subscription = SubscriptionExtension(lambda resources: handlers.subscription(resources.log))

    @endpoint(ListTasks)
    def list_tasks(self, request: ListTasks) -> TaskPage:
        wanted = queries.TaskFilter(
            company_id=_fence(request.caller),
            status=request.status,
            tab=request.tab,
            overdue=request.overdue,
            case_id=request.case_id,
            thread_id=request.thread_id,
        )
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.list_tasks(
                connection,
                wanted,
                now=self.resources.clock.now(),
                limit=request.limit,
                cursor=request.cursor,
            )

    @endpoint(GetTask)
    def get_task(self, request: GetTask) -> TaskView:
        company_id = _fence(request.caller)
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.get_task(
                connection, request.task_id, company_id=company_id, now=self.resources.clock.now()
            )

    @endpoint(CountOpenTasks)
    def count_open_tasks(self, request: CountOpenTasks) -> CaseTaskCounts:
        company_id = _fence(request.caller)
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.count_open_tasks(connection, request.case_ids, company_id=company_id)

    def _catch_up(self, request: Query) -> None:
        if request.min_position is not None:
            if request.min_position > self.resources.log.head():
                # Nobody may hold up workers by waiting for what was never written.
                raise Invalid("bad_min_position", "No event has this position yet.", "min_position")
            wait_until_handled(
                self.resources.pool, handlers.NAME, request.min_position, READ_YOUR_WRITES_SECONDS
            )


def _fence(caller: Caller) -> UUID | None:
    """Return the only company whose tasks the caller may see; None, for operators, is every company."""
    if caller.role == "ops":
        return None
    if caller.company_id is None:
        raise Forbidden("no_company", "Only users of a company have tasks.")
    return caller.company_id

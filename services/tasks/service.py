"""The nameko service `tasks`: entrypoints only."""

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from psycopg_pool import ConnectionPool

from services.tasks import handlers, queries
from shared.clock import Clock
from shared.contracts.rpc import Caller, Done, Query
from shared.contracts.tasks import (
    CaseTaskCounts,
    ChangedTask,
    ChangeTask,
    CountOpenTasks,
    CountTabs,
    GetRecentSla,
    GetSla,
    GetTask,
    ListTaskGroups,
    ListTasks,
    OpenTask,
    RecentSla,
    ReopenTask,
    SettleTask,
    SlaReport,
    TabCounts,
    TaskGroupPage,
    TaskPage,
    TaskView,
)
from shared.db import DatabaseConnection, open_pool
from shared.errors import Forbidden, Invalid, NotFound
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.nameko_adapters import BackgroundLoop, Resources, SubscriptionExtension, endpoint
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
    desk: handlers.Desk

    def new_sweeper(self) -> handlers.Sweeper:
        return handlers.Sweeper(self.log, self.pool.connection, self.clock)


def build(settings: Settings) -> TasksResources:
    log, clock = open_log(settings), settings.system_clock()
    return TasksResources(
        settings=settings,
        log=log,
        pool=open_pool(settings, schema=handlers.NAME, autocommit=True),
        clock=clock,
        desk=handlers.Desk(log, clock),
    )


class TasksService:
    name = handlers.NAME

    resources = Resources(build)
    subscription = SubscriptionExtension(lambda resources: handlers.subscription(resources.log))
    sweep = BackgroundLoop(lambda resources: resources.new_sweeper().run)

    @endpoint(ListTasks)
    def list_tasks(self, request: ListTasks) -> TaskPage:
        wanted = queries.TaskFilter(
            company_id=_fence(request.caller),
            status=request.status,
            tab=request.tab,
            type=request.type,
            overdue=request.overdue,
            case_id=request.case_id,
            thread_id=request.thread_id,
            assignee=request.assignee,
            due_before=request.due_before,
            due_from=request.due_from,
            # What is hidden until its day shows only to who asks for it.
            postponed=request.postponed or False,
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

    @endpoint(ListTaskGroups)
    def list_task_groups(self, request: ListTaskGroups) -> TaskGroupPage:
        company_id = _fence(request.caller)
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.list_groups(
                connection,
                company_id=company_id,
                tab=request.tab,
                now=self.resources.clock.now(),
                limit=request.limit,
                cursor=request.cursor,
            )

    @endpoint(CountTabs)
    def count_tabs(self, request: CountTabs) -> TabCounts:
        company_id = _fence(request.caller)
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.count_tabs(connection, company_id=company_id, now=self.resources.clock.now())

    @endpoint(GetSla)
    def get_sla(self, request: GetSla) -> SlaReport:
        caller = request.caller
        company_id = _fence(caller)
        is_creditor = caller.role == "creditor"
        if is_creditor and request.partner_id is None:
            raise Invalid("partner_needed", "Name the partner whose figures you want.", "partner_id")
        self._catch_up(request)
        first = queries.months_before(request.month, 11) if request.history else request.month
        with self.resources.pool.connection() as connection:
            return queries.sla(
                connection,
                months=(first, request.month),
                partner_id=company_id if caller.role == "partner" else request.partner_id,
                creditor_id=company_id if is_creditor else request.creditor_id,
                now=self.resources.clock.now(),
            )

    @endpoint(GetRecentSla)
    def get_recent_sla(self, request: GetRecentSla) -> RecentSla:
        caller = request.caller
        company_id = _fence(caller)
        partner_id = company_id if caller.role == "partner" else None
        creditor_id = company_id if caller.role == "creditor" else None
        self._catch_up(request)
        with self.resources.pool.connection() as connection:
            return queries.recent_sla(
                connection,
                partner_id=partner_id or request.partner_id,
                creditor_id=creditor_id or request.creditor_id,
                now=self.resources.clock.now(),
            )

    @endpoint(ChangeTask)
    def change_task(self, request: ChangeTask) -> ChangedTask:
        return self._change(request, lambda connection: self.resources.desk.change(connection, request))

    @endpoint(ReopenTask)
    def reopen_task(self, request: ReopenTask) -> ChangedTask:
        return self._change(request, lambda connection: self.resources.desk.reopen(connection, request))

    @endpoint(OpenTask)
    def open_task(self, request: OpenTask) -> Done:
        operator = _operator(request.caller)
        if request.due_at is not None and request.due_at.tzinfo is None:
            raise Invalid("naive_time", "Add an offset to the time, such as +01:00 or Z.", "due_at")

        def open_it(connection: DatabaseConnection) -> int:
            opened: tuple[UUID, int] = self.resources.desk.open(
                connection,
                type=request.type,
                company_id=request.company_id,
                case_id=request.case_id,
                due_at=request.due_at,
                by=operator,
                task_id=request.id,
                title=request.title,
            )
            return opened[1]

        return self._as_operator(open_it)

    @endpoint(SettleTask)
    def settle_task(self, request: SettleTask) -> Done:
        operator = _operator(request.caller)
        return self._as_operator(
            lambda connection: self.resources.desk.settle(
                connection, request.task_id, solved_by=request.solved_by, by=operator
            )
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

    def _change(
        self, request: ChangeTask | ReopenTask, change: Callable[[DatabaseConnection], int]
    ) -> ChangedTask:
        """Carry out what was asked and answer the task as it is then."""
        company_id = _fence(request.caller)
        with self.resources.pool.connection() as connection:
            position = change(connection)
        wait_until_handled(self.resources.pool, handlers.NAME, position, READ_YOUR_WRITES_SECONDS)
        with self.resources.pool.connection() as connection:
            task = queries.get_task(
                connection, request.task_id, company_id=company_id, now=self.resources.clock.now()
            )
        return ChangedTask(task=task, position=position)

    def _as_operator(self, act: Callable[[DatabaseConnection], int]) -> Done:
        """Carry it out; what is not found is looked for again once the tables know all that the log has."""
        try:
            with self.resources.pool.connection() as connection:
                return Done(position=act(connection))
        except NotFound:
            newest = self.resources.log.newest()
            wait_until_handled(self.resources.pool, handlers.NAME, newest, READ_YOUR_WRITES_SECONDS)
        with self.resources.pool.connection() as connection:
            return Done(position=act(connection))

    def _catch_up(self, request: Query) -> None:
        if request.min_position is not None:
            if request.min_position > self.resources.log.newest():
                # Nobody may hold up workers by waiting for what was never written.
                raise Invalid("bad_min_position", "No event has this position yet.", "min_position")
            wait_until_handled(
                self.resources.pool, handlers.NAME, request.min_position, READ_YOUR_WRITES_SECONDS
            )


def _operator(caller: Caller) -> str:
    """Return how the log calls the operator. Raises Forbidden for anybody else."""
    if caller.role != "ops":
        raise Forbidden("operators_only", "This is for operators of the platform.")
    return caller.name or str(caller.user_id or "platform")


def _fence(caller: Caller) -> UUID | None:
    """Return the only company whose tasks the caller may see; None, for operators, is every company."""
    if caller.role == "ops":
        return None
    if caller.company_id is None:
        raise Forbidden("no_company", "Only users of a company have tasks.")
    return caller.company_id

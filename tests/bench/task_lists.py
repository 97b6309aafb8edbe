"""How tasks holds at scale: the sweep over a million open tasks, lists of a company that owes very many."""

import time
from contextlib import closing, nullcontext
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import httpx
import psycopg
from psycopg import sql

from services.tasks import handlers, projections
from shared.clock import FixedClock
from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.tasks import Deadline, TaskFacts, TaskOpened
from shared.db import DatabaseConnection, connect
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import Append, Appended, EventLog
from shared.settings import Settings
from tests.bench import stack
from tests.bench.report import Figure, percentiles
from tests.bench.setting import Setting
from tests.bench.town import Town

SWEEP_SECONDS = 20
LIST_P95_MS = 50
SWEPT_TASKS = 1_000_000
# Of them so many come due between two sweeps, as after a night in which nobody looked.
NEWLY_DUE = 20_000
OWED_BY_ONE = 50_000
_AT_ONCE = 100
_REQUESTS = 100

# Every `solved_every`th is solved; the others come due in the weeks after now.
_FILL = """
    insert into tasks (
        id, type, title, company_id, side, case_id, thread_id, message_id, created_at, due_at, calendar,
        time_zone, skipped_days, board_id, solved_at, solved_by
    )
    select
        gen_random_uuid(), 'ReplyToChat', 'New message on case B-' || n, %(company)s, 'partner',
        gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), %(now)s::timestamptz - interval '1 day',
        %(now)s::timestamptz + make_interval(mins => 1 + n %% 10000), 'DK', 'Europe/Copenhagen', '{}',
        gen_random_uuid(),
        case when n %% %(solved_every)s = 0 then %(now)s::timestamptz - make_interval(mins => n %% 10000) end,
        case when n %% %(solved_every)s = 0 then 'reply' end
    from generate_series(1, %(count)s) n
"""
_INDEXES = """
    select indexname, indexdef from pg_indexes
    where schemaname = 'tasks' and tablename = 'tasks' and indexname <> 'tasks_pkey'
"""


def measure_sweep(setting: Setting) -> None:
    """Fill a database of its own with open tasks and sweep it once."""
    total = round(setting.seconds(SWEPT_TASKS, SWEPT_TASKS // 10))
    due = round(setting.seconds(NEWLY_DUE, NEWLY_DUE // 10))
    now = datetime.now(UTC)
    settings = stack.with_database(setting.settings, "bench_sweep")
    with (
        closing(open_log(settings)) as log,
        connect(settings, schema=handlers.NAME, autocommit=True) as tables,
    ):
        setting.tell(f"opening {total} tasks, {due} of them newly due")
        for _ in range(due // _AT_ONCE):
            _open_due(log, tables, now)
        _fill(settings, company_id=uuid4(), now=now, count=total - due, solved_every=total)
        setting.tell("sweeping them")
        sweeper = handlers.Sweeper(log, lambda: nullcontext(tables), FixedClock(now))
        begun = time.perf_counter()
        swept = sweeper.sweep(now)
        seconds = time.perf_counter() - begun
    if swept.overdue != due:
        raise RuntimeError(f"{swept.overdue} of {due} tasks became overdue")
    setting.report.add(
        Figure(
            bench="tasks",
            name=f"overdue sweep over {total} open tasks, {due} of them newly due",
            value=seconds,
            unit="s",
            target=f"< {SWEEP_SECONDS} s",
            met=seconds < SWEEP_SECONDS,
        )
    )


def measure_lists(setting: Setting, town: Town) -> None:
    """Ask for lists of one company that owes very much, through the gateway."""
    resident = next(one for one in town.listeners if one.company_id == town.chats[0].partner.company_id)
    _fill(
        setting.settings,
        company_id=resident.company_id,
        now=datetime.now(UTC),
        count=OWED_BY_ONE,
        solved_every=5,
    )
    headers = {"Authorization": f"Bearer {resident.token}"}
    with httpx.Client(base_url=f"{town.api}/api/v1", headers=headers, timeout=30) as client:
        second = client.get("/tasks").raise_for_status().json()["next_cursor"]
        for name, address in (
            ("first page", "/tasks?status=open"),
            ("second page", f"/tasks?cursor={second}"),
            ("overdue", "/tasks?overdue=true"),
            ("of one tab, unassigned", "/tasks?status=open&tab=messages&assignee=none"),
            ("solved", "/tasks?status=solved"),
            ("counts of the tabs", "/tasks/counts"),
            ("by thread", "/tasks/by-thread"),
        ):
            setting.tell(f"GET {address.split('?')[0]}: {name}")
            _, p95, _ = percentiles([_seconds(client, address) for _ in range(_REQUESTS)])
            is_list = address.startswith("/tasks?")
            setting.report.add(
                Figure(
                    bench="tasks",
                    name=f"GET /tasks of a company with {OWED_BY_ONE} tasks, {name}, p95",
                    value=p95 * 1e3,
                    unit="ms",
                    target=f"≤ {LIST_P95_MS} ms" if is_list else "",
                    met=p95 * 1e3 <= LIST_P95_MS if is_list else None,
                )
            )


def _fill(settings: Settings, *, company_id: UUID, now: datetime, count: int, solved_every: int) -> None:
    """Add tasks as the owner of the table, its indexes made again afterwards, which is quicker."""
    filled = {"company": company_id, "now": now, "count": count, "solved_every": solved_every}
    with psycopg.connect(settings.database_url, options="-c search_path=tasks") as owner:
        indexes = owner.execute(_INDEXES).fetchall()
        for name, _ in indexes:
            owner.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
        owner.execute(_FILL, filled)
        for _, definition in indexes:
            owner.execute(definition)
    with psycopg.connect(settings.database_url, autocommit=True) as owner:
        owner.execute("vacuum analyze tasks.tasks")


def _seconds(client: httpx.Client, address: str) -> float:
    begun = time.perf_counter()
    client.get(address).raise_for_status()
    return time.perf_counter() - begun


def _open_due(log: EventLog, tables: DatabaseConnection, now: datetime) -> None:
    """Open tasks on boards of their own, as messages of two days before would have."""
    outcomes = log.append_several([_due_task(uuid4(), now) for _ in range(_AT_ONCE)])
    with tables.transaction(), tables.pipeline():
        for outcome in outcomes:
            if isinstance(outcome, Appended):
                projections.project(outcome.events[0], tables)


def _due_task(thread_id: UUID, now: datetime) -> Append:
    task = TaskFacts(
        id=uuid4(),
        type="ReplyToChat",
        title="New message",
        company_id=uuid4(),
        side="partner",
        case_id=None,
        case_reference=None,
        thread_id=thread_id,
        message_id=uuid4(),
        created_at=now - timedelta(days=2),
        deadline=Deadline(
            due_at=now - timedelta(minutes=1),
            calendar="DK",
            time_zone="Europe/Copenhagen",
            skipped_days=(),
        ),
    )
    opened = NewEvent(
        id=uuid4(),
        data=TaskOpened(task=task, thread_version=2),
        time=task.created_at,
        actor="platform",
        audience=frozenset({task.company_id}),
        correlation_id=uuid4(),
    )
    return Append(Stream(handlers.REPLY_TASKS, thread_id), [opened], "no_stream")

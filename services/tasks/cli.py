"""`parley tasks`: who owes whom an answer, as operators see it."""

import json
from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

import click
from rich.progress import Progress

from services.tasks import handlers, queries
from services.tasks.cursors import ListName
from shared.cli_support import (
    VerbGroup,
    current_settings,
    json_option,
    now_option,
    print_json,
    print_table,
)
from shared.contracts.tasks import TaskView
from shared.db import DatabaseConnection, connect
from shared.dead_letters import dead_letters_group
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.rebuild import rebuild
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition


@click.group(cls=VerbGroup)
def group() -> None:
    """Who owes whom an answer, until when."""


def _definition(settings: Settings, log: EventLog) -> SubscriptionDefinition:
    del settings
    return handlers.subscription(log)


group.add_command(dead_letters_group(handlers.NAME, _definition))


@group.command("list")
@click.option("--company", type=click.UUID, help="Only what this company owes.")
@click.option("--case", type=click.UUID, help="Only tasks of this case.")
@click.option("--status", type=click.Choice(["open", "solved"]), help="Only open or only solved tasks.")
@click.option("--overdue", is_flag=True, help="Only tasks past their deadline.")
@json_option
@now_option
def list_(
    company: UUID | None,
    case: UUID | None,
    status: ListName | None,
    *,
    overdue: bool,
    as_json: bool,
    now: datetime | None,
) -> None:
    """List all tasks: open ones by deadline, then solved ones, the latest first."""
    settings = current_settings()
    wanted = queries.TaskFilter(company_id=company, case_id=case, status=status, overdue=overdue or None)
    instant = now or settings.system_clock().now()
    with connect(settings, schema=handlers.NAME) as connection:
        tasks = _every_page(connection, wanted, now=instant)
        if as_json:
            print_json(list(tasks))
        else:
            print_table(
                ("ID", "Status", "Due", "Title", "Company"),
                ((task.id, _status(task), task.due_at, task.title, task.company_id) for task in tasks),
            )


@group.command()
@click.argument("task_id", type=click.UUID)
@json_option
@now_option
def show(task_id: UUID, *, as_json: bool, now: datetime | None) -> None:
    """Show one task and how its deadline came about."""
    settings = current_settings()
    instant = now or settings.system_clock().now()
    with connect(settings, schema=handlers.NAME) as connection:
        task = queries.get_task(connection, task_id, company_id=None, now=instant)
    if as_json:
        print_json(task)
        return
    rows = json.loads(task.model_dump_json(exclude={"deadline"}, exclude_none=True))
    if task.deadline is not None:
        skipped = ", ".join(day.isoformat() for day in task.deadline.skipped_days) or "none"
        rows |= {
            "calendar": f"{task.deadline.calendar}, {task.deadline.time_zone}",
            "skipped_days": skipped,
        }
    print_table(("", ""), rows.items())


@group.command("rebuild")
def rebuild_() -> None:
    """Build the read model anew from the log, beside the live one, and swap it in."""
    settings = current_settings()
    log = open_log(settings)
    try:
        with Progress() as progress:
            bar = progress.add_task("Rebuilding tasks", total=None)
            position = rebuild(
                handlers.subscription(log),
                log,
                settings,
                lambda done, total: progress.update(bar, completed=done, total=total),
            )
    finally:
        log.close()
    click.echo(f"The read model of tasks was rebuilt up to position {position}.")


def _every_page(
    connection: DatabaseConnection, wanted: queries.TaskFilter, *, now: datetime
) -> Iterator[TaskView]:
    cursor: str | None = None
    while True:
        page = queries.list_tasks(connection, wanted, now=now, limit=queries.LONGEST_PAGE, cursor=cursor)
        yield from page.items
        cursor = page.next_cursor
        if cursor is None:
            return


def _status(task: TaskView) -> str:
    return "overdue" if task.overdue else task.status

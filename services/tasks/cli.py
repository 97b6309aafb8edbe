"""`parley tasks`: who owes whom an answer, as operators see it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from rich.progress import Progress

from services.tasks import handlers, queries
from services.tasks.catalogue import KINDS
from services.tasks.cursors import ListName
from shared.cli_support import (
    Instant,
    VerbGroup,
    current_settings,
    json_option,
    now_option,
    print_json,
    print_table,
)
from shared.contracts.tasks import SolvedBy, TaskType, TaskView
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
@click.option("--type", "task_type", type=click.Choice(sorted(KINDS)), help="Only tasks of this type.")
@click.option("--assignee", type=click.UUID, help="Only tasks that this user has in hand.")
@json_option
@now_option
def list_(
    company: UUID | None,
    case: UUID | None,
    status: ListName | None,
    task_type: TaskType | None,
    assignee: UUID | None,
    *,
    overdue: bool,
    as_json: bool,
    now: datetime | None,
) -> None:
    """List all tasks: open ones by deadline, then solved ones, the latest first."""
    settings = current_settings()
    wanted = queries.TaskFilter(
        company_id=company,
        case_id=case,
        status=status,
        type=task_type,
        assignee=assignee,
        overdue=overdue or None,
    )
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
    print_table(("", ""), (rows | _why_then(task)).items())


@group.command()
@now_option
def sweep(*, now: datetime | None) -> None:
    """Record which deadlines have passed; the service does the same every few seconds."""
    settings = current_settings()
    log = open_log(settings)
    try:
        with connect(settings, schema=handlers.NAME, autocommit=True) as connection:
            sweeper = handlers.Sweeper(log, lambda: nullcontext(connection), settings.system_clock())
            swept = sweeper.sweep(now or settings.system_clock().now())
    finally:
        log.close()
    click.echo(f"{swept.overdue} tasks became overdue.")


@group.command("open")
@click.option("--type", "task_type", type=click.Choice(sorted(KINDS)), required=True, help="Which task.")
@click.option("--company", type=click.UUID, required=True, help="Who owes it.")
@click.option("--case", type=click.UUID, help="The case it belongs to.")
@click.option("--title", help="Another title than the type's; no personal data.")
@click.option("--due", type=Instant(), help="When it is due (default: by the rule of its type).")
@click.option("--id", "task_id", type=click.UUID, help="Its id, so that the same again changes nothing.")
@now_option
def open_(
    task_type: TaskType,
    company: UUID,
    *,
    case: UUID | None,
    title: str | None,
    due: datetime | None,
    task_id: UUID | None,
    now: datetime | None,
) -> None:
    """Open a task that no event asks for, and print its id."""
    with _desk() as (desk, connection):
        opened, _ = desk.open(
            connection,
            type=task_type,
            company_id=company,
            case_id=case,
            due_at=due,
            title=title,
            task_id=task_id,
            by="cli",
            now=now,
        )
    click.echo(str(opened))


@group.command()
@click.argument("task_id", type=click.UUID)
@click.option(
    "--as",
    "solved_by",
    type=click.Choice(["done", "survey", "quote", "choice", "response", "verified", "withdrawn"]),
    default="done",
    show_default=True,
    help="What solved it.",
)
@now_option
def settle(task_id: UUID, solved_by: SolvedBy, *, now: datetime | None) -> None:
    """Solve a task whose condition was met outside of Parley."""
    with _desk() as (desk, connection):
        desk.settle(connection, task_id, solved_by=solved_by, by="cli", now=now)
    click.echo(f"Task {task_id} is solved.")


@group.command()
@click.option("--month", help="Such as 2026-11 (default: the present one).")
@click.option("--partner", type=click.UUID, help="Only this partner.")
@click.option("--creditor", type=click.UUID, help="Only what was owed to this creditor.")
@click.option("--months", type=click.IntRange(1, 120), default=1, show_default=True, help="How many, back.")
@json_option
@now_option
def sla(
    month: str | None,
    partner: UUID | None,
    creditor: UUID | None,
    months: int,
    *,
    as_json: bool,
    now: datetime | None,
) -> None:
    """Show how timely partners answered, by the month their tasks came due in."""
    settings = current_settings()
    instant = now or settings.system_clock().now()
    last = month or f"{instant:%Y-%m}"
    with connect(settings, schema=handlers.NAME) as connection:
        report = queries.sla(
            connection,
            months=(queries.months_before(last, months - 1), last),
            partner_id=partner,
            creditor_id=creditor,
            now=instant,
        )
    if as_json:
        print_json(list(report.items))
        return
    print_table(
        ("Month", "Partner", "In time", "Late", "Share", "Median h", "p90 h", "Surveys", "Survey score"),
        (
            (
                row.month,
                row.partner_id,
                row.in_time,
                row.late,
                _rounded(row.share_in_time),
                _rounded(row.median_hours),
                _rounded(row.p90_hours),
                row.surveys,
                _rounded(row.survey_score),
            )
            for row in report.items
        ),
    )


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


@contextmanager
def _desk() -> Iterator[tuple[handlers.Desk, DatabaseConnection]]:
    settings = current_settings()
    log = open_log(settings)
    try:
        with connect(settings, schema=handlers.NAME, autocommit=True) as connection:
            yield handlers.Desk(log, settings.system_clock()), connection
    finally:
        log.close()


def _why_then(task: TaskView) -> dict[str, str]:
    """Return how the deadline came about: the rule, the calendar, the days skipped, both zones."""
    deadline = task.deadline
    if deadline is None:
        return {}
    zones = [deadline.time_zone]
    if deadline.asked_time_zone not in (None, deadline.time_zone):
        zones.append(f"{deadline.asked_time_zone} (who asked)")
    return {
        "rule": deadline.rule or "2 business days",
        "calendar": f"{deadline.calendar}, {deadline.time_zone}",
        "skipped_days": ", ".join(day.isoformat() for day in deadline.skipped_days) or "none",
        "asked": _in_zones(task.created_at, zones),
        "due": _in_zones(task.due_at, zones),
    }


def _in_zones(instant: datetime, zones: list[str]) -> str:
    """Return the wall-clock times of an instant; a zone may be followed by words about it."""
    return " = ".join(
        f"{instant.astimezone(ZoneInfo(zone.split(' ')[0])):%a %Y-%m-%d %H:%M} {zone}" for zone in zones
    )


def _rounded(number: float | None) -> str | None:
    return None if number is None else f"{number:.2f}"


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

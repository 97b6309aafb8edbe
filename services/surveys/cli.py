"""`parley surveys`: the monthly updates that partners owe, as operators see them."""

from contextlib import closing
from datetime import datetime
from typing import Literal, cast
from uuid import UUID, uuid4

import click
from rich.progress import Progress as Bar

from services.surveys import handlers, queries
from services.surveys.commands import Origin, SetCadence
from services.surveys.decider import cadence
from shared.bulk import holding_back
from shared.cli_support import (
    VerbGroup,
    current_settings,
    json_option,
    now_option,
    print_json,
    print_table,
)
from shared.contracts.surveys import SurveyStatus, SurveyView
from shared.db import connect
from shared.dead_letters import dead_letters_group
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.rebuild import rebuild
from shared.scheduler import ScheduledVerb
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition

_ACTOR = "ops:surveys"

SCHEDULE = (
    ScheduledVerb(("surveys", "request"), every_seconds=3600),
    ScheduledVerb(("surveys", "remind"), every_seconds=3600),
)
"""They do nothing where nothing is due, so that each day's surveys are asked for within the hour."""


@click.group(cls=VerbGroup)
def group() -> None:
    """The monthly updates that partners owe."""


def _definition(settings: Settings, log: EventLog) -> SubscriptionDefinition:
    del settings
    return handlers.subscription(handlers.open_archive(log))


group.add_command(dead_letters_group(handlers.NAME, _definition))


@group.command()
@click.option("--month", help="Such as 2026-11 (default: the month of now).")
@click.option("--dry-run", is_flag=True, help="Only tell what would be requested.")
@json_option
@now_option
def request(month: str | None, *, dry_run: bool, as_json: bool, now: datetime | None) -> None:
    """
    Ask for the update of every active case whose day of the month has come.

    Run it every day; it may be run twice, late, or again after it was cut off. Without --month, what fell due
    in the last week of the month before and was not asked for is asked for too.
    """
    settings = current_settings()
    origin = _origin(settings, now)
    wanted = month or cadence.month_of(origin.at.date())
    with (
        closing(open_log(settings)) as log,
        connect(settings, schema=handlers.NAME, autocommit=True) as connection,
        Bar(disable=as_json) as bar,
    ):
        task = bar.add_task(f"Surveys of {wanted}", total=None)

        def tell(name: str, behind: int) -> None:
            waits = f"waiting for {name}, {behind} portions behind"
            bar.update(task, description=f"Surveys of {wanted} ({waits})")

        with holding_back(settings, tell=tell) as hold_back:

            def after_portion(progress: handlers.Progress) -> None:
                hold_back(progress.position)
                bar.update(
                    task,
                    description=f"Surveys of {wanted}",
                    completed=progress.looked_at,
                    total=progress.total,
                )

            done = handlers.request_month(
                handlers.open_archive(log),
                connection,
                month=wanted,
                origin=origin,
                business_days=settings.survey_business_days,
                dry_run=dry_run,
                catch_up=month is None,
                after_portion=after_portion,
            )
    if as_json:
        print_json(
            {
                "month": wanted,
                "dry_run": dry_run,
                "active_cases": done.looked_at,
                "requested": done.requested,
                "refreshed": done.refreshed,
            }
        )
        return
    would = "would be " if dry_run else ""
    click.echo(
        f"{wanted}: of {done.looked_at} active cases {done.requested} surveys {would}requested, "
        f"{done.refreshed} {would}refreshed."
    )


@group.command()
@json_option
@now_option
def remind(*, as_json: bool, now: datetime | None) -> None:
    """Remind partners of surveys past their deadline, of each at most once in seven days."""
    settings = current_settings()
    origin = _origin(settings, now)
    with (
        closing(open_log(settings)) as log,
        connect(settings, schema=handlers.NAME, autocommit=True) as connection,
    ):
        overdue = queries.overdue_surveys(connection, now=origin.at)
        reminded = handlers.remind(handlers.open_archive(log), overdue, origin)
    if as_json:
        print_json({"overdue": len(overdue), "reminded": reminded})
    else:
        click.echo(f"{reminded} of {len(overdue)} overdue surveys were reminded of.")


@group.command("cadence")
@click.argument("partner_id", type=click.UUID)
@click.option(
    "--mode",
    type=click.IntRange(0, 1),
    required=True,
    help="0: monthly from each case's activation. 1: all on one day of the month.",
)
@click.option("--day", type=int, help="Day of the month for mode 1, 1 to 28.")
@now_option
def cadence_(partner_id: UUID, mode: int, day: int | None, now: datetime | None) -> None:
    """Say how a partner's surveys are spread over the month."""
    settings = current_settings()
    command = SetCadence(partner_id=partner_id, mode=cast("Literal[0, 1]", mode), day=day)
    with closing(open_log(settings)) as log:
        changed = handlers.set_cadence(handlers.open_archive(log), command, _origin(settings, now))
    click.echo("The cadence was set." if changed else "The cadence is so already.")


@group.command("list")
@click.option("--status", type=click.Choice(["open", "submitted", "withdrawn"]), help="Only these.")
@click.option("--case", "case_id", type=click.UUID, help="Only surveys of this case.")
@click.option("--limit", type=click.IntRange(1, 200), default=50, show_default=True)
@json_option
@now_option
def list_(
    status: SurveyStatus | None, case_id: UUID | None, limit: int, *, as_json: bool, now: datetime | None
) -> None:
    """List surveys, the latest requested first."""
    settings = current_settings()
    with connect(settings, schema=handlers.NAME, autocommit=True) as connection:
        page = queries.list_surveys(
            connection,
            viewer=None,
            status=status,
            case_id=case_id,
            now=now or settings.system_clock().now(),
            limit=limit,
            cursor=None,
        )
    if as_json:
        print_json(list(page.items))
        return
    print_table(
        ("ID", "Case", "Month", "Status", "Due"),
        ((each.id, each.case_reference, each.month, _status(each), each.due_at) for each in page.items),
    )


@group.command()
@click.argument("survey_id", type=click.UUID)
@json_option
@now_option
def show(survey_id: UUID, *, as_json: bool, now: datetime | None) -> None:
    """Show one survey."""
    settings = current_settings()
    with connect(settings, schema=handlers.NAME, autocommit=True) as connection:
        survey = queries.get_survey(
            connection, survey_id, viewer=None, now=now or settings.system_clock().now()
        )
    if as_json:
        print_json(survey)
        return
    plain = survey.model_dump(mode="json", exclude={"draft", "known", "report"}, exclude_none=True)
    report = survey.report.model_dump(mode="json", exclude_none=True) if survey.report else {}
    print_table(("", ""), [*plain.items(), *report.items()])


@group.command("rebuild")
def rebuild_() -> None:
    """Build the read model anew from the log, beside the live one, and swap it in."""
    settings = current_settings()
    with closing(open_log(settings)) as log, Bar() as bar:
        task = bar.add_task("Rebuilding surveys", total=None)
        position = rebuild(
            handlers.subscription(handlers.open_archive(log)),
            log,
            settings,
            lambda done, total: bar.update(task, completed=done, total=total),
        )
    click.echo(f"The read model of surveys was rebuilt up to position {position}.")


def _origin(settings: Settings, now: datetime | None) -> Origin:
    return Origin(id=uuid4(), at=now or settings.system_clock().now(), actor=_ACTOR, correlation_id=uuid4())


def _status(survey: SurveyView) -> str:
    return "overdue" if survey.overdue else survey.status

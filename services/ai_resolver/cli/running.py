"""Verbs that do something: run, undo, configure, rebuild."""

import getpass
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

import click
from rich.progress import Progress

from services.ai_resolver.adapters import tasks_rpc
from services.ai_resolver.cli.judges import build_judge
from services.ai_resolver.commands import ConfigureCompany
from services.ai_resolver.handlers import subscribing
from services.ai_resolver.handlers.running import TO_BE_MENDED, Looked, NightRun, Rules, Summary
from services.ai_resolver.handlers.subscribing import Desk
from shared.cli_support import Failure, current_settings, json_option, now_option, print_json, print_table
from shared.contracts.ai_resolver import Mode
from shared.db import connect
from shared.eventlog.factory import open_log
from shared.rebuild import rebuild
from shared.subscription import wait_until_handled

_CATCH_UP_SECONDS = 30


@click.command()
@click.option("--dry-run", is_flag=True, help="Judge, but record nothing and close nothing.")
@click.option("--at-once", is_flag=True, help="Look at what is open now, whatever the hour, however new.")
@json_option
@now_option
def run(*, dry_run: bool, at_once: bool, as_json: bool, now: datetime | None) -> None:
    """
    Look at every open chat task whose night has come, and record whether a reply is still expected.

    A night begins at 02:00 in the zone of the company that owes the answer. Run it every hour; it may be run
    twice, late, or on two machines at once. Without PARLEY_AI_MODEL it judges with a stricter threshold and
    says so in each verdict. Fails where the model refuses to be asked, which another night would not mend.
    """
    settings = current_settings()
    instant = now or settings.system_clock().now()
    judge = build_judge(settings, "full")
    rules = Rules(
        installation_mode=settings.ai_mode,
        minimum_age=timedelta(seconds=settings.ai_min_age_seconds),
        at_once=at_once,
        brake_rate=settings.ai_brake_rate,
    )
    summary, found = Summary(), list[Looked]()
    with (
        closing(open_log(settings)) as log,
        connect(settings, schema=subscribing.NAME, autocommit=True) as connection,
        Progress(transient=True, disable=as_json) as progress,
    ):
        wait_until_handled(connection, subscribing.NAME, log.newest(), _CATCH_UP_SECONDS)
        night = NightRun(log=log, connection=connection, judge=judge, rules=rules, desk=Desk(log))
        if night.limit(instant) == "shadow":
            click.echo(
                "People bring back too much of what was closed (PARLEY_AI_BRAKE_RATE): this run closes "
                "nothing. Look at `parley ai-resolver objections`.",
                err=True,
            )
        bar = progress.add_task("Looking at open chat tasks", total=night.count(instant))
        workers = 1 if judge.model is None else settings.ai_concurrency
        for looked in night.run(instant, dry=dry_run, workers=workers):
            summary.add(looked)
            if looked.verdict is not None:
                found.append(looked)
            progress.advance(bar)
    model = None if judge.model is None else judge.model.name
    _tell(summary, found, model=model, dry=dry_run, as_json=as_json)
    faults = sorted(TO_BE_MENDED & summary.reasons.keys())
    if faults:
        raise Failure(
            f"{model} does not take questions ({', '.join(faults)}): look at PARLEY_AI_MODEL, "
            "PARLEY_AI_MODEL_URL and PARLEY_AI_MODEL_KEY. What it should have judged stays open."
        )


def _tell(summary: Summary, found: Sequence[Looked], *, model: str | None, dry: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "dry_run": dry,
                "model": model,
                "looked_at": sum(summary.reasons.values()),
                "outcomes": dict(summary.outcomes),
                "reasons": dict(summary.reasons),
                "verdicts": [
                    {
                        "thread_id": str(each.thread_id),
                        "task_ids": [str(id_) for id_ in each.verdict.task_ids],
                        "outcome": each.verdict.outcome,
                        "mode": each.verdict.mode,
                        "reason": each.verdict.reason,
                        "recorded": each.recorded,
                    }
                    for each in found
                    if each.verdict is not None
                ],
            }
        )
        return
    print_table(["why", "threads"], sorted(summary.reasons.items()))
    judged = f"with {model}" if model else "without a language model, at the stricter threshold"
    would = "would be " if dry else ""
    looked_at, judged_at_all = sum(summary.reasons.values()), sum(summary.outcomes.values())
    click.echo(
        f"{looked_at} threads looked at, {judged_at_all} judged {judged}; "
        f"the tasks of {summary.closing} {would}closed."
    )


@click.command()
@click.argument("task_id", type=click.UUID)
def undo(task_id: UUID) -> None:
    """Bring back a task that was closed automatically, with the deadline it had; that is an objection."""
    settings = current_settings("amqp_url")
    changed = tasks_rpc.reopen(settings, task_id)
    click.echo(f"Task {task_id} is open again, due {changed.task.due_at:%Y-%m-%d %H:%M}Z.")


@click.command()
@click.argument("company_id", type=click.UUID)
@click.option(
    "--mode",
    type=click.Choice(["off", "shadow", "live", "default"]),
    help="off: leave its tasks alone; shadow: judge, close nothing; default: as PARLEY_AI_MODE says.",
)
@click.option(
    "--remote-model/--no-remote-model",
    default=None,
    help="Whether masked messages of its threads may be sent to a model on another machine (default: no).",
)
@json_option
def configure(
    company_id: UUID,
    *,
    mode: Literal["off", "shadow", "live", "default"] | None,
    remote_model: bool | None,
    as_json: bool,
) -> None:
    """Say how the clean-up treats a company's tasks, the switch that turns it off included."""
    settings = current_settings()
    wanted: Mode | None = None if mode is None or mode == "default" else mode
    command = ConfigureCompany(
        company_id=company_id,
        mode=wanted,
        follow_installation=mode == "default",
        remote_model=remote_model,
        at=settings.system_clock().now(),
        actor=f"ops:{getpass.getuser()}",
        correlation_id=uuid4(),
    )
    with closing(open_log(settings)) as log:
        desk = Desk(log)
        changed = desk.configure(command) is not None
        wish = desk.wish(company_id)
    if as_json:
        print_json(
            {
                "company_id": str(company_id),
                "mode": wish.mode,
                "remote_model": wish.remote_model,
                "changed": changed,
            }
        )
        return
    remote = "may" if wish.remote_model else "may not"
    click.echo(
        f"{company_id}: {wish.mode or f'{settings.ai_mode} (as PARLEY_AI_MODE says)'}; "
        f"a remote model {remote} be shown its threads."
    )


@click.command("rebuild")
def rebuild_() -> None:
    """Build the read model anew from the log, beside the live one, and swap it in; nothing is judged."""
    settings = current_settings()
    with closing(open_log(settings)) as log, Progress() as progress:
        bar = progress.add_task("Rebuilding ai_resolver", total=None)
        position = rebuild(
            subscribing.subscription(log),
            log,
            settings,
            lambda done, total: progress.update(bar, completed=done, total=total),
        )
    click.echo(f"The read model of ai_resolver was rebuilt up to position {position}.")

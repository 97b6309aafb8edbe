"""`parley notifier`: what operators ask and do about e-mail."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from email import message_from_bytes, policy
from typing import Any, get_args
from uuid import UUID, uuid4

import click
from psycopg_pool import ConnectionPool
from rich.progress import Progress

from services.notifier import decider, queries
from services.notifier.adapters.rendering import JinjaRenderer
from services.notifier.adapters.samples import KINDS, sample
from services.notifier.adapters.wording import LANGUAGES
from services.notifier.commands import RestoreAddress
from services.notifier.handlers import bursts, digests, people
from services.notifier.handlers.recipients import Recipients
from shared import cli_support
from shared.contracts.notifier import DigestKind
from shared.db import DatabaseConnection, open_pool
from shared.dead_letters import dead_letters_group
from shared.errors import NotFound
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.rebuild import rebuild as build_anew
from shared.scheduler import ScheduledVerb
from shared.settings import Settings, load

_AT_ONCE = "at-once"


@dataclass(frozen=True, slots=True)
class _Opened:
    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]


@contextmanager
def _opened() -> Iterator[_Opened]:
    settings = cli_support.current_settings()
    log = open_log(settings)
    try:
        with open_pool(settings, schema=bursts.NAME, size=2) as pool:
            yield _Opened(settings, log, pool)
    finally:
        log.close()


class _InstantOrAtOnce(cli_support.Instant):
    """An instant, or the option's bare name for "whatever is waiting"."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if value == _AT_ONCE else super().convert(value, param, ctx)


SCHEDULE = (
    ScheduledVerb(("notifier", "daily-summary"), every_seconds=300),
    ScheduledVerb(("notifier", "weekly-overdue"), every_seconds=300),
)
"""When these have nothing to do they do nothing, so that it is enough to run them often."""


@click.group(name="notifier", cls=cli_support.VerbGroup)
def group() -> None:
    """E-mail: what is waiting, what was sent, and why."""


@group.command()
@click.option(
    "--now",
    type=_InstantOrAtOnce(),
    is_flag=False,
    flag_value=_AT_ONCE,
    default=None,
    help="Act as if it were this instant, such as 2026-11-20T15:00:00+01:00; without a value, "
    "decide everything that waits.",
)
@cli_support.json_option
def flush(now: datetime | str | None, *, as_json: bool) -> None:
    """Decide the bursts that are over; the running senders send what comes of it."""
    with _opened() as opened:
        clock = opened.settings.system_clock()
        flusher = bursts.Flusher(
            log=opened.log, pool=opened.pool, clock=clock, patience=bursts.patience_of(opened.settings)
        )
        instant = now if isinstance(now, datetime) else clock.now()
        decisions = flusher.flush(now=instant, everything=now == _AT_ONCE)
    if as_json:
        cli_support.print_json([decision.model_dump(mode="json") for decision in decisions])
        return
    cli_support.print_table(
        ["thread", "case", "company", "mailed", "not mailed"],
        [
            (
                decision.thread_id,
                decision.case_reference,
                decision.company_id,
                len(decision.mails),
                len(decision.recipients) - len(decision.mails),
            )
            for decision in decisions
        ],
    )


@group.command()
@click.option("--state", type=click.Choice(get_args(queries.OutboxState)), help="Only e-mails in this state.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@cli_support.json_option
def outbox(state: queries.OutboxState | None, limit: int, *, as_json: bool) -> None:
    """List e-mails and what became of them, the newest first."""
    with _opened() as opened, opened.pool.connection() as connection:
        entries = queries.outbox(connection, state=state, limit=limit)
    if as_json:
        cli_support.print_json([_for_programs(asdict(entry)) for entry in entries])
        return
    cli_support.print_table(
        ["mail", "kind", "state", "to", "messages", "scheduled", "settled", "tries", "ambiguous", "reason"],
        [
            (
                entry.mail_id,
                entry.kind,
                entry.state,
                entry.email,
                entry.messages,
                entry.scheduled_at,
                entry.settled_at,
                entry.tries,
                entry.ambiguous,
                entry.reason,
            )
            for entry in entries
        ],
    )


_date_option = click.option(
    "--date",
    "date_",
    type=click.DateTime(["%Y-%m-%d"]),
    default=None,
    help="The date to send for, such as 2026-11-23 (default: today, where it is a business day past 07:00).",
)
_dry_run_option = click.option("--dry-run", is_flag=True, help="Only say what would be sent.")


@group.command()
@_date_option
@cli_support.now_option
@_dry_run_option
@cli_support.json_option
def daily_summary(date_: datetime | None, now: datetime | None, *, dry_run: bool, as_json: bool) -> None:
    """
    Send each partner's user the tasks made since the last summary: once a date, at 07:00 on business days.

    Safe to run at any time, twice, late, and on two machines at once.
    """
    _digest(("daily_summary",), date_, now, dry_run=dry_run, as_json=as_json)


@group.command()
@_date_option
@cli_support.now_option
@_dry_run_option
@cli_support.json_option
def weekly_overdue(date_: datetime | None, now: datetime | None, *, dry_run: bool, as_json: bool) -> None:
    """
    Remind of overdue tasks: partners on the week's first business day, creditors at most once in 7 days.

    Safe to run at any time, twice, late, and on two machines at once.
    """
    _digest(("weekly_overdue", "creditor_overdue"), date_, now, dry_run=dry_run, as_json=as_json)


def _digest(
    kinds: tuple[DigestKind, ...],
    date_: datetime | None,
    now: datetime | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    with _opened() as opened:
        clock = opened.settings.system_clock()
        request = digests.DigestRequest(
            kinds=kinds,
            now=now or clock.now(),
            local_date=None if date_ is None else date_.date(),
            dry_run=dry_run,
        )
        decided = list(digests.Digester(log=opened.log, pool=opened.pool).run(request))
    if as_json:
        cli_support.print_json([each.model_dump(mode="json") for each in decided])
        return
    cli_support.print_table(
        ["kind", "user", "company", "date", "tasks", "mail"],
        [
            (
                each.kind,
                each.user_id,
                each.company_id,
                each.local_date,
                each.task_count,
                "would be sent" if dry_run else each.mail_id,
            )
            for each in decided
        ],
    )


@group.command()
@click.argument("message_id", type=click.UUID)
@cli_support.json_option
def explain(message_id: UUID, *, as_json: bool) -> None:
    """Say for each possible recipient of a message's (or notice's) e-mail what became of it, and why."""
    with _opened() as opened:
        explained = bursts.explain(
            message_id, log=opened.log, pool=opened.pool, patience=bursts.patience_of(opened.settings)
        )
    if as_json:
        cli_support.print_json(_for_programs(asdict(explained)))
        return
    what = "Notice" if explained.thread_id is None else "Message"
    click.echo(f"{what} {explained.message_id}, of {explained.posted_at:%Y-%m-%d %H:%M:%SZ}")
    cli_support.print_table(
        ["name", "e-mail", "company", "outcome", "why", "since", "waits until", "mail"],
        [
            (
                each.user.name,
                each.user.address,
                each.company_name,
                each.fate.outcome,
                each.fate.reason,
                each.fate.since,
                each.fate.waiting_until,
                each.fate.mail_id,
            )
            for each in explained.recipients
        ],
    )


@group.command()
@click.argument("mail_id", type=click.UUID)
@cli_support.json_option
def show(mail_id: UUID, *, as_json: bool) -> None:
    """Show the history of one e-mail as the log has it."""
    with _opened() as opened:
        history = opened.log.read_stream(decider.mail_stream(mail_id))
    if not history:
        raise NotFound("unknown_mail", f"there is no e-mail {mail_id}: `parley notifier outbox` lists them")
    if as_json:
        cli_support.print_json(
            [
                {"position": event.position, "time": event.time.isoformat(), "type": event.type}
                | event.data.model_dump(mode="json")
                for event in history
            ]
        )
        return
    cli_support.print_table(
        ["position", "time", "event", "attempt", "reason"],
        [
            (
                event.position,
                event.time,
                event.type,
                getattr(event.data, "attempt", None),
                getattr(event.data, "reason", None),
            )
            for event in history
        ],
    )


@group.command()
@click.argument("kind", type=click.Choice(KINDS))
@click.option("--locale", type=click.Choice(sorted(LANGUAGES)), default="en", show_default=True)
@click.option(
    "--part",
    type=click.Choice(["eml", "text", "html"]),
    default="eml",
    show_default=True,
    help="The whole e-mail as it is sent, or what a reader sees of it.",
)
def preview(kind: str, locale: str, part: str) -> None:
    """Show a made-up e-mail of a kind, in a language; nothing is sent."""
    settings = load()
    content = JinjaRenderer(settings).render(sample(kind, locale, settings)).content
    if part == "eml":
        click.echo(content, nl=False)
        return
    body = message_from_bytes(content, policy=policy.default).get_body(("plain" if part == "text" else part,))
    click.echo("" if body is None else body.get_content(), nl=False)


@group.command()
@cli_support.json_option
def suppressed(*, as_json: bool) -> None:
    """List the addresses that mail servers refused for good: nothing is sent there until `restore`."""
    with _opened() as opened, opened.pool.connection() as connection:
        found = queries.suppressed_addresses(connection)
    if as_json:
        cli_support.print_json([_for_programs(asdict(each)) for each in found])
        return
    cli_support.print_table(
        ["user", "company", "address", "refused e-mail", "since"],
        [(each.user_id, each.company_id, each.address, each.mail_id, each.since) for each in found],
    )


@group.command()
@click.argument("user_id", type=click.UUID)
def restore(user_id: UUID) -> None:
    """Send to a user's address again: its mail server takes it now."""
    with _opened() as opened:
        company_id = people.company_of(opened.log, user_id)
        command = RestoreAddress(
            user_id=user_id,
            company_id=company_id,
            correlation_id=uuid4(),
            operator=f"ops:{getpass.getuser()}",
            now=opened.settings.system_clock().now(),
        )
        _, position = Recipients(opened.log, opened.pool).handle(command)
    click.echo("Restored." if position else "Nothing to do: the address was not suppressed.")


@group.command()
def rebuild() -> None:
    """Build the tables anew from the log and swap them in; sends nothing, loses nothing."""
    with _opened() as opened, Progress(transient=True) as bar:
        task = bar.add_task("Rebuilding notifier", total=None)

        def progress(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        definition = bursts.subscription_definition(opened.settings, opened.log)
        position = build_anew(definition, opened.log, opened.settings, progress)
    click.echo(f"notifier stands at position {position}")


group.add_command(dead_letters_group(bursts.NAME, bursts.subscription_definition))


def _for_programs(value: Any) -> Any:
    """Return nested rows with their times as in the API."""
    if isinstance(value, dict):
        return {key: _for_programs(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_for_programs(each) for each in value]
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value

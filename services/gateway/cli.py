"""`parley demo`: a believable data set, through the public API."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from zoneinfo import ZoneInfo

import click
from rich.console import Console
from rich.text import Text

from services.gateway import demo as plays
from services.gateway import demo_story as story
from shared import stack_state
from shared.cli_support import Failure, Mistake, current_settings, json_option, print_json, print_table
from shared.settings import Settings, load

_MAIL_PAUSE_SECONDS = 0.5
_MAIL_SLACK_SECONDS = 60.0
_BETWEEN = "between the companies"


@click.command()
@click.option("--api", help="Address of the API (default: the running stack's).")
@click.option("--wait-mail", is_flag=True, help="Wait until the e-mail of the last question was captured.")
@json_option
def demo(api: str | None, *, wait_mail: bool, as_json: bool) -> None:
    """
    Play a conversation between a creditor and its partner, and show what came of it.

    Everything goes through the public API, with tokens made from the stack's secret. A second run adds
    nothing.
    """
    settings = _settings(api)
    if settings.jwt_jwks_url or settings.environment == "production":
        raise Mistake("The demo makes its own tokens, so it runs only where PARLEY_JWT_SECRET signs them.")
    state = stack_state.read(settings.home)
    stack = state if state is not None and state.is_alive() and api is None else None
    address = api or (stack.api if stack else f"http://{settings.api_host}:{settings.api_port}")
    page = stack.mail if stack else None
    if wait_mail and page is None:
        raise Mistake(
            "--wait-mail needs the local stack's mail server: start the stack without PARLEY_SMTP_URL."
        )
    console = Console(stderr=as_json)
    with plays.against(address.rstrip("/"), settings) as play, _progress(console) as tell:
        report = play.play(tell)
        if page is not None:
            report = _with_mail(play, report, page, settings, wait=wait_mail, tell=tell)
    if as_json:
        print_json(report)
    else:
        _show(console, report, settings.system_clock().now())
    if wait_mail and len(report.mail.captured) < len(report.mail.recipients):
        raise Failure("The e-mail did not come in time: look at `parley notifier outbox`.")


def _settings(api: str | None) -> Settings:
    given = load()
    return given if api is not None and given.jwt_secret else current_settings("jwt_secret")


@contextmanager
def _progress(console: Console) -> Iterator[plays.Tell]:
    with console.status("") as status:
        yield lambda sentence: status.update(Text(sentence))


def _with_mail(
    play: plays.Demo, report: plays.Report, page: str, settings: Settings, *, wait: bool, tell: plays.Tell
) -> plays.Report:
    """
    Return the report with what the mail server has captured, after waiting for all of it where asked to.
    """
    deadline = time.monotonic() + settings.mail_max_wait_seconds + _MAIL_SLACK_SECONDS
    tell(f"The e-mail comes when nobody has written for {settings.mail_quiet_seconds:.0f} s ...")
    captured = play.captured(report, page)
    while wait and len(captured) < len(report.mail.recipients) and time.monotonic() < deadline:
        time.sleep(_MAIL_PAUSE_SECONDS)
        captured = play.captured(report, page)
    mail = report.mail.model_copy(update={"page": page, "captured": captured})
    return report.model_copy(update={"mail": mail})


def _show(console: Console, report: plays.Report, now: datetime) -> None:
    console.print("[bold]Cases, as the creditor sees them[/bold]")
    print_table(
        ("case", "status", "debtor", "amount", "partner", "unread", "owed"), map(_case_row, report.cases)
    )
    _show_talk(console, report)
    console.print("\n[bold]Who owes an answer[/bold]")
    print_table(("case", "who", "until", "calendar", "days skipped"), map(_task_row, report.tasks))
    _show_mail(console, report.mail, now)
    console.print("\n[bold]Try next[/bold]")
    for line in (
        f"TOKEN=$(parley token {story.ANNA.email})",
        f'curl -H "Authorization: Bearer $TOKEN" "{report.api}/api/v1/tasks?status=open"',
        f'curl -N -H "Authorization: Bearer $TOKEN" {report.api}/api/v1/live',
        f"{report.api}/docs",
    ):
        console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)


def _case_row(case: plays.Json) -> tuple[object, ...]:
    return (
        case["reference"],
        case["status"],
        case["debtor"]["name"],
        f"{case['amount']} {case['currency']}",
        case["partner"]["name"] if case["partner"] else "none yet",
        case["unread_count"],
        case["open_task_count"],
    )


def _task_row(task: plays.Owed) -> tuple[object, ...]:
    return (
        task.case or _BETWEEN,
        task.company,
        _local(task.due_at),
        task.calendar,
        ", ".join(task.skipped_days),
    )


def _show_talk(console: Console, report: plays.Report) -> None:
    new = sum(message.new for message in report.messages)
    old = len(report.messages) - new
    console.print(f"\n[bold]What was said[/bold] ({new} new, {old} from an earlier run)", highlight=False)
    topic = ""
    for message in report.messages:
        if (message.case or _BETWEEN) != topic:
            topic = message.case or _BETWEEN
            console.print(Text(f"  {topic}", style="dim"))
        console.print(Text(f"    {message.author} ({message.company}): {message.text}"), soft_wrap=True)


def _show_mail(console: Console, mail: plays.Mail, now: datetime) -> None:
    console.print()
    if mail.captured:
        console.print(Text(f"E-mail was sent to {', '.join(mail.captured)}."), soft_wrap=True)
    else:
        due = f"{'is' if mail.due_at > now else 'was'} due at {_local(mail.due_at)}"
        sentence = f"E-mail to {', '.join(mail.recipients)} {due}, unless they read it first."
        console.print(Text(sentence), soft_wrap=True)
    if mail.page:
        console.print(f"Read it at {mail.page}", highlight=False, soft_wrap=True)


def _local(instant: datetime) -> str:
    zone = story.CREDITOR.time_zone
    return f"{instant.astimezone(ZoneInfo(zone)):%a %d %b %H:%M:%S} {zone}"

"""`parley messaging` and `parley token`: what operators do with companies, users, cases and threads."""

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import IO, Any, Literal, get_args
from uuid import UUID, uuid4

import click
import jwt
from rich.console import Console
from rich.progress import Progress

from services.messaging import handlers
from services.messaging.cli import files, mending
from services.messaging.commands import Origin
from services.messaging.queries import Reads
from shared.cli_support import (
    Failure,
    Mistake,
    VerbGroup,
    current_settings,
    json_option,
    now_option,
    print_json,
    print_table,
)
from shared.contracts.messaging import (
    CaseStatus,
    CaseView,
    Identity,
    ThreadKind,
    ThreadView,
    TimelineItem,
    TimelineItemType,
)
from shared.db import open_pool
from shared.dead_letters import dead_letters_group
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.rebuild import rebuild
from shared.scheduler import ScheduledVerb
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition

_PAGE = 200
_SECRET_BYTES_MIN = 32
_OPERATOR = "operator"

SCHEDULE = (
    ScheduledVerb(("messaging", "leads", "sweep"), every_seconds=300),
    ScheduledVerb(("messaging", "files", "sweep"), every_seconds=3600),
)
"""When these have nothing to do they do nothing; what crashes left of files goes within hours."""

limit_option = click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Show at most so many."
)


@click.group(cls=VerbGroup)
def group() -> None:
    """Companies, users, partnerships, cases, and what was said."""


def _definition(settings: Settings, log: EventLog) -> SubscriptionDefinition:
    del settings
    return handlers.subscription(handlers.open_archive(log))


group.add_command(files.group)
group.add_command(dead_letters_group(handlers.NAME, _definition))


@contextmanager
def _reads(settings: Settings | None = None) -> Iterator[Reads]:
    pool = open_pool(settings or current_settings(), schema=handlers.NAME, size=1, autocommit=True)
    try:
        yield Reads(pool)
    finally:
        pool.close()


# --- import ---


@group.command("import")
@click.argument("file", type=click.File("rb"))
@json_option
@now_option
def import_(file: IO[bytes], *, as_json: bool, now: datetime | None) -> None:
    """
    Bring in companies, users, partnerships and cases from FILE, one JSON object a line.

    `-` reads standard input. Lines take effect in order. What is wrong with a line is said and the others are
    carried out; then the exit code is 1. Importing the same file again changes nothing.
    """
    settings = current_settings()
    at = now or settings.system_clock().now()
    counts = {"applied": 0, "unchanged": 0, "refused": 0}
    refused: list[dict[str, Any]] = []
    position: int | None = None
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    with (
        closing(open_log(settings)) as log,
        Progress(console=errors, transient=True, disable=not sys.stderr.isatty()) as progress,
    ):
        bar = progress.add_task("Importing", total=_size(file))
        for line in handlers.import_lines(handlers.open_archive(log), file, at=at):
            progress.advance(bar, line.size)
            if line.outcome != "blank":
                counts[line.outcome] += 1
            if line.problem is not None:
                progress.console.print(f"line {line.number}: {line.problem}")
                refused.append({"line": line.number, "problem": line.problem})
            position = line.position or position
    if as_json:
        print_json({**counts, "position": position, "problems": refused})
    else:
        click.echo("{applied} lines applied, {unchanged} unchanged, {refused} refused.".format(**counts))
    if refused:
        raise SystemExit(1)


def _size(file: IO[bytes]) -> int | None:
    """Return how many bytes there are to read, None for a pipe or terminal."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None


# --- look ---


@group.command()
@click.option("--status", type=click.Choice(get_args(CaseStatus)), help="Only cases in this status.")
@click.option("--creditor", "creditor_id", type=click.UUID, help="Only cases of this creditor.")
@click.option("--partner", "partner_id", type=click.UUID, help="Only cases that this partner has now.")
@click.option("--reference", help="Only cases whose reference contains this.")
@limit_option
@json_option
def cases(*, limit: int, as_json: bool, **only: Any) -> None:
    """List cases, newest first."""
    with _reads() as reads:
        found = list(_cases(reads, limit, **only))
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Reference", "Status", "Creditor", "Partner", "Opened"),
        (
            (
                case.id,
                case.reference,
                case.status,
                case.creditor.name,
                case.partner.name if case.partner else None,
                case.opened_at,
            )
            for case in found
        ),
    )


@group.command()
@click.argument("case_id", type=click.UUID)
@json_option
def case(case_id: UUID, *, as_json: bool) -> None:
    """Show a case, its threads and its payments."""
    with _reads() as reads:
        found = reads.get_case(case_id, viewer=None, reader=None)
        threads_of_case = reads.list_threads(case_id, viewer=None, reader=None).items
        payments = reads.list_payments(case_id, viewer=None).items
    if as_json:
        print_json({**found.model_dump(mode="json"), "threads": threads_of_case, "payments": payments})
        return
    print_table(
        ("", ""),
        (
            ("Case", found.id),
            ("Reference", found.reference),
            ("Status", found.status),
            ("Creditor", found.creditor.name),
            ("Partner", found.partner.name if found.partner else None),
            ("Debtor", f"{found.debtor.name} ({found.debtor.type})"),
            ("Amount", f"{found.amount} {found.currency}"),
            ("Outstanding", f"{found.outstanding} {found.currency}"),
            ("Close code", found.close_code),
            ("Exclusive until", found.exclusive_until),
            ("Closing asked for", "yes" if found.closure_requested else "no"),
            ("Division", found.division.name if found.division else None),
            ("Managing partner", found.managing_partner.name if found.managing_partner else None),
            ("Creditor's user", found.creditor_user.name if found.creditor_user else None),
            ("Partner's user", found.partner_user.name if found.partner_user else None),
            ("Opened", found.opened_at),
            *(("Thread", _headline(thread)) for thread in threads_of_case),
            *(
                (
                    "Payment",
                    f"{payment.paid_on}: {payment.amount} {payment.currency} to {payment.received_by}",
                )
                for payment in payments
            ),
        ),
    )


@group.command()
@click.option("--case", "case_id", type=click.UUID, help="Only threads of this case.")
@click.option(
    "--company", "company_id", type=click.UUID, help="Only threads that this company takes part in."
)
@click.option("--kind", type=click.Choice(get_args(ThreadKind)), help="Only threads of this kind.")
@click.option("--writable/--read-only", default=None, help="Only threads that may be written to, or may not.")
@limit_option
@json_option
def threads(*, limit: int, as_json: bool, **only: Any) -> None:
    """List threads, newest first."""
    with _reads() as reads:
        found = reads.list_all_threads(**only, limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Kind", "Case", "Messages", "Closed"),
        (
            (row["id"], row["kind"], row["reference"], row["message_count"], row["closed_reason"])
            for row in found
        ),
    )


@group.command()
@click.argument("thread_id", type=click.UUID)
@limit_option
@json_option
def thread(thread_id: UUID, *, limit: int, as_json: bool) -> None:
    """Show a thread and its latest messages, the oldest of them first."""
    with _reads() as reads:
        found = reads.get_thread(thread_id, viewer=None, reader=None)
        page = reads.list_messages(thread_id, viewer=None, after=None, limit=min(limit, _PAGE), cursor=None)
    messages = page.items[::-1]
    if as_json:
        print_json({**found.model_dump(mode="json"), "messages": messages})
        return
    click.echo(_headline(found))
    print_table(
        ("Time", "From", "Seen", "Message"),
        (
            (
                message.created_at,
                f"{message.author.name} ({message.role})" if message.author else message.role,
                "yes" if message.seen else "no",
                message.body,
            )
            for message in messages
        ),
    )


@group.command()
@click.argument("case_id", type=click.UUID)
@click.option(
    "--type", "types", type=click.Choice(get_args(TimelineItemType)), multiple=True, help="Only these."
)
@limit_option
@json_option
def timeline(*, case_id: UUID, types: tuple[TimelineItemType, ...], limit: int, as_json: bool) -> None:
    """Show what happened on a case, newest first, with everything that anybody may see of it."""
    with _reads() as reads:
        found = list(_timeline(reads, case_id, types, limit))
    if as_json:
        print_json(found)
        return
    print_table(
        ("Time", "Type", "Who", "What"),
        (
            (
                item.at,
                item.type,
                item.actor.name or item.actor.type,
                f"{item.title}: {item.description}" if item.description else item.title,
            )
            for item in found
        ),
    )


@group.command()
@click.argument("note_id", type=click.UUID)
@json_option
def note(note_id: UUID, *, as_json: bool) -> None:
    """Show everything that a note ever said, oldest first, its deletion included."""
    with _reads() as reads:
        found = reads.note_history(note_id)
    if as_json:
        print_json(found.model_dump(mode="json"))
        return
    click.echo(f"{found.id} on case {found.case_id}, by {found.author.name}")
    print_table(
        ("Revision", "Time", "Title", "Description", "Event date"),
        (
            (
                version.revision,
                version.written_at,
                "(deleted)" if version.deleted else version.title,
                version.description,
                version.event_date,
            )
            for version in found.versions
        ),
    )


@group.command()
@limit_option
@json_option
def companies(*, limit: int, as_json: bool) -> None:
    """List companies."""
    with _reads() as reads:
        found = reads.list_companies(limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Side", "Name", "Country", "Time zone", "Locale"),
        (
            (row["id"], row["side"], row["name"], row["country"], row["time_zone"], row["locale"])
            for row in found
        ),
    )


@group.command()
@limit_option
@json_option
def users(*, limit: int, as_json: bool) -> None:
    """List users."""
    with _reads() as reads:
        found = reads.list_users(limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "E-mail", "Name", "Role", "Active", "Company"),
        (
            (
                row["id"],
                row["email"],
                row["name"],
                row["role"],
                "yes" if row["active"] else "no",
                row["company_name"],
            )
            for row in found
        ),
    )


def _cases(reads: Reads, limit: int, **only: Any) -> Iterator[CaseView]:
    cursor: str | None = None
    left = limit
    while left:
        page = reads.find_cases(**only, limit=min(left, _PAGE), cursor=cursor)
        yield from page.items
        left -= len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def _timeline(
    reads: Reads, case_id: UUID, types: tuple[TimelineItemType, ...], limit: int
) -> Iterator[TimelineItem]:
    cursor: str | None = None
    left = limit
    while left:
        page = reads.list_timeline(case_id, viewer=None, types=types, limit=min(left, _PAGE), cursor=cursor)
        yield from page.items
        left -= len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def _headline(of_thread: ThreadView) -> str:
    people = ", ".join(f"{participant.name} ({participant.role})" for participant in of_thread.participants)
    return f"{of_thread.id} {of_thread.kind}: {people}{'' if of_thread.writable else ' (can only be read)'}"


# --- leads ---


@group.group()
def leads() -> None:
    """Cases for which quotes are asked."""


@leads.command("list")
@click.option("--case", "case_id", type=click.UUID, help="Only leads of this case.")
@click.option("--status", type=click.Choice(("open", "closed")), help="Only leads in this state.")
@click.option(
    "--limit", type=click.IntRange(1, _PAGE), default=50, show_default=True, help="At most so many."
)
@json_option
def list_leads(
    *, case_id: UUID | None, status: Literal["open", "closed"] | None, limit: int, as_json: bool
) -> None:
    """List leads, newest first."""
    with _reads() as reads:
        found = reads.list_leads(
            viewer=None, reader=None, status=status, case_id=case_id, limit=limit, cursor=None
        ).items
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Case", "Creditor", "Status", "Outcome", "Invited", "Quotes", "Quotes until"),
        (
            (
                lead.id,
                lead.case_reference,
                lead.creditor.name,
                lead.status,
                lead.outcome,
                len(lead.bids),
                sum(bid.quote is not None for bid in lead.bids),
                lead.closes_at,
            )
            for lead in found
        ),
    )


@leads.command("show")
@click.argument("lead_id", type=click.UUID)
@json_option
def show_lead(lead_id: UUID, *, as_json: bool) -> None:
    """Show a lead and its bids."""
    with _reads() as reads:
        found = reads.get_lead(lead_id, viewer=None, reader=None)
    if as_json:
        print_json(found)
        return
    click.echo(
        f"{found.case_reference} of {found.creditor.name}: {found.outcome or found.status}, "
        f"quotes until {found.closes_at.isoformat()}"
    )
    print_table(
        ("Partner", "Invited", "Fee %", "Fixed fee", "Quoted", "Outcome"),
        (
            (
                bid.partner.name,
                bid.invited_at,
                bid.quote.success_fee_percent if bid.quote else None,
                f"{bid.quote.fixed_fee} {bid.quote.currency}" if bid.quote and bid.quote.fixed_fee else None,
                bid.quote.submitted_at if bid.quote else None,
                bid.outcome,
            )
            for bid in found.bids
        ),
    )


@leads.command()
@json_option
@now_option
def sweep(*, as_json: bool, now: datetime | None) -> None:
    """
    Remind creditors of quotes that wait, and end leads without quotes or without a choice.

    Run it daily or more often; late or twice changes nothing.
    """
    settings = current_settings()
    origin = Origin(
        id=uuid4(), at=now or settings.system_clock().now(), actor="ops:sweep", correlation_id=uuid4()
    )
    with closing(open_log(settings)) as log, _reads(settings) as reads:
        swept = list(handlers.sweep_leads(handlers.open_archive(log), reads.running_leads(), origin=origin))
    if as_json:
        print_json([asdict(one) for one in swept])
        return
    print_table(("Lead", "Outcome"), ((one.lead_id, one.outcome) for one in swept))


# --- mend ---

for _verb in mending.VERBS:
    group.add_command(_verb)


@group.command("rebuild")
def rebuild_() -> None:
    """Build the read model anew from the log, beside the live one, and swap it in."""
    settings = current_settings()
    with (
        closing(open_log(settings)) as log,
        Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress,
    ):
        bar = progress.add_task("Rebuilding messaging", total=None)
        position = rebuild(
            _definition(settings, log),
            log,
            settings,
            lambda done, total: progress.update(bar, completed=done, total=total),
        )
    click.echo(f"The read model of messaging was rebuilt up to position {position}.")


# --- token ---


@click.command()
@click.argument("email", required=False)
@click.option("--ops", is_flag=True, help="A token of the platform's operator, who sees all.")
@click.option("--company", type=click.UUID, help="Which company, where the person works for several.")
@click.option(
    "--hours", type=click.FloatRange(min=0, min_open=True), default=12, show_default=True, help="Valid for."
)
def token(email: str | None, *, ops: bool, company: UUID | None, hours: float) -> None:
    """Print a bearer token for the user with this EMAIL, or for an operator; only in development."""
    if ops is (email is not None):
        raise click.UsageError("Give either EMAIL or --ops.")
    settings = current_settings("jwt_secret")
    if settings.environment == "production":
        raise Mistake("Tokens of production come from its identity provider: this verb is for development.")
    if len(settings.jwt_secret.encode()) < _SECRET_BYTES_MIN:
        raise Mistake(f"PARLEY_JWT_SECRET is too short: give {_SECRET_BYTES_MIN} bytes or more.")
    claims = {"sub": _OPERATOR, "role": "ops"} if email is None else _claims(_user(settings, email, company))
    now = datetime.now(UTC)
    click.echo(
        jwt.encode(
            {
                **claims,
                "iss": settings.jwt_issuer,
                "aud": settings.jwt_audience,
                "iat": now,
                "exp": now + timedelta(hours=hours),
            },
            settings.jwt_secret,
            algorithm="HS256",
        )
    )


def _claims(user: Identity) -> dict[str, str]:
    return {"sub": str(user.user_id), "company_id": str(user.company_id), "role": user.side}


def _user(settings: Settings, email: str, company: UUID | None) -> Identity:
    with _reads(settings) as reads:
        found = [user for user in reads.users_with_email(email) if company in (None, user.company_id)]
    if not found:
        raise Failure("No user has this e-mail address: import one first, or see `parley messaging users`.")
    if len(found) > 1:
        choices = ", ".join(f"{user.company_id} ({user.company_name})" for user in found)
        raise Mistake(f"This person works for several companies; give --company, one of: {choices}")
    return found[0]

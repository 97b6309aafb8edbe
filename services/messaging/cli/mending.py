"""What operators do to a case by command: never by hand in tables."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Literal, get_args
from uuid import UUID, uuid4

import click

from services.messaging import handlers
from services.messaging.commands import Origin
from services.messaging.queries import Reads
from shared.cli_support import current_settings, json_option, now_option, print_json, print_table
from shared.contracts.messaging import CaseAction, CaseOutcome
from shared.db import open_pool
from shared.eventlog.factory import open_log

_ACTOR = "ops:cli"


@contextmanager
def _archive(now: datetime | None) -> Iterator[tuple[handlers.Archive, Origin]]:
    settings = current_settings()
    at = now or settings.system_clock().now()
    with closing(open_log(settings)) as log:
        yield (
            handlers.open_archive(log),
            Origin(id=uuid4(), at=at, actor=_ACTOR, correlation_id=uuid4()),
        )


def _tell(outcome: CaseOutcome, *, as_json: bool) -> None:
    if as_json:
        print_json(outcome)
        return
    code = f" ({outcome.close_code})" if outcome.close_code else ""
    click.echo(
        f"Case {outcome.case_id} is {outcome.status}{code}, {outcome.outstanding} outstanding"
        f"{'' if outcome.changed else '; nothing had to be done'}."
    )


@click.command()
@click.argument("case_id", type=click.UUID)
@click.argument("action", type=click.Choice(get_args(CaseAction)))
@click.option("--note", help="Needed for decline and request_information.")
@json_option
@now_option
def act(*, case_id: UUID, action: CaseAction, note: str | None, as_json: bool, now: datetime | None) -> None:
    """Move a case along its life, in the platform's name."""
    with _archive(now) as (archive, origin):
        outcome = handlers.act_on_case(
            archive, case_id=case_id, action=action, note=note, member=None, origin=origin
        )
    _tell(outcome, as_json=as_json)


@click.command()
@click.argument("case_id", type=click.UUID)
@click.argument("close_code")
@click.option("--comment", help="Needed for the code Other.")
@json_option
@now_option
def close(
    *, case_id: UUID, close_code: str, comment: str | None, as_json: bool, now: datetime | None
) -> None:
    """Close a case with CLOSE_CODE; its payments must bear it out."""
    with _archive(now) as (archive, origin):
        outcome = handlers.close_case(
            archive, case_id=case_id, close_code=close_code, comment=comment, member=None, origin=origin
        )
    _tell(outcome, as_json=as_json)


@click.command()
@click.argument("case_id", type=click.UUID)
@click.argument("partner_id", type=click.UUID)
@click.option(
    "--status",
    type=click.Choice(("PendingVerification", "Active")),
    help="Let the partner review the case, or begin at once; left out, the status stays.",
)
@json_option
@now_option
def reassign(
    *,
    case_id: UUID,
    partner_id: UUID,
    status: Literal["PendingVerification", "Active"] | None,
    as_json: bool,
    now: datetime | None,
) -> None:
    """Give a case to a partner; the former one's chat can only be read from then on."""
    with _archive(now) as (archive, origin):
        outcome = handlers.assign_case(
            archive, case_id=case_id, partner_id=partner_id, status=status, origin=origin
        )
    _tell(outcome, as_json=as_json)


@click.command()
@click.argument("case_id", type=click.UUID)
@click.argument("into_case_id", type=click.UUID)
@json_option
@now_option
def merge(*, case_id: UUID, into_case_id: UUID, as_json: bool, now: datetime | None) -> None:
    """Fold a case into another one of its creditor, for ever."""
    with _archive(now) as (archive, origin):
        outcome = handlers.merge_case(archive, case_id=case_id, into_case_id=into_case_id, origin=origin)
    _tell(outcome, as_json=as_json)


@click.command("managing-partner")
@click.argument("case_id", type=click.UUID)
@click.argument("partner_id", type=click.UUID, required=False)
@click.option("--none", "nobody", is_flag=True, help="The client speaks alone again.")
@json_option
@now_option
def managing_partner(
    *, case_id: UUID, partner_id: UUID | None, nobody: bool, as_json: bool, now: datetime | None
) -> None:
    """Let a partner speak for the client on a case."""
    if nobody is (partner_id is not None):
        raise click.UsageError("Give either PARTNER_ID or --none.")
    with _archive(now) as (archive, origin):
        outcome = handlers.name_managing_partner(
            archive, case_id=case_id, partner_id=partner_id, origin=origin
        )
    _tell(outcome, as_json=as_json)


@click.command("ensure-threads")
@click.argument("case_ids", type=click.UUID, nargs=-1)
@click.option("--all", "all_cases", is_flag=True, help="Of every case.")
@json_option
def ensure_threads(*, case_ids: tuple[UUID, ...], all_cases: bool, as_json: bool) -> None:
    """
    Make sure of all that follows from what was decided on cases: their chats open, closed, joined.

    The service does so by itself; this is for when it could not. Twice changes nothing.
    """
    if all_cases is bool(case_ids):
        raise click.UsageError("Give either CASE_IDS or --all.")
    with _archive(None) as (archive, _):
        wanted = _every_case() if all_cases else case_ids
        mended = {case_id: handlers.follow_up_case(archive, case_id) for case_id in wanted}
    made_up = {case_id: count for case_id, count in mended.items() if count}
    if as_json:
        print_json(
            {"cases": len(mended), "made_up": {str(case_id): count for case_id, count in made_up.items()}}
        )
        return
    print_table(("Case", "Events made up for"), made_up.items())
    click.echo(f"{len(mended)} cases looked at, {len(made_up)} mended.")


def _every_case() -> Iterator[UUID]:
    pool = open_pool(current_settings(), schema=handlers.NAME, size=1, autocommit=True)
    try:
        yield from Reads(pool).case_ids()
    finally:
        pool.close()


VERBS: tuple[click.Command, ...] = (act, close, reassign, merge, managing_partner, ensure_threads)

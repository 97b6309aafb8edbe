"""`parley messaging leads`: cases for which quotes are asked."""

from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid4

import click

from services.messaging import handlers
from services.messaging.cli.reading import limit_option, opened_reads, up_to
from services.messaging.commands import Origin
from shared.cli_support import VerbGroup, current_settings, json_option, now_option, print_json, print_table
from shared.eventlog.factory import open_log


@click.group("leads", cls=VerbGroup)
def group() -> None:
    """Cases for which quotes are asked."""


@group.command("list")
@click.option("--case", "case_id", type=click.UUID, help="Only leads of this case.")
@click.option("--status", type=click.Choice(("open", "closed")), help="Only leads in this state.")
@limit_option
@json_option
def list_leads(
    *, case_id: UUID | None, status: Literal["open", "closed"] | None, limit: int, as_json: bool
) -> None:
    """List leads, newest first."""
    with opened_reads() as reads:
        found = list(
            up_to(
                limit,
                lambda size, cursor: reads.list_leads(
                    viewer=None, reader=None, status=status, case_id=case_id, limit=size, cursor=cursor
                ),
            )
        )
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


@group.command("show")
@click.argument("lead_id", type=click.UUID)
@json_option
def show_lead(lead_id: UUID, *, as_json: bool) -> None:
    """Show a lead and its bids."""
    with opened_reads() as reads:
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


@group.command()
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
    with closing(open_log(settings)) as log, opened_reads(settings) as reads:
        swept = list(handlers.sweep_leads(handlers.open_archive(log), reads.running_leads(), origin=origin))
    if as_json:
        print_json([asdict(one) for one in swept])
        return
    print_table(("Lead", "Outcome"), ((one.lead_id, one.outcome) for one in swept))

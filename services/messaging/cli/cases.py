"""`parley messaging cases`, `case`, `timeline`, `note`: looking at cases."""

from typing import Any, get_args
from uuid import UUID

import click

from services.messaging.cli.reading import limit_option, opened_reads, up_to
from services.messaging.cli.threads import headline
from shared.cli_support import json_option, print_json, print_table
from shared.contracts.messaging import CaseStatus, TimelineItemType


@click.command()
@click.option("--status", type=click.Choice(get_args(CaseStatus)), help="Only cases in this status.")
@click.option("--creditor", "creditor_id", type=click.UUID, help="Only cases of this creditor.")
@click.option("--partner", "partner_id", type=click.UUID, help="Only cases that this partner has now.")
@click.option("--reference", help="Only cases whose reference contains this.")
@limit_option
@json_option
def cases(*, limit: int, as_json: bool, **only: Any) -> None:
    """List cases, newest first."""
    with opened_reads() as reads:
        found = list(up_to(limit, lambda size, cursor: reads.find_cases(**only, limit=size, cursor=cursor)))
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


@click.command()
@click.argument("case_id", type=click.UUID)
@json_option
def case(case_id: UUID, *, as_json: bool) -> None:
    """Show a case, its threads and its payments."""
    with opened_reads() as reads:
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
            *(("Thread", headline(thread)) for thread in threads_of_case),
            *(
                (
                    "Payment",
                    f"{payment.paid_on}: {payment.amount} {payment.currency} to {payment.received_by}",
                )
                for payment in payments
            ),
        ),
    )


@click.command()
@click.argument("case_id", type=click.UUID)
@click.option(
    "--type", "types", type=click.Choice(get_args(TimelineItemType)), multiple=True, help="Only these."
)
@limit_option
@json_option
def timeline(*, case_id: UUID, types: tuple[TimelineItemType, ...], limit: int, as_json: bool) -> None:
    """Show what happened on a case, newest first, with everything that anybody may see of it."""
    with opened_reads() as reads:
        found = list(
            up_to(
                limit,
                lambda size, cursor: reads.list_timeline(
                    case_id, viewer=None, types=types, limit=size, cursor=cursor
                ),
            )
        )
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


@click.command()
@click.argument("note_id", type=click.UUID)
@json_option
def note(note_id: UUID, *, as_json: bool) -> None:
    """Show everything that a note ever said, oldest first, its deletion included."""
    with opened_reads() as reads:
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

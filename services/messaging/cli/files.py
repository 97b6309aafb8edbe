"""`parley messaging files`: what operators do with files."""

import asyncio
from contextlib import closing
from datetime import datetime
from uuid import UUID, uuid4

import click

from services.messaging import handlers
from services.messaging.cli.reading import limit_option, opened_reads
from services.messaging.commands import Origin
from shared.cli_support import VerbGroup, current_settings, json_option, now_option, print_json, print_table
from shared.contracts.messaging import DeleteFile
from shared.contracts.rpc import Caller
from shared.eventlog.factory import open_log
from shared.file_store import open_file_store, open_incoming

_OPERATOR = Caller(user_id=None, company_id=None, role="ops", name="operator")


@click.group("files", cls=VerbGroup)
def group() -> None:
    """Files on record, and the store that holds their bytes."""


@group.command("list")
@click.option("--case", "case_id", type=click.UUID, help="Only files of this case.")
@limit_option
@json_option
def list_(*, case_id: UUID | None, limit: int, as_json: bool) -> None:
    """List files, newest first, deleted ones too."""
    with opened_reads(current_settings()) as reads:
        found = reads.list_all_files(case_id=case_id, limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        ("ID", "Name", "Bytes", "Belongs to", "Uploaded by", "Uploaded", "Deleted"),
        (
            (
                row["id"],
                row["file_name"],
                row["size"],
                f"{row['context']} {row[row['context'] + '_id']}",
                row["uploader_company_name"] or row["uploader_role"],
                row["created_at"],
                row["deleted_at"],
            )
            for row in found
        ),
    )


@group.command()
@click.argument("file_id", type=click.UUID)
@json_option
def show(file_id: UUID, *, as_json: bool) -> None:
    """Show what is on record of a file, and where its bytes are."""
    with opened_reads(current_settings()) as reads:
        found = reads.file_record(file_id)
    if as_json:
        print_json(found)
        return
    print_table(("", ""), ((name.replace("_", " ").capitalize(), value) for name, value in found.items()))


@group.command()
@click.argument("file_id", type=click.UUID)
@now_option
def delete(file_id: UUID, *, now: datetime | None) -> None:
    """Delete a file, whoever uploaded it; its object too where no other file has the same content."""
    settings = current_settings()
    with closing(open_log(settings)) as log:
        deleted = handlers.delete_file(
            handlers.open_archive(log),
            DeleteFile(caller=_OPERATOR, correlation_id=uuid4(), file_id=file_id),
            Origin(
                id=uuid4(),
                at=now or settings.system_clock().now(),
                actor=handlers.actor(_OPERATOR),
                correlation_id=uuid4(),
            ),
        )
    if deleted.unused_object is not None:
        asyncio.run(open_file_store(settings).remove(deleted.unused_object))
    click.echo("Deleted.")


@group.command()
@click.option("--dry-run", is_flag=True, help="Only say what would be done.")
@json_option
@now_option
def sweep(*, dry_run: bool, as_json: bool, now: datetime | None) -> None:
    """
    Remove from the store what no file needs, and tell what files need and the store does not have.

    Objects and contents younger than an hour are left alone: their upload may be under way. Run it once a
    day, and where files are in a folder on a machine that has it. The exit code is 1 where an object is
    missing.
    """
    settings = current_settings()
    at = now or settings.system_clock().now()
    with closing(open_log(settings)) as log, opened_reads(settings) as reads:
        swept = handlers.sweep_files(
            handlers.open_archive(log),
            reads,
            open_file_store(settings),
            open_incoming(settings),
            at=at,
            dry_run=dry_run,
        )
    if as_json:
        print_json(swept.to_json())
    else:
        click.echo(
            f"{len(swept.objects_removed)} objects, {swept.contents_released} contents and "
            f"{swept.uploads_removed} half uploads {'would be ' if dry_run else ''}removed."
        )
        for key in swept.missing:
            click.echo(f"missing: {key}")
    if swept.missing:
        raise SystemExit(1)

"""`parley messaging threads`, `thread`: looking at what was said."""

from typing import Any, get_args
from uuid import UUID

import click

from services.messaging.cli.reading import limit_option, opened_reads, up_to
from shared.cli_support import json_option, print_json, print_table
from shared.contracts.messaging import ThreadKind, ThreadView


@click.command()
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
    with opened_reads() as reads:
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


@click.command()
@click.argument("thread_id", type=click.UUID)
@limit_option
@json_option
def thread(thread_id: UUID, *, limit: int, as_json: bool) -> None:
    """Show a thread and its latest messages, the oldest of them first."""
    with opened_reads() as reads:
        found = reads.get_thread(thread_id, viewer=None, reader=None)
        latest = up_to(
            limit,
            lambda size, cursor: reads.list_messages(
                thread_id, viewer=None, after=None, limit=size, cursor=cursor
            ),
        )
        messages = list(latest)[::-1]
    if as_json:
        print_json({**found.model_dump(mode="json"), "messages": messages})
        return
    click.echo(headline(found))
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


def headline(of_thread: ThreadView) -> str:
    """Return a line that tells a thread from others."""
    people = ", ".join(f"{participant.name} ({participant.role})" for participant in of_thread.participants)
    return f"{of_thread.id} {of_thread.kind}: {people}{'' if of_thread.writable else ' (can only be read)'}"

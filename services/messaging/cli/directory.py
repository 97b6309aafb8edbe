"""`parley messaging companies`, `users`: looking at who there is."""

import click

from services.messaging.cli.reading import limit_option, opened_reads
from shared.cli_support import json_option, print_json, print_table


@click.command()
@limit_option
@json_option
def companies(*, limit: int, as_json: bool) -> None:
    """List companies."""
    with opened_reads() as reads:
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


@click.command()
@limit_option
@json_option
def users(*, limit: int, as_json: bool) -> None:
    """List users."""
    with opened_reads() as reads:
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

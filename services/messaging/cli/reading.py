"""What the verbs that look have in common."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from services.messaging import handlers
from services.messaging.queries import Reads
from shared.cli_support import current_settings
from shared.db import open_pool
from shared.settings import Settings

PAGE = 200
"""How many a query gives at once."""

limit_option = click.option(
    "--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Show at most so many."
)


@contextmanager
def opened_reads(settings: Settings | None = None) -> Iterator[Reads]:
    """Give the queries over our tables, on a connection of their own."""
    pool = open_pool(settings or current_settings(), schema=handlers.NAME, size=1, autocommit=True)
    try:
        yield Reads(pool)
    finally:
        pool.close()

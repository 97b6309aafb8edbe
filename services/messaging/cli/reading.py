"""What the verbs that look have in common."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol, TypeVar

import click

from services.messaging import handlers
from services.messaging.queries import Reads
from shared.cli_support import current_settings
from shared.db import open_pool
from shared.settings import Settings

PAGE = 200
"""How many a query gives at once."""

T_co = TypeVar("T_co", covariant=True)


class Page(Protocol[T_co]):
    """What a query gives at once, and where it goes on."""

    @property
    def items(self) -> tuple[T_co, ...]: ...
    @property
    def next_cursor(self) -> str | None: ...


limit_option = click.option(
    "--limit", type=click.IntRange(1, 1_000_000), default=50, show_default=True, help="Show at most so many."
)


@contextmanager
def opened_reads(settings: Settings | None = None) -> Iterator[Reads]:
    """Give the queries over our tables, on a connection of their own."""
    pool = open_pool(settings or current_settings(), schema=handlers.NAME, size=1, autocommit=True)
    try:
        yield Reads(pool)
    finally:
        pool.close()


def up_to(limit: int, page_of: Callable[[int, str | None], Page[T_co]]) -> Iterator[T_co]:
    """Give at most so many of what the query has, which is asked for a number of them behind a cursor."""
    cursor: str | None = None
    left = limit
    while left:
        page = page_of(min(left, PAGE), cursor)
        yield from page.items
        left -= len(page.items)
        cursor = page.next_cursor
        if cursor is None:
            return

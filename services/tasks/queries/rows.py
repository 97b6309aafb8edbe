"""What all reads have in common."""

from collections.abc import Mapping, Sequence
from typing import Any

from psycopg.rows import dict_row

from shared.db import DatabaseConnection, load_queries
from shared.errors import NotFound

__all__ = ["QUERIES", "fetch", "unknown_task"]

QUERIES = load_queries("services.tasks.sql")


def fetch(
    connection: DatabaseConnection, query: str, parameters: Mapping[str, Any]
) -> Sequence[dict[str, Any]]:
    """Return the rows that the named query finds."""
    with connection.cursor(row_factory=dict_row) as reader:
        # Never prepared: each set of filters deserves a plan of its own.
        return reader.execute(QUERIES[query], parameters, prepare=False).fetchall()


def unknown_task() -> NotFound:
    return NotFound("unknown_task", "There is no such task.", "task_id")

"""How the read tables are asked: named queries, and pages that a cursor goes on from."""

from dataclasses import dataclass
from typing import Any

from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from services.messaging import cursors
from shared.db import DatabaseConnection, load_queries
from shared.errors import Invalid

_QUERIES = {
    name: query
    for file in ("queries.sql", "files_queries.sql", "timeline_queries.sql", "search_queries.sql")
    for name, query in load_queries("services.messaging.sql", file).items()
}
_LIMIT_MAX = 200


@dataclass(frozen=True, slots=True)
class Tables:
    """The read tables, each read on a connection of its own from the pool."""

    pool: ConnectionPool[DatabaseConnection]

    def _all(self, query: str, **parameters: Any) -> list[DictRow]:
        with self.pool.connection() as connection, connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(_QUERIES[query], parameters).fetchall()

    def _page(
        self, query: str, scope: str, key: str, limit: int, **parameters: Any
    ) -> tuple[list[DictRow], str | None]:
        """Return one page and the cursor of the next, which begins past the last row's `key`."""
        rows, more = self._rows_of_page(query, limit, **parameters)
        return rows, cursors.text(scope, rows[-1][key]) if more else None

    def _rows_of_page(self, query: str, limit: int, **parameters: Any) -> tuple[list[DictRow], bool]:
        """Return one page and whether there is another: one row more is read to see that."""
        if not 1 <= limit <= _LIMIT_MAX:
            raise Invalid("bad_limit", f"Give a limit from 1 to {_LIMIT_MAX}.", "limit")
        rows = self._all(query, limit=limit + 1, **parameters)
        return rows[:limit], len(rows) > limit

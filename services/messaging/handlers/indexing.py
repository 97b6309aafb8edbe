"""Puts the words of messages and notes where the search finds them, in portions, beside the subscription."""

import logging
import threading
from collections.abc import Mapping

import psycopg
import psycopg_pool
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from services.messaging.places import company_term, month
from services.messaging.words import words
from shared.db import DatabaseConnection, load_queries

logger = logging.getLogger(__name__)

_SQL: Mapping[str, bytes] = load_queries("services.messaging.sql", "search_projections.sql")
# So many hold up nothing else of the process for more than some milliseconds.
_PORTION = 200
# Words are found this much later at the most; what comes meanwhile shares a transaction.
_BETWEEN_PORTIONS = 0.5


class Indexer:
    """
    Takes what the subscription has noted and indexes its words.

    Any number may run, each takes others. One that dies in between has taken nothing.
    """

    def __init__(self, pool: ConnectionPool[DatabaseConnection]) -> None:
        self._pool = pool

    def run(self, stop: threading.Event) -> None:
        """Index what comes until `stop` is set. Outlives outages of the database."""
        while not stop.is_set():
            try:
                if self.index_portion() == _PORTION:
                    stop.wait(0)
                    continue
            except (psycopg.OperationalError, psycopg_pool.PoolTimeout) as error:
                logger.warning(
                    "Indexing waits: the database is away",
                    extra={"action": "indexing_waits", "error": type(error).__name__},
                )
            stop.wait(_BETWEEN_PORTIONS)

    def index_portion(self) -> int:
        """Index up to a portion in one transaction and return how much there was."""
        with self._pool.connection() as connection, connection.transaction():
            with connection.cursor(row_factory=dict_row) as cursor:
                taken = cursor.execute(_SQL["take_unindexed"], {"limit": _PORTION}).fetchall()
            entries, months = [], set()
            for row in taken:
                in_month = month(row["place"])
                own = [company_term(company_id, in_month) for company_id in row["company_ids"]]
                months |= {(company_id, in_month) for company_id in row["company_ids"]}
                entries.append(
                    {
                        "id": row["id"],
                        "kind": row["kind"],
                        "thread_id": row["thread_id"],
                        "place": row["place"],
                        "terms": own + words(row["text"]),
                    }
                )
            if entries:
                with connection.cursor() as cursor:
                    cursor.executemany(_SQL["put_search_entry"], entries)
                    cursor.executemany(
                        _SQL["add_search_month"],
                        [
                            {"company_id": company_id, "month": in_month}
                            for company_id, in_month in sorted(months)
                        ],
                    )
            return len(taken)

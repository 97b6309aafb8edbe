"""PostgreSQL at the edge: connections that act in one schema under the application's role, and named SQL."""

import re
from collections.abc import Mapping
from importlib import resources

import psycopg
from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg_pool import ConnectionPool

from shared.errors import Retryable
from shared.settings import Settings

_NAMED_QUERY = re.compile(rb"^-- name: (?P<name>\w+)\n", re.MULTILINE)
_LIMITS_TRANSACTIONS = 17_00_00

DatabaseConnection = Connection[TupleRow]


class DatabaseUnavailable(Retryable):
    """PostgreSQL cannot be reached: look at PARLEY_DATABASE_URL and whether the server runs."""


def session_options(settings: Settings, schema: str) -> str:
    """
    Return the libpq `options` that every connection of a service starts with.

    Role and search path are set by the server at the start of the session, so no statement can be run
    without them.
    """
    role = settings.database_role.replace("\\", "\\\\").replace(" ", "\\ ")
    return f"-c role={role} -c search_path={schema} -c timezone=UTC -c statement_timeout=60000"


def connect(
    settings: Settings, *, schema: str, autocommit: bool = False, url: str | None = None
) -> DatabaseConnection:
    """
    Open one connection that acts in `schema` as the application's role, at `url` if it is not the
    database's own.

    Raises DatabaseUnavailable.
    """
    try:
        return psycopg.connect(
            url or settings.database_url,
            options=session_options(settings, schema),
            autocommit=autocommit,
            connect_timeout=10,
        )
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(str(error)) from error


def limit_transactions(connection: DatabaseConnection, milliseconds: int) -> None:
    """
    Have the server end a transaction that takes longer, whatever it waits for.

    A session whose client fell silent in the middle of its messages is neither running a statement nor
    idle, so that no other limit ends it. Before version 17 PostgreSQL has none such.
    """
    if connection.info.server_version >= _LIMITS_TRANSACTIONS:
        connection.execute(f"set transaction_timeout = {milliseconds}")


def open_pool(
    settings: Settings, *, schema: str, size: int = 8, autocommit: bool = False
) -> ConnectionPool[DatabaseConnection]:
    """
    Open a pool of up to `size` connections that act in `schema` as the application's role.

    Close it with `.close()`. A connection taken with `.connection()` is one transaction: committed at the
    end of the block, rolled back on an exception. With `autocommit` each statement is one: right for single
    reads, which then need one round trip.
    """
    return ConnectionPool(
        settings.database_url,
        kwargs={
            "options": session_options(settings, schema),
            "connect_timeout": 10,
            "autocommit": autocommit,
        },
        min_size=1,
        max_size=size,
        name=schema,
        open=True,
    )


def load_queries(package: str, file: str = "queries.sql") -> Mapping[str, bytes]:
    """
    Return the queries of a `.sql` file by name, as literals for psycopg.

    A query begins with a line `-- name: <name>`; comment lines below it describe it.
    """
    text = (resources.files(package) / file).read_bytes()
    parts = _NAMED_QUERY.split(text)
    return {parts[i].decode(): parts[i + 1].strip() for i in range(1, len(parts), 2)}

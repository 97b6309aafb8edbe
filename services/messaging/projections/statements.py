"""The statements that write the read tables; they need no answer, so that many can be under way at once."""

from typing import Protocol

from shared.db import DatabaseConnection, load_queries

_STATEMENTS = {
    name: statement
    for file in (
        "projections.sql",
        "files_projections.sql",
        "timeline_projections.sql",
        "search_projections.sql",
    )
    for name, statement in load_queries("services.messaging.sql", file).items()
}


class Execute(Protocol):
    """Sends a named statement of `sql/*projections.sql` with its values."""

    def __call__(self, statement: str, **values: object) -> None: ...


def on(connection: DatabaseConnection) -> Execute:
    """Return what sends statements on that connection, in its transaction."""

    def execute(statement: str, **values: object) -> None:
        connection.execute(_STATEMENTS[statement], values)

    return execute

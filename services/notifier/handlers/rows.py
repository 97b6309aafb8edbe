"""Notifier's own tables as handlers use them."""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from typing import Protocol

from services.notifier import projections
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection


class Pool(Protocol):
    """Where connections to notifier's tables come from; a block may be several transactions."""

    def connection(self) -> AbstractContextManager[DatabaseConnection]: ...


def project_now(events: Iterable[RecordedEvent], pool: Pool) -> None:
    """
    Bring the rows up to date with these events of the log, before the subscription comes to them.

    The next look at the tables then does not find the same work again; the subscription's repetition is
    harmless.
    """
    with pool.connection() as connection, connection.transaction(), connection.pipeline():
        for event in events:
            projections.project(event, connection)

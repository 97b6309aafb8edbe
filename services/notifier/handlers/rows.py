"""Notifier's own tables as handlers use them."""

from contextlib import AbstractContextManager
from typing import Protocol

from services.notifier import projections
from shared.db import DatabaseConnection
from shared.eventlog.protocol import Appended


class Pool(Protocol):
    """Where connections to notifier's tables come from; each block is one transaction."""

    def connection(self) -> AbstractContextManager[DatabaseConnection]: ...


def project_now(appended: Appended, pool: Pool) -> None:
    """
    Bring the rows up to date with what was just appended, before the subscription comes to it.

    The next look at the tables then does not find the same work again; the subscription's repetition is
    harmless.
    """
    with pool.connection() as connection:
        for event in appended.events:
            projections.project(event, connection)

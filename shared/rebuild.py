"""
A read model built anew from the log beside the live one, then swapped in.

The new one follows the live one's checkpoint until it is close, then takes the checkpoint's lock, goes
exactly as far as the live one is, and takes its name. It only projects: no reaction runs, so no effect is
repeated.
"""

import logging
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from importlib import metadata

import psycopg
from psycopg import Cursor, sql
from psycopg.rows import TupleRow

from shared.checkpoint import FROZEN_MILLISECONDS, Marks
from shared.contracts.envelope import RecordedEvent, Stream
from shared.db import DatabaseConnection, DatabaseUnavailable, connect, load_queries
from shared.errors import Conflict
from shared.eventlog.codec import UnreadableEvent
from shared.eventlog.protocol import EventLog
from shared.handling import SubscriptionDefinition, blamed_on, passes_by_itself
from shared.migrate import migrate_schema
from shared.settings import Settings

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], None]

_QUERIES = load_queries("shared.sql", "rebuild.sql")
_PAGE = 1000
# So few events are left to the swap, during which the live read model waits.
_CLOSE = 1000
_ATTEMPTS = 3


def rebuild(
    definition: SubscriptionDefinition,
    log: EventLog,
    settings: Settings,
    progress: Progress,
    *,
    package: str | None = None,
) -> int:
    """
    Build the read model of `definition` in schema `<name>_rebuild`, swap it in and return the position it
    is at.

    The live read model goes on meanwhile and waits only for the swap. Streams that are parked in the live
    one stay parked from the same event on. `progress(done, total)` is told positions of the log. `package`
    holds the service's migrations; by default it is the one among the entry points `parley.schemas`.

    Raises Conflict where another rebuild of the service runs or parked events keep being retried,
    HandlingFailed for an event that cannot be projected, DatabaseUnavailable; the live read model is then
    as it was.
    """
    name = definition.name
    if package is None:
        package = metadata.entry_points(group="parley.schemas")[name].value
    try:
        with closing(connect(settings, schema=f"{name}_rebuild", autocommit=True)) as connection:
            connection.execute("set statement_timeout = 0")
            connection.execute(f"set idle_in_transaction_session_timeout = {FROZEN_MILLISECONDS}")
            connection.execute("set synchronous_commit = off")
            if connection.execute(_QUERIES["try_lock"], {"name": name}).fetchone() != (True,):
                raise Conflict(
                    "rebuild_running", f"A rebuild of {name} is running already: wait until it is done."
                )
            for _ in range(_ATTEMPTS):
                position = _Rebuild(definition, log, connection, progress).run(package)
                if position is not None:
                    return position
    except psycopg.Error as error:
        if not passes_by_itself(error):
            raise
        raise DatabaseUnavailable(str(error)) from error
    raise Conflict(
        "parked_events_changed", f"Parked events of {name} were retried meanwhile: run the rebuild again."
    )


class _Rebuild:
    """One attempt, on a connection whose search path is the new schema."""

    def __init__(
        self,
        definition: SubscriptionDefinition,
        log: EventLog,
        connection: DatabaseConnection,
        progress: Progress,
    ) -> None:
        self._definition = definition
        self._log = log
        self._connection = connection
        self._progress = progress
        self._live = definition.name
        self._new = f"{definition.name}_rebuild"
        self._old = f"{definition.name}_replaced"
        self._position = 0
        # The version from which on each parked stream was left out.
        self._left_out: dict[Stream, int] = {}

    def run(self, package: str) -> int | None:
        """
        Return the position that the new read model was swapped in at; None where it has to be started over.
        """
        self._drop(self._new, self._old)
        migrate_schema(self._connection, self._new, package)
        caught_up_on = sys.maxsize
        while True:
            # In this order: what is parked up to the checkpoint is known to be parked when the checkpoint
            # is read.
            target = min(self._ask("live_checkpoint") or 0, self._log.head())
            # Where positions have gaps, few events may be far apart.
            if target - self._position <= _CLOSE or caught_up_on <= _CLOSE:
                break
            caught_up_on = self._catch_up(target)
        with self._connection.transaction():
            position = self._finish()
            if position is None:
                return None
            self._rename(self._live, self._old)
            self._rename(self._new, self._live)
            # The swap itself is not to be lost, whatever may be of single events.
            self._connection.execute("set local synchronous_commit = on")
        self._drop(self._old)
        logger.info(
            "Read model was rebuilt",
            extra={"action": "read_model_rebuilt", "subscription": self._live, "position": position},
        )
        return position

    def _finish(self) -> int | None:
        """
        Bring the new read model to the live one's exact state, under its lock; None where that cannot be.
        """
        checkpoint = self._ask("lock_live_checkpoint")
        if checkpoint is None:
            raise Conflict("never_run", f"{self._live} has never run here: start the service once.")
        head = self._log.head()
        position = min(checkpoint, head)
        parked = self._parked()
        if any(parked.get(stream) != version for stream, version in self._left_out.items()):
            logger.warning(
                "Parked events were retried during the rebuild, which starts over",
                extra={"action": "rebuild_starts_over", "subscription": self._live},
            )
            return None
        self._catch_up(position)
        self._project_ahead(head, parked)
        self._execute("copy_parked", head=head)
        self._execute("copy_ahead", head=head)
        self._connection.execute(_QUERIES["put_checkpoint"], {"name": self._live, "position": position})
        # Whoever waits for the lock now would otherwise get that of the tables that are replaced, and believe
        # to be the only one at work on the new ones.
        self._execute("delete_live_checkpoint", name=self._live)
        return position

    def _catch_up(self, target: int) -> int:
        """Project what there is up to `target`; return how many events that were."""
        parked = self._parked()
        marks = Marks(parked=parked)
        number = 0
        while self._position < target:
            try:
                page = self._log.read_all(
                    after=self._position, limit=_PAGE, until=target, categories=self._definition.categories
                )
            except UnreadableEvent as error:
                if error.version < parked.get(error.stream, error.version + 1):
                    raise
                self._left_out.setdefault(error.stream, parked[error.stream])
                self._position = error.position
                continue
            for event in page.events:
                if marks.is_parked(event):
                    self._left_out.setdefault(event.stream, parked[event.stream])
            self._project([event for event in page.events if not marks.is_parked(event)])
            if page.position == self._position:
                # An append that began meanwhile hides for a moment what could be read before.
                self._log.wait_for_news(after=self._position, timeout=1)
            self._position = page.position
            number += len(page.events)
            self._progress(self._position, target)
        return number

    def _project_ahead(self, head: int, parked: Mapping[Stream, int]) -> None:
        """Project what the live read model has projected ahead of its checkpoint."""
        rows = self._execute("live_ahead", head=head).fetchall()
        ahead = {Stream.parse(stream): version for stream, version in rows}
        marks = Marks(projected=ahead, parked=parked)
        after = self._position
        while ahead and after < head:
            page = self._log.read_all(after=after, limit=_PAGE, categories=self._definition.own_categories)
            self._project(
                [event for event in page.events if marks.is_projected(event) and not marks.is_parked(event)]
            )
            if page.position == after:
                break
            after = page.position

    def _project(self, events: Sequence[RecordedEvent]) -> None:
        try:
            with self._connection.transaction(), self._connection.pipeline():
                for event in events:
                    self._definition.project(event, self._connection)
        except Exception as error:
            if passes_by_itself(error):
                raise
            # In a pipeline an error shows up late: one by one it can be said which event it is.
            with self._connection.transaction():
                for event in events:
                    with blamed_on(event):
                        self._definition.project(event, self._connection)

    def _parked(self) -> dict[Stream, int]:
        rows = self._execute("live_parked").fetchall()
        return {Stream.parse(stream): version for stream, version in rows}

    def _ask(self, query: str) -> int | None:
        row = self._execute(query, name=self._live).fetchone()
        return None if row is None else int(row[0])

    def _execute(self, query: str, **parameters: object) -> Cursor[TupleRow]:
        text = sql.SQL(_QUERIES[query].decode()).format(live=sql.Identifier(self._live))
        return self._connection.execute(text, parameters)

    def _rename(self, schema: str, name: str) -> None:
        self._connection.execute(
            sql.SQL("alter schema {} rename to {}").format(sql.Identifier(schema), sql.Identifier(name))
        )

    def _drop(self, *schemas: str) -> None:
        for schema in schemas:
            self._connection.execute(
                sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(schema))
            )

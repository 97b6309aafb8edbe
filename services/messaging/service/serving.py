"""What the service lives on, and what all its entrypoints need."""

from dataclasses import dataclass
from uuid import uuid4

from psycopg_pool import ConnectionPool

from services.messaging import handlers
from services.messaging.commands import Origin
from services.messaging.queries import Reads
from shared.clock import Clock
from shared.contracts.rpc import Done, Query, Request
from shared.db import DatabaseConnection, open_pool
from shared.errors import Invalid
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import Appended, EventLog
from shared.nameko_adapters import Resources
from shared.settings import Settings
from shared.subscription import wait_until_handled

# A client that just wrote waits this long for its words to show; then it is told to ask again.
READ_YOUR_WRITES_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingResources:
    """What the service lives on, built once at its start."""

    settings: Settings
    log: EventLog
    pool: ConnectionPool[DatabaseConnection]
    clock: Clock
    archive: handlers.Archive
    reads: Reads


def build(settings: Settings) -> MessagingResources:
    """Return the resources of a process with these settings."""
    log = open_log(settings)
    pool = open_pool(settings, schema=handlers.NAME, autocommit=True)
    return MessagingResources(
        settings=settings,
        log=log,
        pool=pool,
        clock=settings.system_clock(),
        archive=handlers.open_archive(log),
        reads=Reads(pool),
    )


class Serving:
    """What the entrypoints of each topic stand on."""

    resources = Resources(build)

    def reads(self, request: Query) -> Reads:
        """Return the reads once they show what the request wants to see. Raises Invalid."""
        if request.min_position is not None:
            if request.min_position > self.resources.log.newest():
                # Nobody may hold up workers by waiting for what was never written.
                raise Invalid("bad_min_position", "No event has this position yet.", "min_position")
            self.wait_until_handled(request.min_position)
        reads: Reads = self.resources.reads
        return reads

    def wait_until_handled(self, position: int) -> None:
        """Wait, not for long, until our tables show what stands at the position. Raises NotYetHandled."""
        wait_until_handled(self.resources.pool, handlers.NAME, position, READ_YOUR_WRITES_SECONDS)

    def origin(self, request: Request) -> Origin:
        """Return where the command that the request asks for comes from."""
        return Origin(
            id=uuid4(),
            at=self.resources.clock.now(),
            actor=handlers.actor(request.caller),
            correlation_id=request.correlation_id,
        )

    def done(self, appended: Appended | None) -> Done:
        """Answer with the position reached; where nothing was to be done that is the log's newest."""
        return Done(position=appended.position if appended else self.resources.log.newest())

"""A read model built anew from the log beside the live one, then swapped in."""

from collections.abc import Callable

from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition

Progress = Callable[[int, int], None]


def rebuild(
    definition: SubscriptionDefinition,
    log: EventLog,
    settings: Settings,
    progress: Progress,
    *,
    package: str | None = None,
) -> int:
    """
    Build the read model of `definition` in schema `<name>_rebuild`, swap it in and return the position it stands at.

    Only projects, so no effect is repeated. The live read model goes on meanwhile and waits only for the swap.
    `progress(done, total)` is told log positions. `package` holds the service's migrations; by default it is looked up
    in the entry points `parley.schemas`. Raises Conflict where another rebuild of the same service runs.
    """
    raise NotImplementedError

"""The boards as this process holds them."""

from collections.abc import Iterable, Mapping, Sequence

from services.tasks import decider
from services.tasks.commands import ACCOUNT_TASKS, CASE_TASKS, REPLY_TASKS
from services.tasks.decider import Board
from services.tasks.snapshots import BoardSnapshots
from shared.command_handling import Loaded, StateStore, load_together
from shared.contracts.envelope import Stream
from shared.eventlog.protocol import EventLog

NAME = "tasks"

# A state holds the open tasks of its board, a few kilobytes each.
IN_MEMORY = 500

Boards = Mapping[str, StateStore[Board]]


def open_boards(log: EventLog, *, many: bool = False, in_memory: int = IN_MEMORY) -> Boards:
    """
    Return the stores of the boards' states, by category, each of which holds so many states.

    For `many` boards at a time no snapshots are looked for, one by one: nearly all are short, and are read
    together.
    """
    # Only threads grow long; looking for a snapshot costs as much as reading a short stream.
    with_snapshots = frozenset() if many else frozenset({REPLY_TASKS})
    return {
        category: _store(log, category, snapshots=category in with_snapshots, in_memory=in_memory)
        for category in (REPLY_TASKS, CASE_TASKS, ACCOUNT_TASKS)
    }


def load_boards(boards: Boards, streams: Iterable[Stream]) -> Mapping[Stream, Loaded[Board]]:
    """Return the states of several boards as of now, in one round trip where they are held in memory."""
    wanted: Sequence[Stream] = list(dict.fromkeys(streams))
    if not wanted:
        return {}
    log = boards[wanted[0].category].log
    states = load_together(log, [(boards[stream.category], stream.id) for stream in wanted])
    return dict(zip(wanted, states, strict=True))


def _store(log: EventLog, category: str, *, snapshots: bool, in_memory: int) -> StateStore[Board]:
    return StateStore(
        log,
        category,
        initial=decider.initial_state,
        evolve=lambda state, event: decider.evolve(state, event.data, event.position),
        snapshots=BoardSnapshots() if snapshots else None,
        cache_size=in_memory,
    )

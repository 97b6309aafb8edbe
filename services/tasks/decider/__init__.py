"""What is open on a board of tasks, and what a command changes there. Pure."""

from services.tasks.commands import Asked, Command
from services.tasks.decider.asked import decide_asked, opening_id, unknown_assignee
from services.tasks.decider.following import decide_following, last_event_id, task_id
from services.tasks.decider.state import Board, OpenTask, evolve, initial_state
from shared.contracts.envelope import NewEvent

__all__ = [
    "Board",
    "OpenTask",
    "decide",
    "evolve",
    "initial_state",
    "last_event_id",
    "opening_id",
    "task_id",
    "unknown_assignee",
]


def decide(command: Command, state: Board) -> tuple[NewEvent, ...]:
    """
    Return what the command changes, ready to be appended; nothing where it changes nothing.

    Raises Refused for what people ask for and may not have.
    """
    if isinstance(command, Asked):
        return decide_asked(command, state)
    return decide_following(command, state)

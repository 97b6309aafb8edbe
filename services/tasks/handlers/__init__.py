"""Use cases of tasks: following events, what people ask for, and the clock."""

from services.tasks.commands import ACCOUNT_TASKS, BOARDS, CASE_TASKS, REPLY_TASKS
from services.tasks.handlers.asking import Desk
from services.tasks.handlers.boards import NAME
from services.tasks.handlers.reacting import Reactor, subscription
from services.tasks.handlers.sweeping import Sweeper, Swept

__all__ = [
    "ACCOUNT_TASKS",
    "BOARDS",
    "CASE_TASKS",
    "NAME",
    "REPLY_TASKS",
    "Desk",
    "Reactor",
    "Sweeper",
    "Swept",
    "subscription",
]

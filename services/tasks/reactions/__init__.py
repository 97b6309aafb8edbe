"""What tasks does about other services' events: event -> commands. Pure."""

from services.tasks.reactions.cases import CaseFacts, evolve_case
from services.tasks.reactions.chats import board_looked_at
from services.tasks.reactions.context import Company, Context, Reaction, cause_of
from services.tasks.reactions.table import REACTIONS, companies_needed, react

__all__ = [
    "REACTIONS",
    "CaseFacts",
    "Company",
    "Context",
    "Reaction",
    "board_looked_at",
    "cause_of",
    "companies_needed",
    "evolve_case",
    "react",
]

"""How a company wants its tasks treated. Pure."""

from dataclasses import dataclass
from uuid import uuid5

from services.ai_resolver.commands import ConfigureCompany
from shared.contracts.ai_resolver import Mode, ResolverConfigured
from shared.contracts.envelope import EventData, NewEvent
from shared.errors import Poison


@dataclass(frozen=True, slots=True)
class Wish:
    """`mode` None follows the installation's setting; nothing leaves the machine unless it was allowed."""

    mode: Mode | None = None
    remote_model: bool = False
    count: int = 0


def initial_state() -> Wish:
    return Wish()


def decide(command: ConfigureCompany, state: Wish) -> tuple[NewEvent, ...]:
    mode = None if command.follow_installation else command.mode or state.mode
    remote = state.remote_model if command.remote_model is None else command.remote_model
    if (mode, remote) == (state.mode, state.remote_model):
        return ()
    return (
        NewEvent(
            id=uuid5(command.company_id, f"configured:{state.count + 1}"),
            data=ResolverConfigured(company_id=command.company_id, mode=mode, remote_model=remote),
            time=command.at,
            actor=command.actor,
            audience=frozenset({command.company_id}),
            correlation_id=command.correlation_id,
        ),
    )


def evolve(state: Wish, data: EventData) -> Wish:
    """Return the state after one event of the stream. Raises Poison for one that this version cannot know."""
    match data:
        case ResolverConfigured(mode=mode, remote_model=remote):
            return Wish(mode, remote, state.count + 1)
        case _:
            raise Poison("The stream of wishes holds an event of a newer release: upgrade, then retry.")

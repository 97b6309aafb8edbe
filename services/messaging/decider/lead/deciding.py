"""Which module decides which command."""

from typing import assert_never

from services.messaging.commands import (
    BarBidder,
    ChooseWinner,
    InvitePartner,
    LeadCommand,
    OpenLead,
    PullBackLead,
    SubmitQuote,
    SweepLead,
)
from services.messaging.decider.lead import bidding, ending
from services.messaging.decider.lead.state import LeadEvent, State


def decide(command: LeadCommand, state: State) -> tuple[LeadEvent, ...]:  # noqa: PLR0911 - one per command
    """Return what follows from the command, nothing where it is done already. Raises what its module says."""
    match command:
        case OpenLead():
            return bidding.open_lead(command, state)
        case InvitePartner():
            return bidding.invite(command, state)
        case BarBidder():
            return bidding.bar(command, state)
        case SubmitQuote():
            return bidding.submit(command, state)
        case ChooseWinner():
            return ending.choose(command, state)
        case PullBackLead():
            return ending.pull_back(command, state)
        case SweepLead():
            return ending.sweep(command, state)
        case _:
            assert_never(command)

"""What messaging does about its own events and about surveys: pure, one module per thing that follows."""

from services.messaging.commands import (
    AttachFile,
    CaseOfLeadCommand,
    EstablishPartnership,
    InvitePartner,
    OpenLead,
    PullBackLead,
)
from services.messaging.reactions import leads, partnerships, surveys, threads
from services.messaging.reactions.case_then import CaseThen, is_needed
from shared.contracts.envelope import RecordedEvent

__all__ = ["CaseThen", "Consequence", "is_needed", "react"]

Consequence = (
    threads.InThread
    | AttachFile
    | OpenLead
    | InvitePartner
    | PullBackLead
    | CaseOfLeadCommand
    | EstablishPartnership
    | surveys.OfSurvey
)


def react(event: RecordedEvent, case: CaseThen | None = None) -> tuple[Consequence, ...]:
    """
    Return the commands that follow from the event, none for events that nothing follows from.

    `case` is told where `is_needed` asks for it.
    """
    return (
        *threads.react(event.data, event.id),
        *leads.react(event, case),
        *partnerships.react(event, case),
        *surveys.react(event),
    )

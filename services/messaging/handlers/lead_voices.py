"""
Who speaks for the client hears of its leads and takes part in their chats, of which its case knows nothing.
"""

from dataclasses import replace
from functools import partial
from typing import cast
from uuid import UUID

from services.messaging import commands
from services.messaging.commands import (
    LEAD_THREAD_KINDS,
    JoinThread,
    LeadCommand,
    LeaveThread,
    OpenThread,
    Origin,
    third_voice,
)
from services.messaging.decider import case, lead
from services.messaging.handlers.streams import Archive
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CaseManagingPartnerNamed
from shared.eventlog.protocol import Appended


def decide_on_lead(archive: Archive, command: LeadCommand, origin: Origin) -> Appended | None:
    """
    Decide on the lead, and let whoever speaks for the client then know of all that the client may know of.

    A bidder is told of its own bid alone, whatever else it is. Raises what the decider raises.
    """

    def third_voice_of(state: lead.State) -> frozenset[UUID]:
        if isinstance(state, lead.NoLead):
            return frozenset()
        named = case.facts_of(archive.cases.load(state.facts.case_id)).managing_partner_id
        return frozenset({named} if named and named not in state.bids else ())

    return archive.leads.carry_out(
        command.lead_id, origin, partial(lead.decide, command), witnesses=third_voice_of
    )


def with_third_voice(archive: Archive, command: OpenThread) -> OpenThread:
    """Return the command with the case's present managing partner, where it opens a chat of a lead."""
    if command.lead_id is None or command.case_id is None:
        return command
    named = case.facts_of(archive.cases.load(command.case_id)).managing_partner_id
    present = {participant.company_id for participant in command.participants}
    if named is None or named in present:
        return command
    return replace(command, participants=(*command.participants, *third_voice(named)))


def heard_of(archive: Archive, event: RecordedEvent) -> tuple[JoinThread | LeaveThread, ...]:
    """Return what a naming leads to in the chats of the leads that the case has had."""
    naming = event.data
    if not isinstance(naming, CaseManagingPartnerNamed):
        return ()
    history = archive.log.read_stream(event.stream)
    rounds = case.lead_round(cast("case.CaseEvent", each.data) for each in history)
    chats = [
        commands.lead_thread_id(lead_id, partner_id, kind)
        for lead_id in (commands.lead_id(naming.case_id, number) for number in range(1, rounds + 1))
        for partner_id in _bidders(archive.leads.load(lead_id))
        for kind in LEAD_THREAD_KINDS
    ]
    leaving = [
        LeaveThread(thread_id=chat, case_id=naming.case_id, participant=participant)
        for chat in chats
        for participant in third_voice(naming.previous_id)
    ]
    joining = [
        JoinThread(thread_id=chat, case_id=naming.case_id, participant=participant)
        for chat in chats
        for participant in third_voice(naming.managing_partner_id)
    ]
    return (*leaving, *joining)


def _bidders(state: lead.State) -> tuple[UUID, ...]:
    return () if isinstance(state, lead.NoLead) else tuple(state.bids)

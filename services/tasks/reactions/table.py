"""Which events lead to what: a trigger is one entry here and a function beside it. Pure."""

from collections.abc import Mapping
from uuid import UUID

from services.tasks.commands import Following
from services.tasks.reactions import chats, complaints, leads, lifecycle, updates
from services.tasks.reactions.cases import CaseFacts
from services.tasks.reactions.context import Context, Reaction, nobody
from shared.contracts.ai_resolver import VerdictGiven
from shared.contracts.envelope import EventData, RecordedEvent
from shared.contracts.messaging import (
    BidEnded,
    CaseAssigned,
    CaseClosed,
    CaseManagingPartnerNamed,
    CaseMerged,
    CaseOpened,
    CaseStatusChanged,
    ComplaintAccepted,
    ComplaintAnswered,
    LeadClosed,
    MessagePosted,
    ParticipantLeft,
    PartnerInvited,
    QuoteSubmitted,
    ThreadClosed,
)
from shared.contracts.surveys import SurveyRequested, SurveySubmitted, SurveyWithdrawn

REACTIONS: Mapping[type[EventData], Reaction] = {
    MessagePosted: Reaction(chats.parties, chats.message_posted),
    ThreadClosed: Reaction(nobody, chats.thread_closed),
    ParticipantLeft: Reaction(nobody, chats.participant_left),
    VerdictGiven: Reaction(nobody, chats.verdict_given),
    CaseOpened: Reaction(lifecycle.signer, lifecycle.case_opened),
    CaseAssigned: Reaction(lifecycle.parties, lifecycle.case_assigned),
    CaseStatusChanged: Reaction(lifecycle.parties, lifecycle.case_status_changed),
    CaseClosed: Reaction(lifecycle.parties, lifecycle.case_closed),
    CaseMerged: Reaction(nobody, lifecycle.case_merged),
    CaseManagingPartnerNamed: Reaction(lifecycle.parties, lifecycle.managing_partner_named),
    PartnerInvited: Reaction(leads.invited_partner, leads.partner_invited),
    QuoteSubmitted: Reaction(leads.quoted_creditor, leads.quote_submitted),
    BidEnded: Reaction(nobody, leads.bid_ended),
    LeadClosed: Reaction(nobody, leads.lead_closed),
    ComplaintAccepted: Reaction(complaints.parties, complaints.complaint_accepted),
    ComplaintAnswered: Reaction(nobody, complaints.complaint_answered),
    SurveyRequested: Reaction(updates.parties, updates.survey_requested),
    SurveySubmitted: Reaction(updates.parties, updates.survey_submitted),
    SurveyWithdrawn: Reaction(nobody, updates.survey_withdrawn),
}


def companies_needed(event: RecordedEvent, case: CaseFacts | None = None) -> frozenset[UUID]:
    """Return the companies that `react` has to be handed for this event; `case` is its case as of it."""
    reaction = REACTIONS.get(type(event.data))
    if reaction is None:
        return frozenset()
    return frozenset(id_ for id_ in reaction.companies(event.data, case or CaseFacts()) if id_ is not None)


def react(event: RecordedEvent, context: Context) -> tuple[Following, ...]:
    """
    Return the commands that follow from the event.

    `context` holds the companies that `companies_needed` named, as they were when the event came.
    Raises Poison where one is missing.
    """
    reaction = REACTIONS.get(type(event.data))
    return () if reaction is None else tuple(reaction.commands(event, event.data, context))

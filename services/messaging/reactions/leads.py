"""A lead opens when its case asks for quotes, ends when the case ends, and the case follows its outcome."""

from uuid import UUID

from services.messaging.commands import (
    AwardCase,
    CaseOfLeadCommand,
    CloseCaseOfLead,
    CloseThread,
    InvitePartner,
    LeadThreadKind,
    NoteQuoteGiven,
    OpenLead,
    OpenThread,
    PullBackLead,
    lead_id,
    lead_thread_id,
    open_lead_thread,
)
from services.messaging.reactions.case_then import CaseThen
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import (
    BidEnded,
    CaseClosed,
    CaseMerged,
    CaseOpened,
    CaseStatus,
    CaseStatusChanged,
    LeadClosed,
    LeadOutcome,
    PartnerInvited,
    QuoteSubmitted,
)

MAX_QUOTES = 5

CLOSE_CODES: dict[LeadOutcome, str] = {
    "pullback": "Withdrawn by Client",
    "expired": "Quotes Expired \N{EN DASH} Not Accepted",
    "no_quotes": "No Quotes Received",
}
_ASKING: frozenset[CaseStatus] = frozenset({"Leads", "LeadsQuoteGiven"})


def react(
    event: RecordedEvent, case: CaseThen | None
) -> tuple[OpenThread | CloseThread | OpenLead | InvitePartner | PullBackLead | CaseOfLeadCommand, ...]:
    """Return the commands that follow from the event, none for events that nothing follows from."""
    return _from_case(event, case) if case else _from_lead(event)


def _from_case(event: RecordedEvent, case: CaseThen) -> tuple[OpenLead | InvitePartner | PullBackLead, ...]:
    match event.data:
        case CaseStatusChanged(status="Leads", cause="custom_quote") if case.partner_id:
            return (_ask_for_quotes(case), _invite(case, case.partner_id, event))
        case CaseOpened(status="Leads") | CaseStatusChanged(status="Leads"):
            return (_ask_for_quotes(case),)
        case CaseStatusChanged(previous=previous, status=status) if previous in _ASKING:
            return () if status in _ASKING else _end_of_asking(case)
        case CaseClosed() | CaseMerged():
            return _end_of_asking(case)
        case _:
            return ()


def _from_lead(event: RecordedEvent) -> tuple[OpenThread | CloseThread | CaseOfLeadCommand, ...]:
    match event.data:
        case PartnerInvited() as invited:
            return (_chat("invoice_questions_chat", invited),)
        case QuoteSubmitted() as quote:
            return (_chat("lead_chat", quote), NoteQuoteGiven(case_id=quote.case_id))
        case BidEnded() as bid:
            return (*_chats_end(bid), *_award(bid, event))
        case LeadClosed(outcome=outcome, case_id=case_id) if outcome != "winner":
            return (CloseCaseOfLead(case_id=case_id, close_code=CLOSE_CODES[outcome]),)
        case _:
            return ()


def _ask_for_quotes(case: CaseThen) -> OpenLead:
    return OpenLead(
        lead_id=lead_id(case.id, case.lead_round),
        case_id=case.id,
        case_reference=case.reference,
        round=case.lead_round,
        creditor_id=case.creditor_id,
        debtor=case.debtor,
        amount=case.amount,
        currency=case.currency,
        window=case.window,
        max_quotes=MAX_QUOTES,
        managing_partner_id=case.managing_partner_id,
    )


def _invite(case: CaseThen, partner_id: UUID, event: RecordedEvent) -> InvitePartner:
    """The case's own partner asked for it, and no other has been."""
    return InvitePartner(
        lead_id=lead_id(case.id, case.lead_round), partner_id=partner_id, at=event.time, custom_quote=True
    )


def _end_of_asking(case: CaseThen) -> tuple[PullBackLead, ...]:
    """End the case's last lead; one that had its outcome before keeps it."""
    if not case.lead_round:
        return ()
    return (PullBackLead(lead_id=lead_id(case.id, case.lead_round), company_id=None),)


def _chat(kind: LeadThreadKind, event: PartnerInvited | QuoteSubmitted) -> OpenThread:
    return open_lead_thread(
        kind,
        lead_id=event.lead_id,
        case_id=event.case_id,
        reference=event.case_reference,
        creditor_id=event.creditor_id,
        partner_id=event.partner_id,
    )


def _chats_end(bid: BidEnded) -> tuple[CloseThread, ...]:
    kinds: tuple[LeadThreadKind, ...] = ("invoice_questions_chat",)
    if bid.quote_id is not None:
        kinds += ("lead_chat",)
    return tuple(
        CloseThread(thread_id=lead_thread_id(bid.lead_id, bid.partner_id, kind), reason=bid.outcome)
        for kind in kinds
    )


def _award(bid: BidEnded, event: RecordedEvent) -> tuple[AwardCase, ...]:
    if bid.outcome != "won":
        return ()
    return (AwardCase(case_id=bid.case_id, partner_id=bid.partner_id, at=event.time),)

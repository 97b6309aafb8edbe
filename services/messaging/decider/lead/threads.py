"""Which chat of a lead belongs to whom."""

from uuid import UUID

from services.messaging.commands import LeadThreadKind, OpenThread, open_lead_thread
from services.messaging.decider.lead.state import NoLead, State
from shared.errors import Conflict, Invalid, NotFound


def thread_to_open(
    state: State, *, kind: LeadThreadKind, company_id: UUID | None, partner_id: UUID | None
) -> OpenThread:
    """
    Return the command that makes sure of a partner's thread in the lead; company None is the platform.

    A partner means itself, everybody else names the partner. Raises NotFound for a company that is neither
    the creditor nor invited and for a partner that asks for another's, Invalid where no partner is named,
    Conflict where that kind of thread is not to be had now.
    """
    if isinstance(state, NoLead):
        raise _no_case()
    facts = state.facts
    if company_id not in (None, facts.creditor_id):
        if company_id not in state.bids or partner_id not in (None, company_id):
            raise _no_case()
        partner_id = company_id
    if partner_id is None:
        raise Invalid(
            "partner_not_named",
            "This case has one such chat for each partner that may quote: name the partner in partner_id.",
            "partner_id",
        )
    if partner_id not in state.bids:
        raise NotFound("partner_not_invited", "This partner was not invited to quote.", "partner_id")
    quoted = state.bids[partner_id] is not None
    if kind == "lead_chat" and not quoted:
        raise Conflict(
            "thread_comes_with_quote",
            "This chat opens with the partner's quote: use the invoice_questions_chat until then.",
        )
    return open_lead_thread(
        kind,
        lead_id=facts.id,
        case_id=facts.case_id,
        reference=facts.case_reference,
        creditor_id=facts.creditor_id,
        partner_id=partner_id,
    )


def _no_case() -> NotFound:
    return NotFound("case_not_found", "There is no such case.")

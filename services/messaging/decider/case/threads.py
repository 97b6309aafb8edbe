"""Which thread of a case belongs to whom."""

from typing import assert_never
from uuid import UUID

from services.messaging.commands import OpenThread, open_invoice_chat
from services.messaging.decider.case.state import State, facts_of
from shared.contracts.messaging import ThreadKind
from shared.errors import Conflict, Invalid, NotFound


def thread_to_open(state: State, *, kind: ThreadKind, company_id: UUID | None) -> OpenThread:
    """
    Return the command that makes sure of a company's thread on the case; None stands for the platform.

    A former partner gets the thread of its own time. Raises NotFound for a case that the company may not know
    of, Conflict while the case has no partner that knows of it or where that kind of thread comes with a
    quote.
    """
    facts = facts_of(state)
    engagement = None if facts.hidden else facts.engagement
    if company_id not in (None, facts.creditor_id, facts.managing_partner_id):
        own = [each for each in facts.engagements if each.partner_id == company_id and not each.hidden]
        if not own:
            raise NotFound("case_not_found", "There is no such case.")
        engagement = own[-1]
    match kind:
        case "invoice_chat":
            if engagement is None:
                raise Conflict(
                    "case_not_assigned", "The case has no partner yet: its chat opens with the assignment."
                )
            return open_invoice_chat(
                case_id=facts.id,
                reference=facts.reference,
                engagement_id=engagement.id,
                creditor_id=facts.creditor_id,
                partner_id=engagement.partner_id,
                managing_partner_id=facts.managing_partner_id,
            )
        case "lead_chat" | "invoice_questions_chat":
            raise Conflict(
                "thread_comes_with_quote", "This chat opens with a request for a quote; the case has none."
            )
        case "relationship_chat":
            raise Invalid(
                "thread_kind_not_of_case",
                "A relationship chat belongs to a partnership, not to a case.",
                "kind",
            )
        case _:
            assert_never(kind)

"""
Two companies become partners by working together, on one of three occasions and on no other.

A partner takes a case that it was given for review or asks for more information on it; it begins to make a
quote of its own for such a case; or a partner of the network submits a quote.
"""

from uuid import UUID

from services.messaging.commands import EstablishPartnership, partnership_stream_id
from services.messaging.reactions.case_then import CaseThen
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CaseStatus, CaseStatusChanged, PartnerInvited, QuoteSubmitted

_TAKEN_UP: frozenset[CaseStatus] = frozenset({"Active", "NeedsAdditionalDetails"})


def react(event: RecordedEvent, case: CaseThen | None) -> tuple[EstablishPartnership, ...]:
    """Return the partnership that the event brings about, if it does; it may exist already."""
    match event.data:
        case CaseStatusChanged(previous="PendingVerification", status=status) if status in _TAKEN_UP:
            if case is None or case.partner_id is None:
                return ()
            return (_between(case.creditor_id, case.partner_id),)
        case PartnerInvited(custom_quote=True, creditor_id=creditor, partner_id=partner):
            return (_between(creditor, partner),)
        case QuoteSubmitted(creditor_id=creditor, partner_id=partner):
            return (_between(creditor, partner),)
        case _:
            return ()


def _between(creditor_id: UUID, partner_id: UUID) -> EstablishPartnership:
    """The pair has one partnership: where nobody chose its id, it has that of the pair."""
    return EstablishPartnership(
        partnership_id=partnership_stream_id(creditor_id, partner_id),
        creditor_id=creditor_id,
        partner_id=partner_id,
    )

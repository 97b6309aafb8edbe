"""The ids of things that follow from others."""

from uuid import UUID, uuid5

from shared.contracts.messaging import (
    ThreadKind,
)


def partnership_stream_id(creditor_id: UUID, partner_id: UUID) -> UUID:
    """Return the id of the pair's stream: one stream per pair keeps the pair unique."""
    return uuid5(creditor_id, str(partner_id))


def engagement_id(case_id: UUID, partner_id: UUID, number: int) -> UUID:
    """Return the id of the case's engagement with that number, counted from 1."""
    return uuid5(case_id, f"{partner_id}:{number}")


def case_thread_id(of_engagement: UUID, kind: ThreadKind) -> UUID:
    """Return the id of an engagement's thread: a new engagement has threads of its own."""
    return uuid5(of_engagement, kind)


def relationship_thread_id(partnership_id: UUID) -> UUID:
    """Return the id of a partnership's thread."""
    return uuid5(partnership_id, "relationship_chat")


def message_id(thread_id: UUID, author_id: UUID, client_message_id: str) -> UUID:
    """Return the id that a message has however often its author's client sends it."""
    return uuid5(thread_id, f"{author_id}:{client_message_id}")


def platform_message_id(thread_id: UUID, client_message_id: str) -> UUID:
    """Return the id that a message of the platform has however often it is sent."""
    return uuid5(thread_id, f"platform:{client_message_id}")


def lead_id(case_id: UUID, round_number: int) -> UUID:
    """Return the id of the lead of the case's round, counted from 1."""
    return uuid5(case_id, f"lead:{round_number}")


def quote_id(of_lead: UUID, partner_id: UUID) -> UUID:
    """Return the id of the partner's quote: it gives one per lead."""
    return uuid5(of_lead, str(partner_id))


def lead_thread_id(of_lead: UUID, partner_id: UUID, kind: ThreadKind) -> UUID:
    """Return the id of a lead's thread with one partner: no two bidders ever share one."""
    return uuid5(of_lead, f"{partner_id}:{kind}")


def payment_id(case_id: UUID, reporter_id: UUID | None, client_payment_id: str) -> UUID:
    """Return the id that a payment has however often its reporter's client sends it; None is the platform."""
    return uuid5(case_id, f"payment:{reporter_id}:{client_payment_id}")

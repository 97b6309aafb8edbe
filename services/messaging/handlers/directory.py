"""Companies, their users, and who works with whom."""

from services.messaging.commands import (
    EstablishPartnership,
    Origin,
    PutUser,
    RegisterCompany,
    open_relationship_chat,
    partnership_stream_id,
)
from services.messaging.decider import company, partnership, thread, user
from services.messaging.handlers.streams import Archive
from shared.errors import Conflict
from shared.eventlog.protocol import Appended


def register_company(archive: Archive, *, command: RegisterCompany, origin: Origin) -> Appended | None:
    """Register the company or bring its details up to date; None where nothing was to be done."""
    return archive.companies.carry_out(
        command.company_id, origin, lambda state: company.decide(command, state)
    )


def put_user(archive: Archive, *, command: PutUser, origin: Origin) -> Appended | None:
    """Add the user or bring it up to date; None where nothing was to be done."""
    employer = company.registered(archive.companies.load(command.company_id), "company_id")
    return archive.users.carry_out(
        command.user_id, origin, lambda state: user.decide(command, state, employer)
    )


def establish_partnership(
    archive: Archive, *, command: EstablishPartnership, origin: Origin
) -> Appended | None:
    """
    Let two companies work together; None where they do already.

    Their chat is opened first: its stream belongs to the partnership's id, so no second pair gets that id.
    """
    pair_id = partnership_stream_id(command.creditor_id, command.partner_id)
    creditor, partner, pair = archive.load_together(
        (archive.companies, command.creditor_id),
        (archive.companies, command.partner_id),
        (archive.partnerships, pair_id),
    )
    company.on_side(creditor, "creditor", "creditor_id")
    company.on_side(partner, "partner", "partner_id")
    if not partnership.decide(command, pair):
        return None
    chat = open_relationship_chat(
        partnership_id=command.partnership_id,
        creditor_id=command.creditor_id,
        partner_id=command.partner_id,
    )
    archive.threads.carry_out(chat.thread_id, origin, lambda state: thread.decide(chat, state))
    if thread.audience(archive.threads.load(chat.thread_id)) != {command.creditor_id, command.partner_id}:
        raise Conflict("partnership_id_taken", "Another pair has this id: choose a new one.", "id")
    return archive.partnerships.carry_out(pair_id, origin, lambda state: partnership.decide(command, state))

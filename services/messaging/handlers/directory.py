"""Companies, their users, and who works with whom."""

from services.messaging.commands import (
    EstablishPartnership,
    Origin,
    PutUser,
    RegisterCompany,
    partnership_stream_id,
    relationship_thread_id,
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
    """Let two companies work together; None where they do already. Their chat is opened by a reaction."""
    creditor, partner, chat = archive.load_together(
        (archive.companies, command.creditor_id),
        (archive.companies, command.partner_id),
        (archive.threads, relationship_thread_id(command.partnership_id)),
    )
    company.on_side(creditor, "creditor", "creditor_id")
    company.on_side(partner, "partner", "partner_id")
    if thread.audience(chat) not in (frozenset(), {command.creditor_id, command.partner_id}):
        raise Conflict("partnership_id_taken", "Another pair has this id: choose a new one.", "id")
    return archive.partnerships.carry_out(
        partnership_stream_id(command.creditor_id, command.partner_id),
        origin,
        lambda state: partnership.decide(command, state),
    )

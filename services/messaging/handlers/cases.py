"""Cases, and the threads that belong to them."""

from dataclasses import replace
from uuid import UUID

from services.messaging.commands import OpenThread, Origin, PutCase
from services.messaging.decider import case, company, lead, thread
from services.messaging.handlers.consequences import follow_through, together
from services.messaging.handlers.lead_voices import with_third_voice
from services.messaging.handlers.leads import lead_of_case
from services.messaging.handlers.streams import Archive, once_id
from shared.contracts.messaging import ThreadKind, ThreadOpened
from shared.eventlog.protocol import Appended


def put_case(archive: Archive, *, command: PutCase, origin: Origin) -> Appended | None:
    """
    Open the case or bring partner, status and details up to date; None where nothing was to be done.

    What is decided of the case is one append. The chats that open and close with it do so before this
    returns, also where nothing is left to decide: an earlier attempt may have ended in between. The
    subscription does the same when it comes to the events, whoever was first.
    """
    wanted = [command.creditor_id] + ([command.partner_id] if command.partner_id else [])
    creditor, *partner = archive.load_together(*((archive.companies, company_id) for company_id in wanted))
    company.on_side(creditor, "creditor", "creditor_id")
    dated = replace(command, at=origin.at)
    for state in partner:
        kind = company.on_side(state, "partner", "partner_id").details.partner_kind
        dated = replace(dated, partner_kind=kind)
    appended = archive.cases.carry_out(command.case_id, origin, lambda state: case.decide(dated, state))
    decided = appended.events if appended else archive.log.read_stream(archive.cases.stream(command.case_id))
    return together(appended, follow_through(archive, decided))


def ensure_thread(
    archive: Archive,
    *,
    case_id: UUID,
    kind: ThreadKind,
    company_id: UUID | None,
    partner_id: UUID | None = None,
    origin: Origin,
) -> tuple[UUID, int]:
    """
    Return the id of the company's thread of that kind on the case and the position at which it was opened.

    Opens it where the reaction that does so has not come to it yet. `company_id` None is the platform. The
    chats of a lead are those of the case's latest one, with the partner that is named.
    """
    command = _thread_to_open(archive, case_id, kind, company_id, partner_id)
    appended = archive.threads.carry_out(
        command.thread_id, origin, lambda state: thread.decide(command, state)
    )
    if appended is not None:
        return command.thread_id, appended.position
    opened = archive.log.find(
        archive.threads.stream(command.thread_id), once_id(ThreadOpened, command.thread_id)
    )
    return command.thread_id, opened.position if opened else archive.log.newest()


def _thread_to_open(
    archive: Archive, case_id: UUID, kind: ThreadKind, company_id: UUID | None, partner_id: UUID | None
) -> OpenThread:
    if kind in ("lead_chat", "invoice_questions_chat"):
        latest = lead_of_case(archive, case_id)
        if latest is not None:
            named = case.facts_of(archive.cases.load(case_id)).managing_partner_id
            command = lead.thread_to_open(
                archive.leads.load(latest),
                kind=kind,
                # Who speaks for the client names the partner, as the platform does.
                company_id=None if company_id == named else company_id,
                partner_id=partner_id,
            )
            return with_third_voice(archive, command)
    return case.thread_to_open(archive.cases.load(case_id), kind=kind, company_id=company_id)

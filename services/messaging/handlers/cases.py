"""Cases, and the threads that belong to them."""

from uuid import UUID

from services.messaging.commands import Origin, PutCase
from services.messaging.decider import case, company, thread
from services.messaging.handlers.streams import Archive, once_id
from services.messaging.handlers.subscribing import react
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
    for state in partner:
        company.on_side(state, "partner", "partner_id")
    appended = archive.cases.carry_out(command.case_id, origin, lambda state: case.decide(command, state))
    decided = appended.events if appended else archive.log.read_stream(archive.cases.stream(command.case_id))
    followed = [outcome for event in decided for outcome in react(archive, event)]
    if appended is None and all(outcome.duplicate for outcome in followed):
        return None
    outcomes = [appended, *followed] if appended else followed
    events = sorted((event for outcome in outcomes for event in outcome.events), key=lambda e: e.position)
    return Appended(tuple(events), duplicate=False)


def ensure_thread(
    archive: Archive, *, case_id: UUID, kind: ThreadKind, company_id: UUID | None, origin: Origin
) -> tuple[UUID, int]:
    """
    Return the id of the company's thread of that kind on the case and the position at which it was opened.

    Opens it where the reaction that does so has not come to it yet. `company_id` None is the platform.
    """
    command = case.thread_to_open(archive.cases.load(case_id), kind=kind, company_id=company_id)
    appended = archive.threads.carry_out(
        command.thread_id, origin, lambda state: thread.decide(command, state)
    )
    if appended is not None:
        return command.thread_id, appended.position
    opened = archive.log.find(
        archive.threads.stream(command.thread_id), once_id(ThreadOpened, command.thread_id)
    )
    return command.thread_id, opened.position if opened else archive.log.head()

"""What follows from an event, carried out on the stream that it concerns."""

import logging
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import assert_never, cast
from uuid import UUID

from services.messaging import reactions
from services.messaging.commands import (
    ActOnCase,
    AttachFile,
    AwardCase,
    CloseCase,
    CloseCaseOfLead,
    CloseThread,
    EstablishPartnership,
    InvitePartner,
    JoinThread,
    LeaveThread,
    NoteQuoteGiven,
    OpenLead,
    OpenThread,
    Origin,
    PostMessage,
    PullBackLead,
    ReportPayment,
    partnership_stream_id,
)
from services.messaging.decider import case, company, file, lead, thread
from services.messaging.handlers import lead_voices
from services.messaging.handlers.directory import establish_partnership
from services.messaging.handlers.streams import Archive, bid_event_id, follow_id, once_id
from services.messaging.reactions import CaseThen, Consequence
from services.messaging.reactions.threads import InThread
from shared.business_calendar import Calendar
from shared.contracts.envelope import RecordedEvent, Stream
from shared.contracts.messaging import (
    CaseAssigned,
    CaseClosed,
    CaseStatusChanged,
    FileAttached,
    LeadClosed,
    LeadOpened,
    ParticipantJoined,
    ParticipantLeft,
    PartnerInvited,
    QuoteWindow,
    ThreadClosed,
    ThreadOpened,
)
from shared.errors import Conflict, Refused
from shared.eventlog.protocol import Appended

logger = logging.getLogger(__name__)


def react(archive: Archive, event: RecordedEvent) -> list[Appended]:
    """Append what follows from the event and return it, also what had been appended for it before."""
    then = _case_then(archive, event) if reactions.is_needed(event.data) else None
    wanted = (*reactions.react(event, then), *lead_voices.heard_of(archive, event))
    if not wanted:
        return []
    origin = Origin(
        id=event.id,
        at=event.time,
        actor="platform",
        correlation_id=event.correlation_id,
        causation_id=event.id,
    )
    outcomes = (_carry_out(archive, command, origin) for command in wanted)
    return [outcome for outcome in outcomes if outcome is not None]


def follow_through(archive: Archive, events: Iterable[RecordedEvent]) -> list[Appended]:
    """
    Append what follows from the events, and from that in turn, until nothing more does; return all of it.

    What had been appended before is returned and not followed further: the subscription sees to that.
    """
    outcomes: list[Appended] = []
    waiting = list(events)
    while waiting:
        followed = react(archive, waiting.pop(0))
        outcomes += followed
        waiting += [event for outcome in followed if not outcome.duplicate for event in outcome.events]
    return outcomes


def together(appended: Appended | None, followed: Sequence[Appended]) -> Appended | None:
    """Return all that was appended as one outcome, None where nothing new was."""
    if appended is None and all(outcome.duplicate for outcome in followed):
        return None
    outcomes = [appended, *followed] if appended else followed
    events = sorted((event for outcome in outcomes for event in outcome.events), key=lambda e: e.position)
    return Appended(tuple(events), duplicate=False)


def quote_window(employer: company.State, event: RecordedEvent) -> QuoteWindow:
    """Return until when quotes are taken if the event asks for them, by the creditor's calendar."""
    details = company.registered(employer, "creditor_id").details
    calendar = Calendar(
        country=details.country,
        subdivision=details.subdivision,
        time_zone=details.time_zone,
        observes_holidays=details.observes_holidays,
    )
    deadline = calendar.deadline(event.time, lead.WINDOW_BUSINESS_DAYS)
    return QuoteWindow(
        closes_at=deadline.due_at,
        calendar=deadline.calendar,
        time_zone=deadline.time_zone,
        skipped_days=deadline.skipped_days,
    )


def _case_then(archive: Archive, event: RecordedEvent) -> CaseThen:
    history = [e for e in archive.log.read_stream(event.stream) if e.version <= event.version]
    data = [cast("case.CaseEvent", e.data) for e in history]
    facts = case.facts_of(reduce(case.evolve, data, case.initial()))
    return CaseThen(
        id=facts.id,
        reference=facts.reference,
        creditor_id=facts.creditor_id,
        partner_id=facts.engagement.partner_id if facts.engagement else None,
        debtor=facts.debtor,
        amount=facts.amount,
        currency=facts.currency,
        managing_partner_id=facts.managing_partner_id,
        lead_round=case.lead_round(data),
        window=quote_window(archive.companies.load(facts.creditor_id), event),
    )


def _carry_out(archive: Archive, command: Consequence, origin: Origin) -> Appended | None:  # noqa: PLR0911 - a table of commands
    match command:
        case JoinThread() | LeaveThread() if _is_out_of_date(archive, command):
            return None
        case OpenThread():
            return _on_thread(archive, lead_voices.with_third_voice(archive, command), origin)
        case CloseThread() | JoinThread() | LeaveThread() | PostMessage():
            return _on_thread(archive, command, origin)
        case AttachFile():
            return _attach(archive, command, origin)
        case OpenLead() | InvitePartner() | PullBackLead():
            return _on_lead(archive, command, origin)
        case NoteQuoteGiven() | AwardCase() | CloseCaseOfLead():
            return _on_case(archive, command, origin)
        case ReportPayment() | ActOnCase() | CloseCase():
            return _of_survey(archive, command, origin)
        case EstablishPartnership():
            return _establish(archive, command, origin)
        case _:
            assert_never(command)


def _is_out_of_date(archive: Archive, command: JoinThread | LeaveThread) -> bool:
    """
    Tell whether the case has another managing partner by now than the command is made for.

    What a later naming led to stands in the thread already, and must not be undone by an earlier one that is
    handled once more.
    """
    named = case.facts_of(archive.cases.load(command.case_id)).managing_partner_id
    return (named == command.participant.company_id) is not isinstance(command, JoinThread)


def _on_thread(archive: Archive, command: InThread, origin: Origin) -> Appended | None:
    stream = archive.threads.stream(command.thread_id)
    try:
        appended = archive.threads.carry_out(
            command.thread_id, origin, lambda state: thread.decide(command, state)
        )
    except Refused as refusal:
        # The thread's stream had the last word: it was closed before this came to it.
        _tell_refused(command, refusal)
        appended = None
    return appended or _earlier(archive, stream, _outcome_id(command, stream, origin))


def _outcome_id(command: InThread, stream: Stream, origin: Origin) -> UUID:
    """Return the id of the event in the thread that the command leads to."""
    match command:
        case OpenThread():
            return once_id(ThreadOpened, stream.id)
        case CloseThread():
            return once_id(ThreadClosed, stream.id)
        case JoinThread():
            return follow_id(ParticipantJoined, stream, origin)
        case LeaveThread():
            return follow_id(ParticipantLeft, stream, origin)
        case PostMessage(message_id=message_id):
            return message_id
        case _:
            assert_never(command)


def _attach(archive: Archive, command: AttachFile, origin: Origin) -> Appended | None:
    appended = archive.files.carry_out(command.file_id, origin, lambda state: file.decide(command, state))
    return appended or _earlier(
        archive, archive.files.stream(command.file_id), once_id(FileAttached, command.file_id)
    )


def _on_lead(
    archive: Archive, command: OpenLead | InvitePartner | PullBackLead, origin: Origin
) -> Appended | None:
    try:
        appended = lead_voices.decide_on_lead(archive, command, origin)
    except Refused as refusal:
        # The lead was over before its partner was invited: its case has ended, or gone on otherwise.
        _tell_refused(command, refusal)
        appended = None
    match command:
        case OpenLead():
            outcome = once_id(LeadOpened, command.lead_id)
        case InvitePartner():
            outcome = bid_event_id(PartnerInvited, command.lead_id, command.partner_id)
        case PullBackLead():
            outcome = once_id(LeadClosed, command.lead_id)
        case _:
            assert_never(command)
    return appended or _earlier(archive, archive.leads.stream(command.lead_id), outcome)


def _on_case(
    archive: Archive, command: NoteQuoteGiven | AwardCase | CloseCaseOfLead, origin: Origin
) -> Appended | None:
    stream = archive.cases.stream(command.case_id)
    # Already appended for this very event: it is not to be decided again on a case that has moved on since.
    earlier = [
        found
        for outcome in (CaseAssigned, CaseStatusChanged, CaseClosed)
        if (found := archive.log.find(stream, follow_id(outcome, stream, origin)))
    ]
    if earlier:
        return Appended(tuple(sorted(earlier, key=lambda event: event.position)), duplicate=True)
    return archive.cases.carry_out(command.case_id, origin, lambda state: case.follow_lead(command, state))


def _of_survey(
    archive: Archive, command: ReportPayment | ActOnCase | CloseCase, origin: Origin
) -> Appended | None:
    stream = archive.cases.stream(command.case_id)
    match command:
        case ReportPayment(payment_id=event_id):
            outcome_id = event_id
        case ActOnCase():
            outcome_id = follow_id(CaseStatusChanged, stream, origin)
        case CloseCase():
            outcome_id = follow_id(CaseClosed, stream, origin)
        case _:
            assert_never(command)
    earlier = _earlier(archive, stream, outcome_id)
    if earlier is not None:
        return earlier
    try:
        return archive.cases.carry_out(command.case_id, origin, lambda state: case.decide(command, state))
    except Refused as refusal:
        # The case was closed, merged or given to another partner before this came to it.
        _tell_refused(command, refusal)
        return None


def _tell_refused(command: Consequence, refusal: Refused) -> None:
    logger.info(
        "Consequence came too late",
        extra={"action": "consequence_refused", "command": type(command).__name__, "code": refusal.code},
    )


def _establish(archive: Archive, command: EstablishPartnership, origin: Origin) -> Appended | None:
    pair = archive.partnerships.stream(partnership_stream_id(command.creditor_id, command.partner_id))
    known = archive.log.read_stream(pair)
    if not known:
        try:
            return establish_partnership(archive, command=command, origin=origin)
        except Conflict as conflict:
            if conflict.code != "partnership_exists":
                raise
            # Somebody else was quicker, and chose another id.
            known = archive.log.read_stream(pair)
    return Appended(known[:1], duplicate=True)


def _earlier(archive: Archive, stream: Stream, event_id: UUID) -> Appended | None:
    found = archive.log.find(stream, event_id)
    return Appended((found,), duplicate=True) if found else None

"""An event of the log -> what a browser is told live: pure, and from the event alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from shared.contracts import messaging, notifier, surveys, tasks
from shared.contracts.envelope import EventData, RecordedEvent
from shared.contracts.rpc import Shape

LIVE_CATEGORIES = frozenset(
    {
        "account-tasks",
        "call",
        "case",
        "case-surveys",
        "case-tasks",
        "complaint",
        "file",
        "lead",
        "note",
        "notice",
        "partnership",
        "reply-tasks",
        "thread",
    }
)
"""Streams whose events are shown live."""


class CaseNotice(Shape):
    """What changed about a case: `id` and `reference`, and those of the other fields that the event tells."""

    id: UUID
    reference: str
    status: messaging.CaseStatus | None = None
    previous_status: messaging.CaseStatus | None = None
    creditor_id: UUID | None = None
    partner_id: UUID | None = None
    debtor: messaging.Debtor | None = None
    amount: Decimal | None = None
    currency: str | None = None
    opened_at: datetime | None = None
    close_code: str | None = None
    into_case_id: UUID | None = None
    note: str | None = None
    closure_requested: bool | None = None
    division: messaging.Division | None = None
    managing_partner_id: UUID | None = None
    side: messaging.Side | None = None
    user_id: UUID | None = None


class ThreadParty(Shape):
    """A participant; the event does not tell its name."""

    company_id: UUID
    role: messaging.SenderRole


class ThreadNotice(Shape):
    """A new thread, as its event tells it: nobody has written yet."""

    id: UUID
    kind: messaging.ThreadKind
    case_id: UUID | None
    partnership_id: UUID | None
    lead_id: UUID | None
    writable: bool
    participants: tuple[ThreadParty, ...]
    last_message_at: datetime | None
    unread_count: int


class ThreadPartyNotice(Shape):
    """A company takes part in the thread from now on, or no longer."""

    id: UUID
    case_id: UUID | None
    participant: ThreadParty


class PaymentNotice(Shape):
    """A payment on a case, and what is outstanding after it."""

    id: UUID
    case_id: UUID
    amount: Decimal
    currency: str
    paid_on: date
    received_by: messaging.Side
    outstanding: Decimal
    reported_at: datetime


class ThreadClosedNotice(Shape):
    """Nobody may write to the thread any more."""

    id: UUID
    case_id: UUID | None
    writable: bool
    reason: str


class ThreadReadNotice(Shape):
    """A user of `company_id` has read the thread up to a message."""

    thread_id: UUID
    case_id: UUID | None
    user_id: UUID
    company_id: UUID
    up_to_message_id: UUID
    read_at: datetime


class NotificationNotice(Shape):
    """A notice in the portal; its sentence, in the reader's language, is in `GET /notifications`."""

    id: UUID
    kind: notifier.NoticeKind
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    facts: dict[str, str]
    created_at: datetime
    read: bool


class PartnershipNotice(Shape):
    """Two companies work together from now on."""

    id: UUID
    creditor_id: UUID
    partner_id: UUID
    established_at: datetime


class LeadNotice(Shape):
    """What happened to a lead, or to one partner's bid for it: what the event tells, and no more."""

    id: UUID
    case_id: UUID
    case_reference: str
    creditor_id: UUID
    partner_id: UUID | None = None
    quote_id: UUID | None = None
    outcome: messaging.LeadOutcome | messaging.BidOutcome | None = None
    closes_at: datetime | None = None
    expires_at: datetime | None = None


class NoteChangedNotice(Shape):
    """What a note says from now on."""

    id: UUID
    case_id: UUID
    title: str
    description: str | None
    event_date: datetime | None
    author: messaging.AuthorRef
    edited_at: datetime


class NoteDeletedNotice(Shape):
    """The note was taken back."""

    id: UUID
    case_id: UUID


class ComplaintNotice(Shape):
    """What became of a complaint; `text` is the complaint or the response."""

    id: UUID
    case_id: UUID
    status: Literal["filed", "accepted", "answered"]
    respondent_id: UUID
    author: messaging.AuthorRef | None = None
    text: str | None = None


class FileNotice(Shape):
    """A file that can be seen from now on; by `message_id` where a message brought it."""

    id: UUID
    context: messaging.FileContext
    case_id: UUID | None
    thread_id: UUID | None
    partnership_id: UUID | None
    message_id: UUID | None
    file_name: str
    content_type: str
    size: int
    document_type: messaging.DocumentType
    uploader_role: messaging.SenderRole
    uploader_company_id: UUID | None
    created_at: datetime


class FileDeletedNotice(Shape):
    """A file is gone."""

    id: UUID
    case_id: UUID | None
    thread_id: UUID | None
    partnership_id: UUID | None


class SurveyNotice(Shape):
    """What became of a monthly update; its month and recommendation where the event tells them."""

    id: UUID
    case_id: UUID
    case_reference: str
    partner_id: UUID
    due_at: datetime
    month: str | None = None
    recommendation: surveys.Recommendation | None = None


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """What a browser is told: the event's type in the stream and the object it carries."""

    type: str
    data: Shape


def to_live(event: RecordedEvent) -> LiveEvent | None:
    """Return what this event shows live, at most one thing; None where it shows nothing."""
    reaction = _REACTIONS.get(type(event.data))
    return None if reaction is None else reaction(event, event.data)


def _message_posted(event: RecordedEvent, data: messaging.MessagePosted) -> LiveEvent:
    author = None
    if data.author_id and data.author_company_id and data.author_name is not None:
        author = messaging.AuthorRef(
            id=data.author_id, name=data.author_name, company_id=data.author_company_id
        )
    return LiveEvent(
        "message.posted",
        messaging.MessageView(
            id=data.message_id,
            thread_id=data.thread_id,
            client_message_id=data.client_message_id,
            role=data.role,
            author=author,
            body=data.body,
            attachments=tuple(messaging.AttachmentView.of(each) for each in data.attachments),
            created_at=_utc(event.time),
            seen=False,
        ),
    )


def _task(
    facts: tasks.TaskFacts,
    solved: tasks.TaskSolved | None = None,
    *,
    due_at: datetime | None = None,
    overdue: bool = False,
    assignee: tasks.Assignee | None = None,
    postponed_to: datetime | None = None,
) -> tasks.TaskView:
    return tasks.TaskView(
        id=facts.id,
        type=facts.type,
        type_label=tasks.TYPE_LABELS[facts.type],
        title=facts.title,
        status="solved" if solved else "open",
        case_id=facts.case_id,
        case_reference=facts.case_reference,
        thread_id=facts.thread_id,
        company_id=facts.company_id,
        assignee=assignee,
        created_at=_utc(facts.created_at),
        due_at=_utc(due_at or facts.deadline.due_at),
        overdue=overdue,
        solved_at=_utc(solved.solved_at) if solved else None,
        solved_by=solved.solved_by if solved else None,
        deadline=tasks.DeadlineView(
            calendar=facts.deadline.calendar,
            time_zone=facts.deadline.time_zone,
            skipped_days=facts.deadline.skipped_days,
            rule=facts.deadline.rule,
            asked_time_zone=facts.deadline.asked_time_zone,
        ),
        about_id=facts.about_id,
        postponed_to=_utc(postponed_to) if postponed_to else None,
        reason=solved.automatic.reason if solved and solved.automatic else None,
        reopenable=solved is not None and solved.automatic is not None,
    )


def _task_opened(_: RecordedEvent, data: tasks.TaskOpened) -> LiveEvent:
    return LiveEvent("task.opened", _task(data.task))


def _task_reopened(_: RecordedEvent, data: tasks.TaskReopened) -> LiveEvent:
    return LiveEvent("task.reopened", _task(data.task))


def _task_assigned(_: RecordedEvent, data: tasks.TaskAssigned) -> LiveEvent:
    assignee = None
    if data.assignee_id is not None:
        assignee = tasks.Assignee(id=data.assignee_id, name=data.assignee_name or "")
    return LiveEvent("task.assigned", _task(data.task, assignee=assignee))


def _task_postponed(_: RecordedEvent, data: tasks.TaskPostponed) -> LiveEvent:
    return LiveEvent("task.postponed", _task(data.task, due_at=data.due_at, postponed_to=data.postponed_to))


def _task_became_overdue(_: RecordedEvent, data: tasks.TaskBecameOverdue) -> LiveEvent:
    return LiveEvent("task.overdue", _task(data.task, due_at=data.due_at, overdue=True))


def _task_solved(_: RecordedEvent, data: tasks.TaskSolved) -> LiveEvent:
    return LiveEvent("task.solved", _task(data.task, data))


def _thread_read(event: RecordedEvent, data: messaging.ThreadRead) -> LiveEvent:
    return LiveEvent(
        "thread.read",
        ThreadReadNotice(
            thread_id=data.thread_id,
            case_id=data.case_id,
            user_id=data.user_id,
            company_id=data.company_id,
            up_to_message_id=data.up_to_message_id,
            read_at=_utc(event.time),
        ),
    )


def _thread_opened(_: RecordedEvent, data: messaging.ThreadOpened) -> LiveEvent:
    return LiveEvent(
        "thread.opened",
        ThreadNotice(
            id=data.thread_id,
            kind=data.kind,
            case_id=data.case_id,
            partnership_id=data.partnership_id,
            lead_id=data.lead_id,
            writable=True,
            participants=tuple(
                ThreadParty(company_id=party.company_id, role=party.role) for party in data.participants
            ),
            last_message_at=None,
            unread_count=0,
        ),
    )


def _thread_closed(_: RecordedEvent, data: messaging.ThreadClosed) -> LiveEvent:
    notice = ThreadClosedNotice(id=data.thread_id, case_id=data.case_id, writable=False, reason=data.reason)
    return LiveEvent("thread.closed", notice)


def _case_opened(event: RecordedEvent, data: messaging.CaseOpened) -> LiveEvent:
    return LiveEvent(
        "case.opened",
        CaseNotice(
            id=data.case_id,
            reference=data.reference,
            status=data.status,
            creditor_id=data.creditor_id,
            debtor=messaging.Debtor(type=data.debtor_type, name=data.debtor_name),
            amount=data.amount,
            currency=data.currency,
            opened_at=_utc(event.time),
        ),
    )


def _case_details_changed(_: RecordedEvent, data: messaging.CaseDetailsChanged) -> LiveEvent:
    return LiveEvent(
        "case.details_changed",
        CaseNotice(
            id=data.case_id,
            reference=data.reference,
            debtor=messaging.Debtor(type=data.debtor_type, name=data.debtor_name),
            amount=data.amount,
            currency=data.currency,
        ),
    )


def _case_assigned(_: RecordedEvent, data: messaging.CaseAssigned) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id,
        reference=data.reference,
        creditor_id=data.creditor_id,
        partner_id=data.partner_id,
    )
    return LiveEvent("case.assigned", notice)


def _case_status_changed(_: RecordedEvent, data: messaging.CaseStatusChanged) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id,
        reference=data.reference,
        status=data.status,
        previous_status=data.previous,
        **_noted(data.note),
    )
    return LiveEvent("case.status_changed", notice)


def _noted(note: str | None) -> dict[str, Any]:
    return {} if note is None else {"note": note}


def _case_released(_: RecordedEvent, data: messaging.CaseReleased) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id,
        reference=data.reference,
        status=data.status,
        creditor_id=data.creditor_id,
        partner_id=data.partner_id,
        managing_partner_id=data.managing_partner_id,
    )
    return LiveEvent("case.assigned", notice)


def _case_declined(_: RecordedEvent, data: messaging.CaseDeclined) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, partner_id=data.partner_id, note=data.reason
    )
    return LiveEvent("case.declined", notice)


def _closure_requested(_: RecordedEvent, data: messaging.CaseClosureRequested) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, closure_requested=True, **_noted(data.comment)
    )
    return LiveEvent("case.closure_requested", notice)


def _payment_reported(event: RecordedEvent, data: messaging.PaymentReported) -> LiveEvent:
    notice = PaymentNotice(
        id=data.payment_id,
        case_id=data.case_id,
        amount=data.amount,
        currency=data.currency,
        paid_on=data.paid_on,
        received_by=data.received_by,
        outstanding=data.outstanding,
        reported_at=_utc(event.time),
    )
    return LiveEvent("payment.reported", notice)


def _case_user_assigned(_: RecordedEvent, data: messaging.CaseUserAssigned) -> LiveEvent:
    notice = CaseNotice(id=data.case_id, reference=data.reference, side=data.side, user_id=data.user_id)
    return LiveEvent("case.user_assigned", notice)


def _case_division_changed(_: RecordedEvent, data: messaging.CaseDivisionChanged) -> LiveEvent:
    notice = CaseNotice(id=data.case_id, reference=data.reference, division=data.division)
    return LiveEvent("case.division_changed", notice)


def _managing_partner_named(_: RecordedEvent, data: messaging.CaseManagingPartnerNamed) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, managing_partner_id=data.managing_partner_id
    )
    return LiveEvent("case.managing_partner_named", notice)


def _participant(
    _: RecordedEvent, data: messaging.ParticipantJoined | messaging.ParticipantLeft
) -> LiveEvent:
    joined = isinstance(data, messaging.ParticipantJoined)
    party = ThreadParty(company_id=data.participant.company_id, role=data.participant.role)
    notice = ThreadPartyNotice(id=data.thread_id, case_id=data.case_id, participant=party)
    return LiveEvent("thread.joined" if joined else "thread.left", notice)


def _case_closed(_: RecordedEvent, data: messaging.CaseClosed) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, status="Closed", close_code=data.close_code
    )
    return LiveEvent("case.closed", notice)


def _case_merged(_: RecordedEvent, data: messaging.CaseMerged) -> LiveEvent:
    notice = CaseNotice(
        id=data.case_id, reference=data.reference, status="Merged", into_case_id=data.into_case_id
    )
    return LiveEvent("case.merged", notice)


def _note_added(event: RecordedEvent, data: messaging.NoteLogged) -> LiveEvent:
    return LiveEvent(
        "note.added",
        messaging.NoteView(
            id=data.note_id,
            case_id=data.case_id,
            client_note_id=data.client_note_id,
            title=data.title,
            description=data.description,
            event_date=_utc(data.event_date) if data.event_date else None,
            author=_author(data),
            created_at=_utc(event.time),
            edited_at=None,
        ),
    )


def _note_changed(event: RecordedEvent, data: messaging.NoteEdited) -> LiveEvent:
    return LiveEvent(
        "note.changed",
        NoteChangedNotice(
            id=data.note_id,
            case_id=data.case_id,
            title=data.title,
            description=data.description,
            event_date=_utc(data.event_date) if data.event_date else None,
            author=_author(data),
            edited_at=_utc(event.time),
        ),
    )


def _note_deleted(_: RecordedEvent, data: messaging.NoteDeleted) -> LiveEvent:
    return LiveEvent("note.deleted", NoteDeletedNotice(id=data.note_id, case_id=data.case_id))


def _call_logged(event: RecordedEvent, data: messaging.CallLogged) -> LiveEvent:
    return LiveEvent(
        "call.logged",
        messaging.CallView(
            id=data.call_id,
            case_id=data.case_id,
            client_call_id=data.client_call_id,
            number=data.number,
            outcome=data.outcome,
            outcome_label=messaging.CALL_OUTCOME_LABELS[data.outcome],
            notes=data.notes,
            called_at=_utc(data.called_at),
            author=_author(data),
            created_at=_utc(event.time),
        ),
    )


def _complaint_filed(_: RecordedEvent, data: messaging.ComplaintFiled) -> LiveEvent:
    return LiveEvent(
        "complaint.filed",
        ComplaintNotice(
            id=data.complaint_id,
            case_id=data.case_id,
            status="filed",
            respondent_id=data.respondent_id,
            author=_author(data),
            text=data.text,
        ),
    )


def _complaint_accepted(_: RecordedEvent, data: messaging.ComplaintAccepted) -> LiveEvent:
    notice = ComplaintNotice(
        id=data.complaint_id, case_id=data.case_id, status="accepted", respondent_id=data.respondent_id
    )
    return LiveEvent("complaint.accepted", notice)


def _complaint_answered(_: RecordedEvent, data: messaging.ComplaintAnswered) -> LiveEvent:
    return LiveEvent(
        "complaint.answered",
        ComplaintNotice(
            id=data.complaint_id,
            case_id=data.case_id,
            status="answered",
            respondent_id=data.respondent_id,
            author=_author(data),
            text=data.text,
        ),
    )


def _author(
    data: messaging.NoteLogged
    | messaging.NoteEdited
    | messaging.CallLogged
    | messaging.ComplaintFiled
    | messaging.ComplaintAnswered,
) -> messaging.AuthorRef:
    return messaging.AuthorRef(id=data.author_id, name=data.author_name, company_id=data.author_company_id)


def _partnership_established(event: RecordedEvent, data: messaging.PartnershipEstablished) -> LiveEvent:
    return LiveEvent(
        "partnership.established",
        PartnershipNotice(
            id=data.partnership_id,
            creditor_id=data.creditor_id,
            partner_id=data.partner_id,
            established_at=_utc(event.time),
        ),
    )


def _lead(
    kind: str,
    data: messaging.LeadOpened
    | messaging.PartnerInvited
    | messaging.QuoteSubmitted
    | messaging.QuoteChoiceReminded
    | messaging.BidEnded
    | messaging.LeadClosed,
    **more: Any,
) -> LiveEvent:
    return LiveEvent(
        kind,
        LeadNotice(
            id=data.lead_id,
            case_id=data.case_id,
            case_reference=data.case_reference,
            creditor_id=data.creditor_id,
            **more,
        ),
    )


def _file_uploaded(event: RecordedEvent, data: messaging.FileUploaded) -> LiveEvent | None:
    if data.context == "thread":
        # Its uploader's alone until a message brings it.
        return None
    return _file_added(event, data, context=data.context, message_id=None)


def _file_attached(event: RecordedEvent, data: messaging.FileAttached) -> LiveEvent:
    return _file_added(event, data, context="thread", message_id=data.message_id)


def _file_added(
    event: RecordedEvent,
    data: messaging.FileUploaded | messaging.FileAttached,
    *,
    context: messaging.FileContext,
    message_id: UUID | None,
) -> LiveEvent:
    return LiveEvent(
        "file.added",
        FileNotice(
            id=data.file_id,
            context=context,
            case_id=data.case_id,
            thread_id=data.thread_id,
            partnership_id=data.partnership_id,
            message_id=message_id,
            file_name=data.file_name,
            content_type=data.content_type,
            size=data.size,
            document_type=data.document_type,
            uploader_role=data.uploader_role,
            uploader_company_id=data.uploader_company_id,
            created_at=_utc(event.time),
        ),
    )


def _lead_opened(_: RecordedEvent, data: messaging.LeadOpened) -> LiveEvent:
    return _lead("lead.opened", data, closes_at=_utc(data.window.closes_at))


def _partner_invited(_: RecordedEvent, data: messaging.PartnerInvited) -> LiveEvent:
    return _lead("lead.invited", data, partner_id=data.partner_id, closes_at=_utc(data.window.closes_at))


def _quote_submitted(_: RecordedEvent, data: messaging.QuoteSubmitted) -> LiveEvent:
    return _lead("lead.quoted", data, partner_id=data.partner_id, quote_id=data.quote_id)


def _choice_reminded(_: RecordedEvent, data: messaging.QuoteChoiceReminded) -> LiveEvent:
    return _lead("lead.reminded", data, expires_at=_utc(data.expires_at))


def _bid_ended(_: RecordedEvent, data: messaging.BidEnded) -> LiveEvent:
    return _lead(
        "lead.bid_ended", data, partner_id=data.partner_id, quote_id=data.quote_id, outcome=data.outcome
    )


def _lead_closed(_: RecordedEvent, data: messaging.LeadClosed) -> LiveEvent:
    return _lead(
        "lead.closed", data, partner_id=data.partner_id, quote_id=data.quote_id, outcome=data.outcome
    )


def _file_deleted(_: RecordedEvent, data: messaging.FileDeleted) -> LiveEvent:
    notice = FileDeletedNotice(
        id=data.file_id,
        case_id=data.case_id,
        thread_id=data.thread_id,
        partnership_id=data.partnership_id,
    )
    return LiveEvent("file.deleted", notice)


def _notification_added(event: RecordedEvent, data: notifier.NotificationAdded) -> LiveEvent:
    return LiveEvent(
        "notification.added",
        NotificationNotice(
            id=data.notification_id,
            kind=data.kind,
            case_id=data.case_id,
            case_reference=data.case_reference,
            thread_id=data.thread_id,
            facts=data.facts,
            created_at=_utc(event.time),
            read=False,
        ),
    )


def is_for(event: RecordedEvent, user_id: UUID | None) -> bool:
    """Say whether an event that the user's company may know of is for this user; operators see all."""
    match event.data:
        case notifier.NotificationAdded(user_ids=user_ids) if user_ids and user_id is not None:
            return user_id in user_ids
        case _:
            return True


def _utc(instant: datetime) -> datetime:
    return instant.astimezone(UTC)


_SURVEY_EVENTS: dict[type[EventData], str] = {
    surveys.SurveyRefreshed: "survey.refreshed",
    surveys.SurveyReminded: "survey.reminded",
    surveys.SurveyRequested: "survey.requested",
    surveys.SurveySubmitted: "survey.submitted",
    surveys.SurveyWithdrawn: "survey.withdrawn",
}


def _survey(
    _: RecordedEvent,
    data: surveys.SurveyRequested
    | surveys.SurveyRefreshed
    | surveys.SurveyReminded
    | surveys.SurveySubmitted
    | surveys.SurveyWithdrawn,
) -> LiveEvent:
    survey = data.survey
    return LiveEvent(
        _SURVEY_EVENTS[type(data)],
        SurveyNotice(
            id=survey.id,
            case_id=survey.case_id,
            case_reference=survey.case_reference,
            partner_id=survey.partner_id,
            due_at=_utc(survey.deadline.due_at),
            month=getattr(data, "month", None),
            recommendation=getattr(data, "recommendation", None),
        ),
    )


_REACTIONS: dict[type[EventData], Callable[[RecordedEvent, Any], LiveEvent | None]] = {
    messaging.BidEnded: _bid_ended,
    messaging.CallLogged: _call_logged,
    messaging.CaseAssigned: _case_assigned,
    messaging.CaseClosed: _case_closed,
    messaging.CaseClosureRequested: _closure_requested,
    messaging.CaseDeclined: _case_declined,
    messaging.CaseDetailsChanged: _case_details_changed,
    messaging.CaseDivisionChanged: _case_division_changed,
    messaging.CaseManagingPartnerNamed: _managing_partner_named,
    messaging.CaseMerged: _case_merged,
    messaging.CaseOpened: _case_opened,
    messaging.CaseReleased: _case_released,
    messaging.CaseStatusChanged: _case_status_changed,
    messaging.CaseUserAssigned: _case_user_assigned,
    messaging.LeadClosed: _lead_closed,
    messaging.LeadOpened: _lead_opened,
    messaging.FileAttached: _file_attached,
    messaging.FileDeleted: _file_deleted,
    messaging.FileUploaded: _file_uploaded,
    messaging.MessagePosted: _message_posted,
    messaging.ParticipantJoined: _participant,
    messaging.ParticipantLeft: _participant,
    messaging.PartnerInvited: _partner_invited,
    messaging.ComplaintAccepted: _complaint_accepted,
    messaging.ComplaintAnswered: _complaint_answered,
    messaging.ComplaintFiled: _complaint_filed,
    messaging.NoteDeleted: _note_deleted,
    messaging.NoteEdited: _note_changed,
    messaging.NoteLogged: _note_added,
    messaging.PartnershipEstablished: _partnership_established,
    messaging.PaymentReported: _payment_reported,
    messaging.QuoteChoiceReminded: _choice_reminded,
    messaging.QuoteSubmitted: _quote_submitted,
    messaging.ThreadClosed: _thread_closed,
    messaging.ThreadOpened: _thread_opened,
    messaging.ThreadRead: _thread_read,
    surveys.SurveyRefreshed: _survey,
    surveys.SurveyReminded: _survey,
    surveys.SurveyRequested: _survey,
    surveys.SurveySubmitted: _survey,
    surveys.SurveyWithdrawn: _survey,
    tasks.TaskAssigned: _task_assigned,
    tasks.TaskBecameOverdue: _task_became_overdue,
    notifier.NotificationAdded: _notification_added,
    tasks.TaskOpened: _task_opened,
    tasks.TaskPostponed: _task_postponed,
    tasks.TaskReopened: _task_reopened,
    tasks.TaskSolved: _task_solved,
}

LIVE_TYPES = frozenset(contract.__name__ for contract in _REACTIONS)
"""Event types that show something live."""

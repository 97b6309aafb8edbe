"""
What happened, as notices and e-mails: one entry of `_RULES` per kind of event.

An entry says who is told what: whom of those who may know of the event, by which kind of notice, and whether
by e-mail too.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid5

from services.notifier.commands import PLATFORM
from services.notifier.reactions.mails import Recipient
from services.notifier.reactions.recipients import Reach
from shared.contracts import messaging as said
from shared.contracts import surveys, tasks
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent
from shared.contracts.messaging import Side
from shared.contracts.notifier import (
    BurstOutcome,
    EventRef,
    MailScheduled,
    NoticeKind,
    NotificationAdded,
)
from shared.errors import Poison


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A notice to people of one side, or of some companies, or to some users of theirs."""

    kind: NoticeKind
    side: Side | None = None
    companies: frozenset[UUID] | None = None
    user_ids: tuple[UUID, ...] = ()
    mail: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A notice to one company."""

    company_id: UUID
    plan: Plan


# What a client's account needs is told at once: nobody would look for it in a chat.
_OF_ACCOUNT: Mapping[tasks.TaskType, NoticeKind] = {
    "SignContract": "contract_unsigned",
    "AssignBankAccount": "bank_account_missing",
}

_Rule = Callable[[Any], Iterable[Plan]]


def _assigned(event: said.CaseAssigned) -> Iterable[Plan]:
    yield Plan(kind="case_assigned", side="creditor", mail=True)
    if not event.hidden:
        yield Plan(kind="new_case", companies=frozenset({event.partner_id}))


def _status_changed(event: said.CaseStatusChanged) -> Iterable[Plan]:
    if event.status == "NeedsAdditionalDetails":
        yield Plan(kind="information_requested", side="creditor", mail=True)
    elif event.cause == "accepted":
        yield Plan(kind="case_accepted", side="creditor")
    elif event.status == "Leads" and event.cause != "declined":
        yield Plan(kind="case_to_network", side="creditor", mail=True)
    elif event.status == "Paused" and event.cause != "closure_requested":
        yield Plan(kind="case_paused", side="creditor")


def _closed(event: said.CaseClosed) -> Iterable[Plan]:
    facts = {"close_code": event.close_code}
    yield Plan(kind="case_closed", side="creditor", mail=True, facts=facts)
    yield Plan(kind="case_closed", side="partner", facts=facts)


def _merged(_: said.CaseMerged) -> Iterable[Plan]:
    yield Plan(kind="case_merged", side="creditor")
    yield Plan(kind="case_merged", side="partner")


def _payment(event: said.PaymentReported) -> Iterable[Plan]:
    facts = {
        "amount": str(event.amount),
        "outstanding": str(event.outstanding),
        "currency": event.currency,
        "paid_on": event.paid_on.isoformat(),
    }
    yield Plan(kind="payment_reported", side="creditor", mail=True, facts=facts)
    yield Plan(kind="payment_reported", side="partner", facts=facts)


def _in_charge(event: said.CaseUserAssigned) -> Iterable[Plan]:
    if event.user_id is not None:
        yield Plan(
            kind="case_in_your_charge",
            companies=frozenset({event.company_id}),
            user_ids=(event.user_id,),
        )


def _task_assigned(event: tasks.TaskAssigned) -> Iterable[Plan]:
    if event.assignee_id is not None and event.assignee_id != event.assigned_by:
        yield Plan(
            kind="task_assigned",
            companies=frozenset({event.task.company_id}),
            user_ids=(event.assignee_id,),
            facts={"title": event.task.title, "task_id": str(event.task.id)},
        )


def _asked_of_account(event: tasks.TaskOpened) -> Iterable[Plan]:
    kind = _OF_ACCOUNT.get(event.task.type)
    if kind is not None:
        yield _of_account(kind, event.task)


def _still_asked(event: tasks.TaskBecameOverdue) -> Iterable[Plan]:
    if event.task.type == "SignContract":
        yield _of_account("contract_unsigned", event.task)


def _of_account(kind: NoticeKind, task: tasks.TaskFacts) -> Plan:
    return Plan(
        kind=kind,
        companies=frozenset({task.company_id}),
        mail=True,
        facts={"task_id": str(task.id)},
    )


def _complained(event: said.ComplaintFiled) -> Iterable[Plan]:
    yield Plan(
        kind="complaint_filed",
        companies=frozenset({event.author_company_id}),
        user_ids=(event.author_id,),
        mail=True,
    )


def _complaint_accepted(event: said.ComplaintAccepted) -> Iterable[Plan]:
    yield Plan(kind="complaint_accepted", companies=frozenset({event.respondent_id, event.creditor_id}))


_RULES: Mapping[type[EventData], _Rule] = {
    said.CaseAssigned: _assigned,
    said.CaseReleased: lambda event: (Plan(kind="new_case", companies=frozenset({event.partner_id})),),
    said.CaseDeclined: lambda _: (Plan(kind="case_declined", side="creditor", mail=True),),
    said.CaseStatusChanged: _status_changed,
    said.CaseClosed: _closed,
    said.CaseMerged: _merged,
    said.CaseClosureRequested: lambda _: (Plan(kind="closure_requested", side="partner"),),
    said.CaseUserAssigned: _in_charge,
    tasks.TaskAssigned: _task_assigned,
    tasks.TaskOpened: _asked_of_account,
    tasks.TaskBecameOverdue: _still_asked,
    said.PaymentReported: _payment,
    said.PartnerInvited: lambda event: (
        Plan(kind="quote_requested", companies=frozenset({event.partner_id})),
    ),
    said.QuoteSubmitted: lambda event: (
        Plan(kind="quote_submitted", companies=frozenset({event.creditor_id})),
    ),
    said.QuoteChoiceReminded: lambda event: (
        Plan(
            kind="quote_choice_pending",
            companies=frozenset({event.creditor_id}),
            mail=True,
            facts={"days": str(event.days)},
        ),
    ),
    said.BidEnded: lambda event: (
        Plan(
            kind="bid_ended",
            companies=frozenset({event.partner_id}),
            facts={"outcome": event.outcome},
        ),
    ),
    said.ComplaintFiled: _complained,
    said.ComplaintAccepted: _complaint_accepted,
    surveys.SurveySubmitted: lambda event: (
        Plan(kind="survey_submitted", companies=frozenset({event.survey.creditor_id})),
    ),
    said.ComplaintAnswered: lambda event: (
        Plan(kind="complaint_answered", companies=frozenset({event.creditor_id})),
    ),
}

NOTICED_CATEGORIES = frozenset(
    {"account-tasks", "case", "case-surveys", "case-tasks", "complaint", "lead", "reply-tasks"}
)
"""Streams whose events somebody may be told of."""

# A case that is opened in a later state is assigned, moved and closed by the same command.
_LONGEST_OPENING = 6


def is_noticed(event: RecordedEvent) -> bool:
    """Say whether anybody may have to be told of the event."""
    rule = _RULES.get(type(event.data))
    # Asked, since most tasks are those of messages, of which nothing is told here.
    return rule is not None and event.actor != said.IMPORT_ACTOR and any(True for _ in rule(event.data))


def may_be_opening(event: RecordedEvent) -> bool:
    """Say whether the event may have come together with the opening of its case."""
    return event.stream.category == "case" and event.version <= _LONGEST_OPENING


def words_of(data: EventData) -> str | None:
    """Return what somebody wrote about what happened: a reason, a request, a comment."""
    match data:
        case said.CaseDeclined(reason=words):
            return words
        case said.CaseStatusChanged(note=words) | said.CaseClosed(comment=words):
            return words
        case _:
            return None


def notices_of(
    event: RecordedEvent, sides: Mapping[UUID, Side], *, doer: UUID | None, with_opening: bool
) -> list[Told]:
    """
    Return the notices that the event calls for: companies of these `sides` in its audience.

    The company of the `doer` is not told what one of its people did, save where the notice is for some users
    only. What came with the opening of a case is told in the portal alone.
    """
    told = []
    for plan in _RULES[type(event.data)](event.data):
        for company_id in sorted(event.audience):
            wanted = plan.companies is None or company_id in plan.companies
            on_side = plan.side is None or sides.get(company_id) == plan.side
            is_doer = company_id == doer and not plan.user_ids
            if wanted and on_side and not is_doer and company_id in sides:
                told.append(Told(company_id, _without_mail(plan) if with_opening else plan))
    return told


def _without_mail(plan: Plan) -> Plan:
    return Plan(
        kind=plan.kind,
        side=plan.side,
        companies=plan.companies,
        user_ids=plan.user_ids,
        facts=plan.facts,
    )


def notice_event(cause: RecordedEvent, told: Told, reach: Mapping[UUID, Reach]) -> NewEvent:
    """Return the notice; `reach` says of each user that it is for whether e-mail may go there."""
    plan = told.plan
    notification_id = uuid5(cause.id, f"notice:{plan.kind}:{told.company_id}")
    outcomes: dict[UUID, BurstOutcome] = {
        user_id: "mailed" if each == "reachable" else each for user_id, each in reach.items()
    }
    data = getattr(cause.data, "survey", None) or getattr(cause.data, "task", cause.data)
    reference = getattr(data, "case_reference", None) or getattr(data, "reference", None)
    return NewEvent(
        id=notification_id,
        data=NotificationAdded(
            notification_id=notification_id,
            company_id=told.company_id,
            user_ids=plan.user_ids,
            kind=plan.kind,
            case_id=getattr(data, "case_id", None),
            case_reference=reference,
            thread_id=getattr(data, "thread_id", None),
            facts=dict(plan.facts),
            about=EventRef(category=cause.stream.category, stream_id=cause.stream.id, event_id=cause.id),
            recipients=outcomes if plan.mail else {},
        ),
        time=cause.time,
        actor=PLATFORM,
        audience=frozenset({told.company_id}),
        correlation_id=cause.correlation_id,
        causation_id=cause.id,
    )


def notice_mail_id(notification_id: UUID, user_id: UUID) -> UUID:
    """Return the id of the e-mail that tells the user of the notice."""
    return uuid5(notification_id, f"mail:{user_id}")


def mails_of_notice(
    notice: RecordedEvent, recipients: Mapping[UUID, Recipient], *, domain: str
) -> tuple[NewEvent, ...]:
    """
    Return the e-mail for each user that the notice says is mailed. Raises Poison for an unknown one.
    """
    added = notice.data
    if not isinstance(added, NotificationAdded):
        raise Poison(f"{notice.type} is no notice")
    mails = []
    for user_id, outcome in added.recipients.items():
        if outcome != "mailed":
            continue
        recipient = recipients.get(user_id)
        if recipient is None:
            raise Poison(f"user {user_id} is to be mailed and is not known")
        mail_id = notice_mail_id(added.notification_id, user_id)
        root = f"case.{added.case_id}" if added.case_id else f"notice.{added.notification_id}"
        mails.append(
            NewEvent(
                id=uuid5(mail_id, "scheduled"),
                data=MailScheduled(
                    mail_id=mail_id,
                    kind="notice",
                    company_id=added.company_id,
                    user_id=user_id,
                    address=recipient.address,
                    recipient_name=recipient.name,
                    locale=recipient.locale,
                    time_zone=recipient.time_zone,
                    thread_id=None,
                    case_id=added.case_id,
                    case_reference=added.case_reference,
                    message_id_header=f"<{mail_id}@{domain}>",
                    references=(f"<{root}@{domain}>",),
                    about=EventRef(
                        category=notice.stream.category, stream_id=notice.stream.id, event_id=notice.id
                    ),
                ),
                time=notice.time,
                actor=PLATFORM,
                audience=frozenset({added.company_id}),
                subject=f"user:{user_id}",
                correlation_id=notice.correlation_id,
                causation_id=notice.id,
            )
        )
    return tuple(mails)

"""What each kind of e-mail says: its subject, its template and the values that stand in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, assert_never
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from services.notifier.adapters.texts import one_line, several_lines
from services.notifier.adapters.wording import Wording
from services.notifier.ports import ChatMail, DigestMail, Mail, NoticeMail, QuotedMessage, RenderingFailed
from shared.contracts.notifier import NoticeKind, TaskLine

_QUOTE_MAX_CHARACTERS = 2_000
MOST_TASKS = 50


def _(sentence: str) -> str:
    """Mark a sentence for the catalogues."""
    return sentence


def _n(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence that counts for the catalogues."""
    return one, many


# What a type of task is called; one that is not here is called by its title.
TASK_LABELS = {
    "ReplyToChat": _("New message"),
    "ClientInputRequired": _("Client input required"),
    "MoreInfoNeeded": _("More information needed"),
    "SelectQuoteWinner": _("Select the winning quote"),
    "ReviewPartner": _("Review partner"),
    "SignContract": _("Sign contract"),
    "AssignBankAccount": _("Assign bank account"),
    "CaseValidationNeedsInfo": _("Case data needs correction"),
    "VerifyNewCase": _("Review new case"),
    "ReplyToCaseSurvey": _("Update case status"),
    "ProvideQuote": _("Provide a quote"),
    "FollowUpPausedCase": _("Follow up on paused case"),
    "RespondToComplaint": _("Respond to complaint"),
    "InvoiceAndCollect": _("Invoice and collect payment from client"),
    "ChasePayment": _("Chase payment and start collection"),
}

_SUBJECTS = {
    "daily_summary": _n("%(num)s new task", "%(num)s new tasks"),
    "weekly_overdue": _n("%(num)s task is overdue", "%(num)s tasks are overdue"),
    "creditor_overdue": _n("%(num)s task is overdue", "%(num)s tasks are overdue"),
}
_INTRODUCTIONS = {
    "daily_summary": _n(
        "since the last summary there is %(num)s new task for your company.",
        "since the last summary there are %(num)s new tasks for your company.",
    ),
    "weekly_overdue": _n(
        "%(num)s task of your company is past its deadline.",
        "%(num)s tasks of your company are past their deadline.",
    ),
    "creditor_overdue": _n(
        "your partner waits for an answer: %(num)s task of your company is past its deadline.",
        "your partner waits for answers: %(num)s tasks of your company are past their deadline.",
    ),
}
_REASONS = {
    "daily_summary": _("You get this summary on business days when there are new tasks for your company."),
    "weekly_overdue": _("You get this reminder once a week while tasks of your company are overdue."),
    "creditor_overdue": _("You get this reminder at most once in 7 days while tasks are overdue."),
}


_NOTICES: Mapping[NoticeKind, str] = {
    "information_requested": _("Your partner needs more information on case %(reference)s"),
    "new_case": _("New case %(reference)s"),
    "case_assigned": _("Case %(reference)s was assigned to a partner"),
    "case_accepted": _("Your partner has accepted case %(reference)s"),
    "case_declined": _("Your partner has declined case %(reference)s"),
    "case_to_network": _("Case %(reference)s was offered to the network of partners"),
    "case_paused": _("Case %(reference)s was paused"),
    "case_closed": _("Case %(reference)s was closed: %(close_code)s"),
    "case_merged": _("Case %(reference)s was merged into another"),
    "closure_requested": _("Your client asks to close case %(reference)s"),
    "task_assigned": _("You were given a task: %(title)s"),
    "case_in_your_charge": _("You are in charge of case %(reference)s now"),
    "payment_reported": _("Payment of %(amount)s %(currency)s on case %(reference)s"),
    "quote_requested": _("You may quote for case %(reference)s"),
    "quote_submitted": _("A partner has quoted for case %(reference)s"),
    "quote_choice_pending": _("Quotes for case %(reference)s wait for your choice"),
    "bid_ended": _("The request for quotes on case %(reference)s is over"),
    "survey_submitted": _("Your partner has sent the monthly update of case %(reference)s"),
    "complaint_filed": _("Your complaint on case %(reference)s was received"),
    "complaint_accepted": _("A complaint on case %(reference)s awaits a response"),
    "complaint_answered": _("The complaint on case %(reference)s was answered"),
    "contract_unsigned": _("Case %(reference)s waits for your signature"),
    "bank_account_missing": _("Please tell us the bank account for what is collected for you"),
}


def notice_title(kind: NoticeKind, reference: str | None, facts: Mapping[str, str], wording: Wording) -> str:
    """Return the sentence that tells a notice."""
    return one_line(wording.say(_NOTICES[kind], **{**facts, "reference": reference or "-"}))


@dataclass(frozen=True, slots=True)
class Links:
    """Where e-mails lead."""

    portal_url: str

    def message(self, thread_id: UUID, message_id: UUID) -> str:
        return f"{self.portal_url}/threads/{thread_id}#{message_id}"

    def task(self, task: TaskLine) -> str:
        if task.thread_id is not None:
            return f"{self.portal_url}/threads/{task.thread_id}"
        return f"{self.portal_url}/tasks/{task.task_id}"

    def notice(self, case_id: UUID | None, task_id: str | None) -> str:
        """Return where to go on from a notice: to its case, or to the task that no case has."""
        if case_id is not None:
            return f"{self.portal_url}/cases/{case_id}"
        return f"{self.portal_url}/tasks/{task_id}" if task_id else f"{self.portal_url}/notifications"

    def tasks(self) -> str:
        return f"{self.portal_url}/tasks"

    def unsubscribe(self, token: str) -> str:
        return f"{self.portal_url}/unsubscribe/{token}"


@dataclass(frozen=True, slots=True)
class Written:
    """An e-mail's subject, the name of its templates, and their values."""

    subject: str
    template: str
    values: dict[str, Any]


def write(mail: Mail, wording: Wording, links: Links) -> Written:
    """Return what the e-mail says. Raises RenderingFailed for a time zone that is none."""
    zone = _zone(mail.time_zone)
    match mail:
        case ChatMail():
            return _chat(mail, wording, links, zone)
        case DigestMail():
            return _digest(mail, wording, links, zone)
        case NoticeMail():
            return _notice(mail, wording, links)
        case _:
            assert_never(mail)


def _chat(mail: ChatMail, wording: Wording, links: Links, zone: ZoneInfo) -> Written:
    count, reference = len(mail.message_ids), one_line(mail.case_reference or "")
    companies = list(dict.fromkeys(one_line(message.company_name) for message in mail.messages))
    and_ = wording.say("and")
    what = wording.count(
        "New message from %(companies)s",
        "%(num)s new messages from %(companies)s",
        count,
        companies=f" {and_} ".join(companies),
    )
    if reference:
        introduction = wording.count(
            "there is a new message for you on case %(reference)s.",
            "there are %(num)s new messages for you on case %(reference)s.",
            count,
            reference=reference,
        )
    else:
        introduction = wording.count(
            "there is a new message for you.", "there are %(num)s new messages for you.", count
        )
    values = {
        "introduction": introduction,
        "earlier": count - len(mail.messages),
        "messages": [_quoted(message, wording, zone) for message in mail.messages],
        "link": links.message(mail.thread_id, mail.message_ids[0]),
    }
    return Written(f"[{reference}] {what}" if reference else what, "chat", values)


def _quoted(message: QuotedMessage, wording: Wording, zone: ZoneInfo) -> dict[str, str | int]:
    body = several_lines(message.body)
    return {
        "author": one_line(message.author_name),
        "company": one_line(message.company_name),
        "time": wording.local_time(message.posted_at, zone),
        "body": body[:_QUOTE_MAX_CHARACTERS],
        "left_out": max(0, len(body) - _QUOTE_MAX_CHARACTERS),
    }


def _digest(mail: DigestMail, wording: Wording, links: Links, zone: ZoneInfo) -> Written:
    shown = mail.tasks[:MOST_TASKS]
    values = {
        "introduction": wording.count(*_INTRODUCTIONS[mail.kind], mail.task_count),
        "tasks": [_task(task, mail, wording, links, zone) for task in shown],
        "more": mail.task_count - len(shown),
        "link": links.tasks(),
        "why": wording.say(_REASONS[mail.kind]),
    }
    subject = wording.count(*_SUBJECTS[mail.kind], mail.task_count)
    return Written(f"{subject}, {wording.day(mail.local_date)}", "digest", values)


def _notice(mail: NoticeMail, wording: Wording, links: Links) -> Written:
    title = notice_title(mail.kind, mail.case_reference, mail.facts, wording)
    details = []
    if "outstanding" in mail.facts:
        sentence = wording.say("Outstanding after it: %(outstanding)s %(currency)s", **mail.facts)
        details.append(one_line(sentence))
    values = {
        "sentence": title,
        "details": details,
        "words": several_lines(mail.words or "")[:_QUOTE_MAX_CHARACTERS],
        "of_case": mail.case_id is not None,
        "link": links.notice(mail.case_id, mail.facts.get("task_id")),
    }
    reference = one_line(mail.case_reference or "")
    return Written(f"[{reference}] {title}" if reference else title, "notice", values)


def _task(
    task: TaskLine, mail: DigestMail, wording: Wording, links: Links, zone: ZoneInfo
) -> dict[str, str | bool]:
    label = TASK_LABELS.get(task.type)
    title = task.title if label is None else wording.say(label)
    if label is not None and task.case_reference is not None:
        title = f"{title}: {task.case_reference}"
    return {
        "title": one_line(title),
        "due": wording.local_time(task.due_at, zone),
        "overdue": task.due_at < mail.date,
        "yours": task.assignee_id == mail.user_id,
        "link": links.task(task),
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise RenderingFailed(f"there is no time zone {name!r}") from error

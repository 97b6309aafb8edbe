"""What a task is: its types, what it is called, when it is due and why."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from shared.contracts.messaging import Side, Value

# Codes of the creditor's side are the platform's public ones; those of the partner's side are ours.
TaskType = Literal[
    "ReplyToChat",
    "ClientInputRequired",
    "MoreInfoNeeded",
    "SelectQuoteWinner",
    "ReviewPartner",
    "SignContract",
    "AssignBankAccount",
    "CaseValidationNeedsInfo",
    "Generic",
    "VerifyNewCase",
    "ReplyToCaseSurvey",
    "ProvideQuote",
    "FollowUpPausedCase",
    "RespondToComplaint",
    "InvoiceAndCollect",
    "ChasePayment",
]
TYPE_LABELS: Mapping[TaskType, str] = {
    "ReplyToChat": "New Message",
    "ClientInputRequired": "Client Input Required",
    "MoreInfoNeeded": "More Information Needed",
    "SelectQuoteWinner": "Select Quote Winner",
    "ReviewPartner": "Review Partner",
    "SignContract": "Sign Contract",
    "AssignBankAccount": "Assign Bank Account",
    "CaseValidationNeedsInfo": "Case Data Needs Correction",
    "Generic": "Task",
    "VerifyNewCase": "Review New Case",
    "ReplyToCaseSurvey": "Update Case Status",
    "ProvideQuote": "Provide Quote",
    "FollowUpPausedCase": "Follow Up on Paused Case",
    "RespondToComplaint": "Respond to Complaint",
    "InvoiceAndCollect": "Invoice & Collect Payment from Client",
    "ChasePayment": "Chase Payment & Start Collection",
}
Tab = Literal["new_cases", "case_updates", "messages"]
SolvedBy = Literal[
    "reply",
    "survey",
    "automatic",
    "withdrawn",
    "verified",
    "moved_on",
    "quote",
    "choice",
    "response",
    "done",
]


class Deadline(Value):
    """
    When an answer is due and why.

    `calendar` names country and subdivision (`DE-BY`), `none` where holidays count as business days,
    `calendar days` where every day counts, `given` where the instant was set by somebody. `skipped_days` are
    the local dates from arrival to deadline that were no business days. `time_zone` is the zone of who owes
    the answer, `asked_time_zone` of who asked; `rule` says in words how it was counted. Later calendar
    changes move nothing.
    """

    due_at: datetime
    calendar: str
    time_zone: str
    skipped_days: tuple[date, ...]
    rule: str = ""
    asked_time_zone: str | None = None


class TaskFacts(Value):
    """
    What a task is, fixed when it was opened.

    `company_id` owes the answer, on `side`, to the company `asked_by`. `about_id` is what the task is about
    where that is neither a message nor the case: a lead, a complaint, a survey.
    """

    id: UUID
    type: TaskType
    title: str
    company_id: UUID
    side: Side
    case_id: UUID | None
    case_reference: str | None
    thread_id: UUID | None
    message_id: UUID | None
    created_at: datetime
    deadline: Deadline
    asked_by: UUID | None = None
    about_id: UUID | None = None


class AutomaticResolution(Value):
    """
    Why a task was solved without an answer: the verdict, and what it rests on.

    `thread_version` is the version, in the thread's stream, of the last message that was judged. `label` is
    what a language model called those messages, where one was asked.
    """

    verdict_id: UUID
    thread_version: int
    reason: str
    model: str | None
    prompt_version: str | None
    label: str | None = None
    classifier: str | None = None
    threshold: float | None = None

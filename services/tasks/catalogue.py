"""Every type of task: whose it is, in which tab, when it is due, and whether its timeliness is measured."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from shared.business_calendar import Calendar
from shared.contracts.messaging import Side
from shared.contracts.tasks import TYPE_LABELS, Deadline, Tab, TaskType

DeadlineRule = Callable[[datetime, Calendar], Deadline]


def business_days(number: int) -> DeadlineRule:
    return lambda arrived_at, calendar: calendar.deadline(arrived_at, number)


def calendar_days(number: int) -> DeadlineRule:
    return lambda arrived_at, calendar: calendar.calendar_days(arrived_at, number)


def a_day_without_weekends(arrived_at: datetime, calendar: Calendar) -> Deadline:
    """24 hours in which Saturdays and Sundays do not count and public holidays do."""
    return calendar.without_holidays().deadline(arrived_at, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """
    What is the same of all tasks of a type.

    `side` None is either. `sla` says that its timeliness is measured: it may be hidden until its deadline at
    the longest, and its deadline never moves. `of_case` tasks belong to a case, the others to a company's
    account.
    """

    type: TaskType
    side: Side | None
    tab: Tab
    rule: DeadlineRule
    sla: bool = False
    of_case: bool = True

    @property
    def label(self) -> str:
        return TYPE_LABELS[self.type]

    def title(self, case_reference: str | None) -> str:
        """Return a title without personal data: titles outlive the erasure of a person."""
        return self.label if case_reference is None else f"{self.label}: case {case_reference}"


_KINDS = (
    Kind(type="ReplyToChat", side=None, tab="messages", rule=business_days(2), sla=True),
    Kind(type="ClientInputRequired", side="creditor", tab="case_updates", rule=business_days(14)),
    Kind(type="MoreInfoNeeded", side="creditor", tab="case_updates", rule=business_days(5)),
    Kind(type="SelectQuoteWinner", side="creditor", tab="new_cases", rule=calendar_days(14)),
    Kind(type="ReviewPartner", side="creditor", tab="case_updates", rule=business_days(14)),
    Kind(type="SignContract", side="creditor", tab="new_cases", rule=business_days(5), of_case=False),
    Kind(type="AssignBankAccount", side="creditor", tab="new_cases", rule=business_days(5), of_case=False),
    Kind(type="CaseValidationNeedsInfo", side="creditor", tab="new_cases", rule=business_days(5)),
    Kind(type="Generic", side=None, tab="case_updates", rule=business_days(5)),
    Kind(type="VerifyNewCase", side="partner", tab="new_cases", rule=a_day_without_weekends, sla=True),
    Kind(type="ReplyToCaseSurvey", side="partner", tab="case_updates", rule=business_days(5), sla=True),
    Kind(type="ProvideQuote", side="partner", tab="new_cases", rule=business_days(5)),
    Kind(type="FollowUpPausedCase", side="partner", tab="case_updates", rule=business_days(14)),
    Kind(type="RespondToComplaint", side="partner", tab="case_updates", rule=calendar_days(10), sla=True),
    Kind(type="InvoiceAndCollect", side="partner", tab="case_updates", rule=business_days(5)),
    Kind(type="ChasePayment", side="partner", tab="case_updates", rule=business_days(5)),
)
KINDS: Mapping[TaskType, Kind] = {kind.type: kind for kind in _KINDS}


def types_of(tab: Tab) -> tuple[TaskType, ...]:
    """Return the types that stand in the tab."""
    return tuple(kind.type for kind in _KINDS if kind.tab == tab)

"""Events that surveys publishes, and the shapes of its RPC."""

import json
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from shared.contracts.envelope import PERSONAL, EventData, PersonalText
from shared.contracts.messaging import Side, Value
from shared.contracts.rpc import PagedQuery, Query, Request, Shape
from shared.contracts.tasks import Deadline

EXCHANGE_SOURCE = "surveys"

ActionKind = Literal["call", "letter", "email", "other"]
Recommendation = Literal["stay_active", "pause", "close"]
PauseReason = Literal["payment_plan", "client_decision", "missing_documents", "debtor_unavailable", "other"]
WithdrawalReason = Literal["paused", "closed", "merged", "reassigned", "not_active"]
SurveyStatus = Literal["open", "submitted", "withdrawn"]
Month = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$", description="such as 2026-11")]


# --- what a partner reports ---


class ReportedAction(Shape):
    """Something done for the case on a local date of the partner: a call, a letter, an e-mail or else."""

    kind: ActionKind
    on: date
    text: str


class ReportedPayment(Shape):
    """
    Money that came in, in the currency of the case.

    `received_by` is who got it; where that is the creditor, `commission_paid` says whether the partner's
    commission was paid.
    """

    amount: Decimal
    currency: str
    on: date
    received_by: Side
    commission_paid: bool | None = None


class Report(Shape):
    """
    The form: what was done and paid since the last update, and what should become of the case.

    A pause needs `pause_reason` and `must_act`, the side that has to act before it can end; a closing needs
    `close_code`. In a draft everything may be missing.
    """

    actions: tuple[ReportedAction, ...] = ()
    payments: tuple[ReportedPayment, ...] = ()
    recommendation: Recommendation | None = None
    pause_reason: PauseReason | None = None
    must_act: Side | None = None
    close_code: str | None = None
    comment: str | None = None


# --- events: case-surveys-<case id>; subject case:<id> ---


class SurveyFacts(Value):
    """
    What was fixed when the survey was requested; a refreshed survey keeps it, its first deadline included.
    """

    id: UUID
    case_id: UUID
    case_reference: str
    engagement_id: UUID
    creditor_id: UUID
    partner_id: UUID
    currency: str
    requested_at: datetime
    deadline: Deadline


class SurveyRequested(EventData):
    """The partner is asked for the update of a month; its id is made of case, engagement and month."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    survey: SurveyFacts
    month: str


class SurveyRefreshed(EventData):
    """The next month's survey came while this one was open: it asks for both months now."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    survey: SurveyFacts
    month: str


class SurveyReminded(EventData):
    """The partner was reminded of an open survey past its deadline."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    survey: SurveyFacts


class SurveyDraftSaved(EventData):
    """The partner's draft as it was left last, a Report as JSON. Only the partner may know of it."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    survey_id: UUID
    case_id: UUID
    user_id: UUID
    draft: PersonalText


class SurveySubmitted(EventData):
    """
    The partner's update. Everything that it leads to follows from this event.

    `actions` is a JSON list of ReportedAction, personal because people write of people there.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    survey: SurveyFacts
    month: str
    user_id: UUID
    user_name: PersonalText
    actions: PersonalText
    payments: tuple[ReportedPayment, ...]
    recommendation: Recommendation
    pause_reason: PauseReason | None
    must_act: Side | None
    close_code: str | None
    comment: Annotated[str | None, PERSONAL] = None


class SurveyWithdrawn(EventData):
    """Nobody is asked any more."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    survey: SurveyFacts
    reason: WithdrawalReason


def reported_actions(actions: str) -> tuple[ReportedAction, ...]:
    """Return the actions of a submission, which stand in the event as one personal text."""
    return tuple(ReportedAction.model_validate_json(json.dumps(each)) for each in json.loads(actions))


# --- events: survey-cadence-<partner id> ---


class SurveyCadenceSet(EventData):
    """
    How a partner's surveys are spread: mode 0 asks for each case monthly from its activation, mode 1 for all
    of them on one day of the month.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    partner_id: UUID
    mode: Literal[0, 1]
    day: int | None = None


# --- RPC: answers ---


class PrefilledEntry(Shape):
    """Something the partner has logged since the last update: known already, so not to be reported again."""

    kind: Literal["call", "note", "payment"]
    at: datetime
    title: str
    amount: Decimal | None = None
    currency: str | None = None


class SurveyView(Shape):
    """
    A survey as clients see it.

    `draft` and `known` are for the partner that is asked; `report` is there once it was submitted.
    """

    id: UUID
    case_id: UUID
    case_reference: str
    partner_id: UUID
    creditor_id: UUID
    month: str
    status: SurveyStatus
    requested_at: datetime
    due_at: datetime
    overdue: bool
    submitted_at: datetime | None
    currency: str
    draft: Report | None
    known: tuple[PrefilledEntry, ...]
    report: Report | None


class SurveyPage(Shape):
    items: tuple[SurveyView, ...]
    next_cursor: str | None


class SubmittedSurvey(Shape):
    """`created` is False when the same report had been submitted before."""

    survey_id: UUID
    created: bool
    position: int


# --- RPC: requests, one per method of `surveys` ---


class ListSurveys(PagedQuery):
    """`list_surveys`: answers SurveyPage, the latest requested first; without drafts and known entries."""

    status: SurveyStatus | None = None
    case_id: UUID | None = None


class GetSurvey(Query):
    """`get_survey`: answers SurveyView."""

    survey_id: UUID


class SaveDraft(Request):
    """`save_draft`: answers Done; only the partner that is asked may, and only while the survey is open."""

    survey_id: UUID
    draft: Report


class SubmitSurvey(Request):
    """
    `submit_survey`: answers SubmittedSurvey; the same report again has the first outcome, another one is a
    Conflict.
    """

    survey_id: UUID
    report: Report

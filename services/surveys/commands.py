"""What surveys can be asked to do; commands carry the time and the ids they need."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID, uuid5

from shared.contracts.surveys import Report, SurveyFacts, WithdrawalReason


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """
    Where a command comes from; it goes into the envelope of every event that follows.

    `id` is the command's own: random at the edge, the event's id for a reaction.
    """

    id: UUID
    at: datetime
    actor: str
    correlation_id: UUID
    causation_id: UUID | None = None


def survey_id(case_id: UUID, engagement_id: UUID, month: str) -> UUID:
    """Return the id of the survey that an engagement's month would begin."""
    return uuid5(case_id, f"survey:{engagement_id}:{month}")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSurvey:
    """Ask for the update of the month, or refresh the survey that is still open."""

    survey: SurveyFacts
    month: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemindOfSurvey:
    """Remind the partner of an open survey."""

    survey_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft:
    survey_id: UUID
    user_id: UUID
    company_id: UUID
    draft: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmitSurvey:
    survey_id: UUID
    user_id: UUID
    user_name: str
    company_id: UUID
    report: Report


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawSurvey:
    """Ask nobody any more; with `engagement_id` only where the survey is of that engagement."""

    case_id: UUID
    reason: WithdrawalReason
    engagement_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCadence:
    partner_id: UUID
    mode: Literal[0, 1]
    day: int | None


Command = RequestSurvey | RemindOfSurvey | SaveDraft | SubmitSurvey | WithdrawSurvey

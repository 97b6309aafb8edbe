"""Monthly updates."""

from datetime import datetime
from uuid import UUID

from services.gateway.reactions.shown import LiveEvent, Reactions, utc
from shared.contracts import surveys
from shared.contracts.envelope import EventData, RecordedEvent
from shared.contracts.rpc import Shape


class SurveyNotice(Shape):
    """What became of a monthly update; its month and recommendation where the event tells them."""

    id: UUID
    case_id: UUID
    case_reference: str
    partner_id: UUID
    due_at: datetime
    month: str | None = None
    recommendation: surveys.Recommendation | None = None


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
            due_at=utc(survey.deadline.due_at),
            month=getattr(data, "month", None),
            recommendation=getattr(data, "recommendation", None),
        ),
    )


REACTIONS: Reactions = {
    surveys.SurveyRefreshed: _survey,
    surveys.SurveyReminded: _survey,
    surveys.SurveyRequested: _survey,
    surveys.SurveySubmitted: _survey,
    surveys.SurveyWithdrawn: _survey,
}

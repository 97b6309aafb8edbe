"""Monthly updates and what they report."""

from datetime import UTC, datetime, time
from uuid import uuid5

from services.messaging.projections.timeline_items.item import Item, Items, text
from shared.contracts.envelope import ERASED, RecordedEvent
from shared.contracts.surveys import (
    ActionKind,
    ReportedAction,
    SurveyRequested,
    SurveySubmitted,
    SurveyWithdrawn,
    reported_actions,
)

ACTION_LABELS: dict[ActionKind, str] = {
    "call": "Call",
    "letter": "Letter",
    "email": "E-mail",
    "other": "Other outreach",
}


def _update_requested(event: RecordedEvent, data: SurveyRequested) -> Item:
    return Item(
        id=event.id,
        case_id=data.survey.case_id,
        type="update_requested",
        title="Update requested",
        data={
            "survey_id": str(data.survey.id),
            "month": data.month,
            "due_at": text(data.survey.deadline.due_at),
        },
    )


def _update_submitted(event: RecordedEvent, data: SurveySubmitted) -> tuple[Item, ...]:
    update = Item(
        id=event.id,
        case_id=data.survey.case_id,
        type="update_submitted",
        title="Update",
        description=data.comment,
        author_id=data.user_id,
        author_name=data.user_name,
        data={
            "survey_id": str(data.survey.id),
            "month": data.month,
            "recommendation": data.recommendation,
            "pause_reason": data.pause_reason,
            "must_act": data.must_act,
            "close_code": data.close_code,
        },
    )
    if data.actions == ERASED:
        return (update,)
    return (
        update,
        *(_action(event, data, n, action) for n, action in enumerate(reported_actions(data.actions))),
    )


def _action(event: RecordedEvent, data: SurveySubmitted, number: int, action: ReportedAction) -> Item:
    day = datetime.combine(action.on, time(), UTC)
    return Item(
        id=uuid5(event.id, f"action:{number}"),
        case_id=data.survey.case_id,
        type="update_action",
        title=ACTION_LABELS[action.kind],
        description=action.text,
        author_id=data.user_id,
        author_name=data.user_name,
        dated=min(day, event.time),
        data={"survey_id": str(data.survey.id), "kind": action.kind, "on": action.on.isoformat()},
    )


def _update_withdrawn(event: RecordedEvent, data: SurveyWithdrawn) -> Item:
    return Item(
        id=event.id,
        case_id=data.survey.case_id,
        type="update_withdrawn",
        title="Update not asked for any more",
        data={"survey_id": str(data.survey.id), "reason": data.reason},
    )


ITEMS: Items = {
    SurveyRequested: _update_requested,
    SurveySubmitted: _update_submitted,
    SurveyWithdrawn: _update_withdrawn,
}

"""Events -> the read tables of surveys, in the caller's transaction."""

from typing import Any, Protocol

from psycopg.types.json import Jsonb
from pydantic_core import from_json

from shared.contracts.envelope import ERASED, RecordedEvent
from shared.contracts.messaging import (
    CALL_OUTCOME_LABELS,
    CallLogged,
    CaseAssigned,
    CaseClosed,
    CaseMerged,
    CaseOpened,
    CaseStatusChanged,
    CompanyDetailsChanged,
    CompanyRegistered,
    NoteDeleted,
    NoteEdited,
    NoteLogged,
    PaymentReported,
)
from shared.contracts.surveys import (
    Report,
    SurveyCadenceSet,
    SurveyDraftSaved,
    SurveyRefreshed,
    SurveyRequested,
    SurveySubmitted,
    SurveyWithdrawn,
    reported_actions,
)
from shared.db import DatabaseConnection, load_queries

_STATEMENTS = load_queries("services.surveys.sql", "projections.sql")


class _Execute(Protocol):
    def __call__(self, statement: str, **values: object) -> None: ...


def project(event: RecordedEvent, connection: DatabaseConnection) -> None:
    """
    Write what the event changes; doing it again changes nothing.

    Sends statements and reads no results. Expects the events of one stream in order.
    """

    def execute(statement: str, **values: object) -> None:
        connection.execute(_STATEMENTS[statement], values)

    _project_what_is_known(event, execute)
    _project_what_was_logged(event, execute)
    _project_surveys(event, execute)


def _project_what_is_known(event: RecordedEvent, execute: _Execute) -> None:
    match event.data:
        case CompanyRegistered() | CompanyDetailsChanged() as data:
            execute(
                "put_company",
                id=data.company_id,
                **data.details.model_dump(include={"name", "country", "subdivision", "time_zone"}),
                observes_holidays=data.details.observes_holidays,
            )
        case SurveyCadenceSet() as data:
            execute("set_cadence", partner_id=data.partner_id, mode=data.mode, day=data.day)
        case CaseOpened() as data:
            execute("open_case", id=data.case_id, status=data.status)
        case CaseAssigned() as data:
            execute(
                "assign_case",
                id=data.case_id,
                partner_id=data.partner_id,
                engagement_id=data.engagement_id,
                at=event.time,
            )
        case CaseStatusChanged() as data:
            execute("move_case", id=data.case_id, status=data.status, at=event.time)
        case CaseClosed() as data:
            execute("move_case", id=data.case_id, status="Closed", at=event.time)
        case CaseMerged() as data:
            execute("move_case", id=data.case_id, status="Merged", at=event.time)
        case _:
            pass


def _project_what_was_logged(event: RecordedEvent, execute: _Execute) -> None:
    match event.data:
        case NoteLogged() | NoteEdited() as data:
            execute(
                "put_known_entry",
                id=data.note_id,
                case_id=data.case_id,
                engagement_id=data.engagement_id,
                kind="note",
                at=event.time,
                title=data.title,
                amount=None,
                currency=None,
            )
        case NoteDeleted() as data:
            execute("drop_known_entry", id=data.note_id)
        case CallLogged() as data:
            execute(
                "put_known_entry",
                id=data.call_id,
                case_id=data.case_id,
                engagement_id=data.engagement_id,
                kind="call",
                at=event.time,
                title=CALL_OUTCOME_LABELS[data.outcome],
                amount=None,
                currency=None,
            )
        case PaymentReported() as data:
            execute(
                "put_known_entry",
                id=data.payment_id,
                case_id=data.case_id,
                engagement_id=data.engagement_id,
                kind="payment",
                at=event.time,
                title=f"Payment of {data.paid_on.isoformat()}",
                amount=data.amount,
                currency=data.currency,
            )
        case _:
            pass


def _project_surveys(event: RecordedEvent, execute: _Execute) -> None:
    match event.data:
        case SurveyRequested(survey=survey, month=month):
            execute(
                "open_survey",
                **survey.model_dump(exclude={"deadline"}),
                month=month,
                due_at=survey.deadline.due_at,
                position=event.position,
            )
        case SurveyRefreshed(survey=survey, month=month):
            execute("refresh_survey", id=survey.id, month=month)
        case SurveyDraftSaved() as data:
            execute("save_draft", id=data.survey_id, draft=_jsonb(data.draft))
        case SurveySubmitted() as data:
            execute(
                "end_survey",
                id=data.survey.id,
                status="submitted",
                ended_at=event.time,
                report=Jsonb(submitted_report(data).model_dump(mode="json")),
            )
        case SurveyWithdrawn(survey=survey):
            execute("end_survey", id=survey.id, status="withdrawn", ended_at=event.time, report=None)
        case _:
            pass


def submitted_report(data: SurveySubmitted) -> Report:
    """Return the report as it was submitted; where its subject was erased, without the actions."""
    return Report(
        actions=() if data.actions == ERASED else reported_actions(data.actions),
        payments=data.payments,
        recommendation=data.recommendation,
        pause_reason=data.pause_reason,
        must_act=data.must_act,
        close_code=data.close_code,
        comment=data.comment,
    )


def _jsonb(text: str) -> Any:
    return None if text == ERASED else Jsonb(from_json(text))

"""The timeline of a case, and what is written into it: notes, calls, complaints."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.gateway.api.dependencies import (
    BASE_PATH,
    POSITION_HEADER,
    JsonBody,
    MinPosition,
    Operator,
    PageQuery,
    SignedIn,
    TheGateway,
    accepts,
    answer,
)
from services.gateway.bodies import (
    NewCall,
    NewComplaint,
    NewComplaintResponse,
    NewNote,
    NoteChanges,
    Reached,
)
from services.gateway.problems import documented
from shared.contracts import messaging

router = APIRouter(prefix=BASE_PATH, tags=["timeline"])

_READING = documented(400, 401, 403, 404, 422, 500, 503, 504)
_WRITING = documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504)


class TimelineQuery(PageQuery):
    """Which items: those of the types that are named, or all."""

    type: Annotated[
        list[messaging.TimelineItemType], Query(description="only this type; may be repeated")
    ] = []  # noqa: RUF012 - pydantic copies it


@router.get("/cases/{case_id}/timeline", response_model=messaging.TimelinePage, responses=_READING)
async def list_timeline(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    query: Annotated[TimelineQuery, Query()],
    min_position: MinPosition,
) -> Response:
    """List everything that happened on the case and that the caller may see, newest first."""
    request = messaging.ListTimeline(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        case_id=case_id,
        types=tuple(query.type),
    )
    return answer(await gateway.services.call("messaging", "list_timeline", request))


@router.get("/cases/{case_id}/notes", response_model=messaging.NotePage, responses=_READING)
async def list_notes(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    query: Annotated[PageQuery, Query()],
    min_position: MinPosition,
) -> Response:
    """List the notes on the case that the caller may see, the latest logged first."""
    request = messaging.ListNotes(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        case_id=case_id,
    )
    return answer(await gateway.services.call("messaging", "list_notes", request))


@router.post(
    "/cases/{case_id}/notes",
    status_code=201,
    response_model=messaging.NoteView,
    responses={
        200: {"model": messaging.NoteView, "description": "The same note had been logged before"},
        **_WRITING,
    },
    openapi_extra=accepts(NewNote),
)
async def log_note(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    note: Annotated[NewNote, Depends(JsonBody(NewNote))],
) -> Response:
    """Log a note, as a user of the case's partner. The creditor always sees it."""
    request = messaging.LogNote(
        caller=session.caller,
        correlation_id=session.correlation_id,
        case_id=case_id,
        client_note_id=note.client_note_id,
        title=note.title,
        description=note.description,
        event_date=note.event_date,
    )
    outcome = await gateway.services.call("messaging", "log_note", request)
    return answer(
        outcome["note"],
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"{BASE_PATH}/cases/{case_id}/notes#{outcome['note']['id']}",
    )


@router.patch(
    "/cases/{case_id}/notes/{note_id}",
    response_model=messaging.NoteView,
    responses=_WRITING,
    openapi_extra=accepts(NoteChanges),
)
async def edit_note(
    case_id: UUID,
    note_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    changes: Annotated[NoteChanges, Depends(JsonBody(NoteChanges))],
) -> Response:
    """Change a note of one's own. What it said before is kept for operators."""
    request = messaging.EditNote(
        caller=session.caller,
        correlation_id=session.correlation_id,
        case_id=case_id,
        note_id=note_id,
        fields=tuple(name for name in _NOTE_FIELDS if name in changes.model_fields_set),
        title=changes.title,
        description=changes.description,
        event_date=changes.event_date,
    )
    outcome = await gateway.services.call("messaging", "edit_note", request)
    return answer(outcome["note"], position=outcome["position"])


_NOTE_FIELDS: tuple[messaging.NoteField, ...] = ("title", "description", "event_date")


@router.delete(
    "/cases/{case_id}/notes/{note_id}",
    status_code=204,
    response_class=Response,
    responses=documented(401, 403, 404, 409, 422, 500, 503, 504),
)
async def delete_note(case_id: UUID, note_id: UUID, session: SignedIn, gateway: TheGateway) -> Response:
    """Delete a note of one's own. The timeline still says that there was one; again changes nothing."""
    request = messaging.DeleteNote(
        caller=session.caller, correlation_id=session.correlation_id, case_id=case_id, note_id=note_id
    )
    outcome = await gateway.services.call("messaging", "delete_note", request)
    return Response(status_code=204, headers={POSITION_HEADER: str(outcome["position"])})


@router.post(
    "/cases/{case_id}/calls",
    status_code=201,
    response_model=messaging.CallView,
    responses={
        200: {"model": messaging.CallView, "description": "The same call had been logged before"},
        **_WRITING,
    },
    openapi_extra=accepts(NewCall),
)
async def log_call(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    call: Annotated[NewCall, Depends(JsonBody(NewCall))],
) -> Response:
    """Log a call, as a user of the case's partner. It cannot be changed afterwards."""
    request = messaging.LogCall(
        caller=session.caller,
        correlation_id=session.correlation_id,
        case_id=case_id,
        client_call_id=call.client_call_id,
        number=call.number,
        outcome=call.outcome,
        notes=call.notes,
        called_at=call.called_at,
    )
    outcome = await gateway.services.call("messaging", "log_call", request)
    return answer(
        outcome["call"],
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"{BASE_PATH}/cases/{case_id}/timeline#{outcome['call']['id']}",
    )


@router.post(
    "/cases/{case_id}/complaints",
    status_code=201,
    response_model=messaging.ComplaintView,
    responses={
        200: {"model": messaging.ComplaintView, "description": "The same complaint had been filed before"},
        **_WRITING,
    },
    openapi_extra=accepts(NewComplaint),
)
async def file_complaint(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    complaint: Annotated[NewComplaint, Depends(JsonBody(NewComplaint))],
) -> Response:
    """File a complaint about the partner's work, as a user of the creditor's side."""
    request = messaging.FileComplaint(
        caller=session.caller,
        correlation_id=session.correlation_id,
        case_id=case_id,
        client_complaint_id=complaint.client_complaint_id,
        text=complaint.text,
    )
    outcome = await gateway.services.call("messaging", "file_complaint", request)
    return answer(
        outcome["complaint"],
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"{BASE_PATH}/cases/{case_id}/timeline#{outcome['complaint']['id']}",
    )


@router.post(
    "/cases/{case_id}/complaints/{complaint_id}/response",
    status_code=201,
    response_model=messaging.ComplaintView,
    responses={
        200: {"model": messaging.ComplaintView, "description": "The same response had been given before"},
        **_WRITING,
    },
    openapi_extra=accepts(NewComplaintResponse),
)
async def answer_complaint(
    case_id: UUID,
    complaint_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    response: Annotated[NewComplaintResponse, Depends(JsonBody(NewComplaintResponse))],
) -> Response:
    """Respond to a complaint, as a user of the partner complained of. There is one response."""
    request = messaging.AnswerComplaint(
        caller=session.caller,
        correlation_id=session.correlation_id,
        case_id=case_id,
        complaint_id=complaint_id,
        text=response.text,
    )
    outcome = await gateway.services.call("messaging", "answer_complaint", request)
    return answer(
        outcome["complaint"],
        status=201 if outcome["created"] else 200,
        position=outcome["position"],
        location=f"{BASE_PATH}/cases/{case_id}/timeline#{complaint_id}",
    )


@router.post(
    "/admin/complaints/{complaint_id}/acceptance",
    tags=["admin"],
    response_model=Reached,
    responses=documented(401, 403, 404, 409, 422, 500, 503, 504),
)
async def accept_complaint(complaint_id: UUID, session: Operator, gateway: TheGateway) -> Response:
    """Accept a complaint: from now on the partner owes a response. The same again changes nothing."""
    request = messaging.AcceptComplaint(
        caller=session.caller, correlation_id=session.correlation_id, complaint_id=complaint_id
    )
    outcome = await gateway.services.call("messaging", "accept_complaint", request)
    return answer({"position": outcome["position"]}, position=outcome["position"])


@router.get(
    "/admin/notes/{note_id}",
    tags=["admin"],
    response_model=messaging.NoteHistory,
    responses=_READING,
)
async def get_note_history(
    note_id: UUID, session: Operator, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """Return a note with everything that it ever said, its deletion included."""
    request = messaging.GetNoteHistory(
        caller=session.caller,
        correlation_id=session.correlation_id,
        min_position=min_position,
        note_id=note_id,
    )
    return answer(await gateway.services.call("messaging", "get_note_history", request))

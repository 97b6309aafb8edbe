"""Files: upload, lists, download, deletion."""

from datetime import UTC, datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import StreamingResponse
from starlette.exceptions import HTTPException

from services.gateway import byte_ranges, file_names, file_types, filing
from services.gateway.api.dependencies import (
    BASE_PATH,
    POSITION_HEADER,
    MinPosition,
    PageQuery,
    SignedIn,
    TheGateway,
    answer,
)
from services.gateway.bodies import AttachmentFields, UploadFields
from services.gateway.problems import documented
from services.gateway.sign_in import Session
from services.gateway.uploads import received
from shared.contracts import messaging

router = APIRouter(prefix=BASE_PATH, tags=["files"])

_UPLOAD_PROBLEMS = documented(400, 401, 403, 404, 408, 409, 413, 415, 422, 500, 503, 504)
_DOWNLOAD: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The content, to be saved and never shown in place",
        "content": {each.content_type: {} for each in file_types.ALL},
    },
    206: {"description": "The part that `Range` asks for"},
    416: {"description": "The part that `Range` asks for lies past the end"},
}


def _form(*extra: str) -> dict[str, Any]:
    """Return what OpenAPI must say of an upload."""
    identifier = {"type": "string", "format": "uuid"}
    properties: dict[str, Any] = {
        "file": {"type": "string", "format": "binary", "description": f"{file_types.NAMES}; at most 25 MB"},
        "document_type": {"type": "string", "enum": get_args(messaging.DocumentType)},
        "description": {"type": "string", "maxLength": messaging.FILE_DESCRIPTION_MAX_CHARACTERS},
        **dict.fromkeys(extra, identifier),
    }
    schema = {"type": "object", "required": ["file"], "properties": properties}
    return {"requestBody": {"required": True, "content": {"multipart/form-data": {"schema": schema}}}}


@router.post(
    "/attachments",
    status_code=201,
    response_model=messaging.FileView,
    responses=_UPLOAD_PROBLEMS,
    openapi_extra=_form("thread_id", "case_id", "partnership_id"),
)
async def upload_attachment(request: Request, session: SignedIn, gateway: TheGateway) -> Response:
    """
    Upload a file for a thread, a case or a partnership: give exactly one of the three ids.

    A file for a thread is shown to nobody else until a message names it in `attachment_ids`.
    """
    async with received(request, gateway.filing.incoming, AttachmentFields) as upload:
        fields = upload.fields
        check = messaging.CheckUpload(
            **_who(session),
            thread_id=fields.thread_id,
            case_id=fields.case_id,
            partnership_id=fields.partnership_id,
        )
        await gateway.services.call("messaging", "check_upload", check)
        kept = await filing.keep(
            gateway.filing,
            gateway.services,
            upload,
            check,
            document_type=fields.document_type,
            description=fields.description,
        )
    return _uploaded(kept)


@router.post(
    "/cases/{case_id}/files",
    status_code=201,
    response_model=messaging.FileView,
    responses=_UPLOAD_PROBLEMS,
    openapi_extra=_form(),
)
async def upload_case_file(
    case_id: UUID, request: Request, session: SignedIn, gateway: TheGateway
) -> Response:
    """Upload a file of the case: both sides see it at once."""
    check = messaging.CheckUpload(**_who(session), case_id=case_id)
    return await _upload(request, gateway, check)


@router.post(
    "/partnerships/{partnership_id}/files",
    status_code=201,
    response_model=messaging.FileView,
    responses=_UPLOAD_PROBLEMS,
    openapi_extra=_form(),
)
async def upload_partnership_file(
    partnership_id: UUID, request: Request, session: SignedIn, gateway: TheGateway
) -> Response:
    """Upload a file of the partnership: both companies see it at once."""
    check = messaging.CheckUpload(**_who(session), partnership_id=partnership_id)
    return await _upload(request, gateway, check)


@router.get(
    "/cases/{case_id}/files",
    response_model=messaging.FilePage,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def list_case_files(
    case_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    query: Annotated[PageQuery, Query()],
    min_position: MinPosition,
) -> Response:
    """List the files of a case that the caller may see, those of its messages too, newest first."""
    request = messaging.ListFiles(
        **_who(session),
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        case_id=case_id,
    )
    return await _list(gateway, request)


@router.get(
    "/partnerships/{partnership_id}/files",
    response_model=messaging.FilePage,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def list_partnership_files(
    partnership_id: UUID,
    session: SignedIn,
    gateway: TheGateway,
    query: Annotated[PageQuery, Query()],
    min_position: MinPosition,
) -> Response:
    """List the files of a partnership, those of its messages too, newest first."""
    request = messaging.ListFiles(
        **_who(session),
        min_position=min_position,
        limit=query.limit,
        cursor=query.cursor,
        partnership_id=partnership_id,
    )
    return await _list(gateway, request)


@router.get(
    "/files/{file_id}",
    response_model=messaging.FileView,
    responses=documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def get_file(
    file_id: UUID, session: SignedIn, gateway: TheGateway, min_position: MinPosition
) -> Response:
    """Return what is known of a file, with a link to its content that is good for an hour."""
    request = messaging.GetFile(**_who(session), min_position=min_position, file_id=file_id)
    stored = await gateway.services.call("messaging", "get_file", request)
    return answer(gateway.filing.with_link(stored["file"]))


@router.get(
    "/attachments/{file_id}",
    response_class=Response,
    responses=_DOWNLOAD | documented(400, 401, 403, 404, 422, 500, 503, 504),
)
async def download(
    file_id: Annotated[UUID, Path(description="of any file, attached or not")],
    request: Request,
    session: SignedIn,
    gateway: TheGateway,
    min_position: MinPosition,
) -> Response:
    """Download a file; one part of it with `Range`."""
    question = messaging.GetFile(**_who(session), min_position=min_position, file_id=file_id)
    stored = await gateway.services.call("messaging", "get_file", question)
    return await _content(request, gateway, stored)


@router.get(
    "/files/{file_id}/content",
    response_class=Response,
    responses=_DOWNLOAD | documented(400, 403, 404, 422, 500, 503, 504),
    openapi_extra={"security": []},
)
async def download_by_link(
    file_id: UUID,
    request: Request,
    gateway: TheGateway,
    *,
    expires_at: Annotated[str, Query(alias="se", max_length=40, description="when the link ends")] = "",
    signature: Annotated[str, Query(alias="sig", max_length=100)] = "",
    position: Annotated[
        int | None, Query(alias="pos", ge=0, lt=2**63, description="wait until this can be seen")
    ] = None,
) -> Response:
    """Download a file by the link that came with it: it needs no token and is good for an hour."""
    gateway.filing.links.check(file_id, expires_at, signature, datetime.now(UTC))
    question = filing.for_link(file_id, request.state.correlation_id, min_position=position)
    stored = await gateway.services.call("messaging", "get_file", question)
    return await _content(request, gateway, stored)


@router.delete(
    "/files/{file_id}",
    status_code=204,
    response_class=Response,
    responses=documented(401, 403, 404, 409, 422, 500, 503, 504),
)
async def delete_file(file_id: UUID, session: SignedIn, gateway: TheGateway) -> Response:
    """Delete a file of the caller's company: its content is gone, that it was there stays on record."""
    request = messaging.DeleteFile(**_who(session), file_id=file_id)
    position = await filing.delete(gateway.filing, gateway.services, request)
    return Response(status_code=204, headers={POSITION_HEADER: str(position)})


def _who(session: Session) -> dict[str, Any]:
    return {"caller": session.caller, "correlation_id": session.correlation_id}


async def _upload(request: Request, gateway: TheGateway, check: messaging.CheckUpload) -> Response:
    # Before the body is read: 25 MB for a place that is closed to the caller are not worth receiving.
    await gateway.services.call("messaging", "check_upload", check)
    async with received(request, gateway.filing.incoming, UploadFields) as upload:
        kept = await filing.keep(
            gateway.filing,
            gateway.services,
            upload,
            check,
            document_type=upload.fields.document_type,
            description=upload.fields.description,
        )
    return _uploaded(kept)


def _uploaded(kept: dict[str, Any]) -> Response:
    return answer(
        kept["file"],
        status=201,
        position=kept["position"],
        location=f"{BASE_PATH}/attachments/{kept['file']['id']}",
    )


async def _list(gateway: TheGateway, request: messaging.ListFiles) -> Response:
    page = await gateway.services.call("messaging", "list_files", request)
    return answer({**page, "items": [gateway.filing.with_link(file) for file in page["items"]]})


async def _content(request: Request, gateway: TheGateway, stored: Any) -> Response:
    file = stored["file"]
    size, etag = file["size"], f'"{stored["sha256"]}"'
    headers = {
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, no-store",
        "Content-Disposition": file_names.disposition(file["file_name"]),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "ETag": etag,
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    asked = request.headers.get("range")
    if request.headers.get("if-range", etag) != etag:
        asked = None
    try:
        part = byte_ranges.wanted(asked, size)
    except byte_ranges.NotSatisfiable as error:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"}) from error
    start, stop = part or (0, size)
    if part is not None:
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    headers["Content-Length"] = str(stop - start)
    return StreamingResponse(
        await filing.content(gateway.filing, stored, start, stop),
        206 if part else 200,
        headers=headers,
        media_type=file["content_type"],
    )

"""
Files: who may upload where, what is on record, and which object may go.

The bytes never come here: the gateway streams them to the store and names their object.
"""

from dataclasses import replace
from uuid import UUID

from services.messaging.commands import (
    DeleteFile,
    FilePlace,
    Origin,
    RecordFile,
    ReleaseContent,
    UseContent,
    content_id,
    relationship_thread_id,
)
from services.messaging.decider import case, content, file, user
from services.messaging.handlers.callers import member, tenant
from services.messaging.handlers.streams import Archive, once_id
from shared.contracts import messaging as contract
from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import FileDeleted, FileUploaded
from shared.contracts.rpc import Caller
from shared.errors import Forbidden, Invalid, Retryable
from shared.eventlog.protocol import Appended


def check_upload(archive: Archive, request: contract.CheckUpload) -> None:
    """
    Raise what `record_file` would raise about caller and place.

    Raises Forbidden for a user who may not act, NotFound for a place in which the company takes no part,
    Conflict for one where nobody may write, Invalid where not exactly one place is named.
    """
    _uploader(archive, request.caller)
    _place(archive, request)


def record_file(archive: Archive, request: contract.RecordFile, origin: Origin) -> contract.RecordedFile:
    """
    Put a stored file on record and tell which object holds its content from now on.

    First the content is decided, then the file: whoever dies in between leaves a content that the sweep
    releases, never a file without an object. Raises as `check_upload`, and Invalid for a wrong description.
    """
    recorded = archive.log.find(archive.files.stream(request.file_id), once_id(FileUploaded, request.file_id))
    if recorded is not None:
        return _outcome(recorded)
    uploader_id, name = _uploader(archive, request.caller)
    command = RecordFile(
        file_id=request.file_id,
        place=_place(archive, request),
        uploader_id=uploader_id,
        uploader_name=name,
        uploader_company_id=tenant(request.caller),
        file_name=request.file_name,
        content_type=request.content_type,
        size=request.size,
        sha256=request.sha256,
        object_key=request.object_key,
        document_type=request.document_type,
        description=request.description,
    )
    # Refusals come before the content has the file: whoever is refused may throw its object away.
    file.decide(command, file.initial())
    command = replace(command, object_key=use_content(archive, request, origin))
    appended = archive.files.carry_out(request.file_id, origin, lambda state: file.decide(command, state))
    if appended is None:
        raise Retryable("the file was put on record by another request with the same id")
    return _outcome(appended.events[0])


def delete_file(archive: Archive, request: contract.DeleteFile, origin: Origin) -> contract.DeletedFile:
    """
    Take a file of the caller's company away, and tell which object may go with it.

    Raises NotFound for a file that the company may not know of, Forbidden for another company's, Conflict
    where it must stay: `file.require_removable`.
    """
    company_id = tenant(request.caller)
    if company_id is not None:
        _uploader(archive, request.caller)
    state = archive.files.load(request.file_id)
    uploaded = file.uploaded_of(state)
    of_case = archive.cases.load(uploaded.case_id) if uploaded.case_id else None
    chat = archive.threads.load(uploaded.thread_id) if uploaded.thread_id else None
    witnesses: frozenset[UUID] = frozenset()
    if of_case is not None and uploaded.context == "case" and uploaded.uploader_role != "partner":
        witnesses = case.audience(of_case)
    command = DeleteFile(
        file_id=request.file_id,
        user_id=request.caller.user_id,
        company_id=company_id,
        witnesses=witnesses,
    )
    # Whether there is such a file for the caller comes before what its place allows.
    if company_id is not None and company_id != uploaded.uploader_company_id:
        file.require_place_known(company_id, of_case=of_case, chat=chat)
    if file.decide(command, state) and company_id is not None:
        file.require_removable(state, company_id, of_case=of_case, chat=chat)
    appended = archive.files.carry_out(request.file_id, origin, lambda state: file.decide(command, state))
    if appended is None:
        gone = archive.log.find(archive.files.stream(request.file_id), once_id(FileDeleted, request.file_id))
        position = gone.position if gone else archive.log.newest()
    else:
        position = appended.position
    released = release_content(archive, sha256=uploaded.sha256, file_id=request.file_id, origin=origin)
    return contract.DeletedFile(
        position=released.position if released else position, unused_object=_unused(released)
    )


def release_content(archive: Archive, *, sha256: str, file_id: UUID, origin: Origin) -> Appended | None:
    """Note that the file has the content no longer; None where that is known."""
    command = ReleaseContent(sha256=sha256, file_id=file_id)
    return archive.contents.carry_out(
        content_id(sha256), origin, lambda state: content.decide(command, state)
    )


def use_content(archive: Archive, request: contract.RecordFile, origin: Origin) -> str:
    """Return the key of the object that holds the content, the offered one where there was none."""
    command = UseContent(
        sha256=request.sha256,
        object_key=request.object_key,
        size=request.size,
        file_id=request.file_id,
    )
    stream_id = content_id(request.sha256)
    archive.contents.carry_out(stream_id, origin, lambda state: content.decide(command, state))
    kept = archive.contents.load(stream_id)
    if kept.object_key is None or request.file_id not in kept.file_ids:
        raise Retryable("the sweep took the content for one that nobody uses")
    return kept.object_key


def _unused(released: Appended | None) -> str | None:
    for event in released.events if released else ():
        if isinstance(event.data, contract.ContentReleased) and event.data.unused:
            return event.data.object_key
    return None


def _uploader(archive: Archive, caller: Caller) -> tuple[UUID | None, str | None]:
    """Return who uploads, nobody for the platform. Raises Forbidden for a user who may not act."""
    if tenant(caller) is None:
        return None, None
    user_id, company_id = member(caller)
    author = user.acting(archive.users.load(user_id), company_id=company_id)
    return author.id, author.name


def _place(archive: Archive, request: contract.CheckUpload) -> FilePlace:
    company_id = tenant(request.caller)
    match (request.thread_id, request.case_id, request.partnership_id):
        case (UUID() as thread_id, None, None):
            if company_id is None:
                raise Forbidden("members_only", "Only users of the companies that take part may do this.")
            return file.in_thread(archive.threads.load(thread_id), company_id)
        case (None, UUID() as case_id, None):
            return file.in_case(archive.cases.load(case_id), company_id)
        case (None, None, UUID() as partnership_id):
            chat = archive.threads.load(relationship_thread_id(partnership_id))
            return file.in_partnership(chat, company_id)
        case _:
            raise Invalid(
                "place_not_named", "Give exactly one of thread_id, case_id and partnership_id.", "thread_id"
            )


def _outcome(event: RecordedEvent) -> contract.RecordedFile:
    uploaded = event.data
    if not isinstance(uploaded, FileUploaded):
        raise TypeError("a file's first event is FileUploaded")
    return contract.RecordedFile(
        file=contract.FileView(
            id=uploaded.file_id,
            context=uploaded.context,
            case_id=uploaded.case_id,
            thread_id=uploaded.thread_id,
            partnership_id=uploaded.partnership_id,
            message_id=None,
            file_name=uploaded.file_name,
            content_type=uploaded.content_type,
            size=uploaded.size,
            document_type=uploaded.document_type,
            description=uploaded.description,
            uploaded_by=contract.FileUploader(
                role=uploaded.uploader_role,
                company_id=uploaded.uploader_company_id,
                user_id=uploaded.uploader_id,
                name=uploaded.uploader_name,
            ),
            created_at=event.time,
        ),
        object_key=uploaded.object_key,
        position=event.position,
    )

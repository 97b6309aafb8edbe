"""Files: put on record once, shown where they belong, deleted by whoever uploaded them."""

from dataclasses import dataclass
from typing import assert_never
from uuid import UUID

from services.messaging.commands import AttachFile, DeleteFile, FileCommand, FilePlace, RecordFile
from services.messaging.decider import case, shapes, thread
from shared.contracts.messaging import (
    Attachment,
    DocumentType,
    FileAttached,
    FileDeleted,
    FileUploaded,
    SenderRole,
)
from shared.errors import Conflict, Forbidden, NotFound

FileEvent = FileUploaded | FileAttached | FileDeleted

DEFAULT_DOCUMENT_TYPES: dict[SenderRole, DocumentType] = {
    "creditor": "CreditorDocuments",
    "managing_partner": "CreditorDocuments",
    "partner": "PartnerDocuments",
    "platform": "Miscellaneous",
}


@dataclass(frozen=True, slots=True)
class NoFile:
    """Nobody has uploaded it."""


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that is there; `known_to` are the companies that may know of it."""

    uploaded: FileUploaded
    known_to: frozenset[UUID]


@dataclass(frozen=True, slots=True)
class GoneFile:
    """Deleted: its record stays."""

    uploaded: FileUploaded
    known_to: frozenset[UUID]


State = NoFile | KeptFile | GoneFile


def initial() -> State:
    return NoFile()


def decide(command: FileCommand, state: State) -> tuple[FileEvent, ...]:
    match command:
        case RecordFile():
            return _record(command, state)
        case AttachFile():
            return _attach(command, state)
        case DeleteFile():
            return _delete(command, state)
        case _:
            assert_never(command)


def evolve(state: State, event: FileEvent) -> State:
    match event:
        case FileUploaded():
            return KeptFile(event, _known_at_first(event))
        case FileAttached():
            uploaded = uploaded_of(state)
            return KeptFile(uploaded, known_to(state) | frozenset(uploaded.company_ids))
        case FileDeleted():
            return GoneFile(uploaded_of(state), known_to(state) | frozenset(event.company_ids))
        case _:
            assert_never(event)


def known_to(state: State) -> frozenset[UUID]:
    """Return the companies that may know of the file: the audience of its events."""
    return frozenset() if isinstance(state, NoFile) else state.known_to


def subject(state: State) -> str | None:
    """Return whose key encrypts what is personal about the file: the case's, or the partnership's."""
    if isinstance(state, NoFile):
        return None
    uploaded = state.uploaded
    return f"case:{uploaded.case_id}" if uploaded.case_id else f"partnership:{uploaded.partnership_id}"


def uploaded_of(state: State) -> FileUploaded:
    """Return what is on record of a file. Raises NotFound for one that nobody uploaded."""
    match state:
        case NoFile():
            raise _not_found()
        case KeptFile(uploaded=uploaded) | GoneFile(uploaded=uploaded):
            return uploaded
        case _:
            assert_never(state)


# --- where a file may go: NotFound where the company takes no part, Conflict where nobody may write


def in_thread(state: thread.State, company_id: UUID) -> FilePlace:
    """Return the place of a file that is to be attached in the thread."""
    role = thread.participation(state, company_id).role
    match state:
        case thread.ReadOnlyThread(reason=reason):
            raise Conflict("thread_read_only", thread.READ_ONLY_BECAUSE[reason])
        case thread.WritableThread(facts=facts):
            return FilePlace(
                context="thread",
                thread_id=facts.id,
                case_id=facts.case_id,
                partnership_id=facts.partnership_id,
                role=role,
                company_ids=tuple(sorted(facts.companies)),
            )
        case thread.NoThread() | thread.NeverOpened():
            raise NotFound("thread_not_found", "There is no such thread.")
        case _:
            assert_never(state)


def in_case(state: case.State, company_id: UUID | None) -> FilePlace:
    """Return the place of a file of the case; `company_id` None is the platform."""
    facts = case.facts_of(state)
    role = case.standing(state, company_id)
    if isinstance(state, case.MergedCase):
        raise Conflict("case_merged", "The case was merged into another: nothing can be added to it.")
    return FilePlace(
        context="case",
        thread_id=None,
        case_id=facts.id,
        partnership_id=None,
        role=role,
        company_ids=tuple(sorted(case.audience(state))),
    )


def in_partnership(chat: thread.State, company_id: UUID | None) -> FilePlace:
    """Return the place of a file of the partnership with that chat; `company_id` None is the platform."""
    if isinstance(chat, thread.NoThread | thread.NeverOpened) or company_id not in {
        None,
        *chat.facts.companies,
    }:
        raise NotFound("partnership_not_found", "There is no such partnership.")
    role = "platform" if company_id is None else thread.participation(chat, company_id).role
    return FilePlace(
        context="partnership",
        thread_id=None,
        case_id=None,
        partnership_id=chat.facts.partnership_id,
        role=role,
        company_ids=tuple(sorted(chat.facts.companies)),
    )


def require_place_known(company_id: UUID, *, of_case: case.State | None, chat: thread.State | None) -> None:
    """Raise NotFound where the company knew of a file's place while it spoke for the client alone."""
    if chat is not None:
        known = company_id in thread.audience(chat)
    elif of_case is not None:
        known = company_id in case.audience(of_case) | case.former_partners(case.facts_of(of_case))
    else:
        known = True
    if not known:
        raise _not_found()


def require_removable(
    state: State, company_id: UUID, *, of_case: case.State | None, chat: thread.State | None
) -> None:
    """
    Raise Conflict where what the company has uploaded must stay: its time on the case is over, the case was
    merged, or the thread can only be read. A draft that no message brought is its own to throw away.
    """
    if isinstance(of_case, case.MergedCase):
        raise Conflict("case_merged", "The case was merged into another: nothing can be taken from it.")
    if chat is not None:
        if isinstance(chat, thread.ReadOnlyThread) and not known_to(state) <= {company_id}:
            raise Conflict("thread_read_only", thread.READ_ONLY_BECAUSE[chat.reason])
    elif of_case is not None and company_id not in case.audience(of_case):
        raise Conflict("engagement_over", "Your time on this case is over: you can only read it.")


def attachment(state: State, *, thread_id: UUID, company_id: UUID) -> Attachment | None:
    """Return the file as a message of the company in the thread may carry it, None where none may."""
    match state:
        case KeptFile(uploaded=uploaded) if (
            uploaded.thread_id == thread_id and uploaded.uploader_company_id == company_id
        ):
            return Attachment(
                id=uploaded.file_id,
                file_name=uploaded.file_name,
                content_type=uploaded.content_type,
                size=uploaded.size,
            )
        case _:
            return None


def _record(command: RecordFile, state: State) -> tuple[FileEvent, ...]:
    match state:
        case KeptFile() | GoneFile():
            return ()
        case NoFile():
            place = command.place
            return (
                FileUploaded(
                    file_id=command.file_id,
                    context=place.context,
                    thread_id=place.thread_id,
                    case_id=place.case_id,
                    partnership_id=place.partnership_id,
                    company_ids=place.company_ids,
                    uploader_role=place.role,
                    uploader_id=command.uploader_id,
                    uploader_name=command.uploader_name,
                    uploader_company_id=command.uploader_company_id,
                    file_name=shapes.name(command.file_name, "file_name"),
                    content_type=command.content_type,
                    size=shapes.file_size(command.size),
                    sha256=command.sha256,
                    object_key=command.object_key,
                    document_type=command.document_type or DEFAULT_DOCUMENT_TYPES[place.role],
                    description=shapes.file_description(command.description),
                ),
            )
        case _:
            assert_never(state)


def _attach(command: AttachFile, state: State) -> tuple[FileEvent, ...]:
    # Shown already, deleted meanwhile, or never there: nothing follows.
    if not isinstance(state, KeptFile) or state.known_to >= frozenset(state.uploaded.company_ids):
        return ()
    uploaded = state.uploaded
    return (
        FileAttached(
            file_id=command.file_id,
            thread_id=command.thread_id,
            message_id=command.message_id,
            case_id=uploaded.case_id,
            partnership_id=uploaded.partnership_id,
            file_name=uploaded.file_name,
            content_type=uploaded.content_type,
            size=uploaded.size,
            document_type=uploaded.document_type,
            uploader_role=uploaded.uploader_role,
            uploader_company_id=uploaded.uploader_company_id,
        ),
    )


def _delete(command: DeleteFile, state: State) -> tuple[FileEvent, ...]:
    uploaded = uploaded_of(state)
    if command.company_id not in (None, uploaded.uploader_company_id):
        if command.company_id in known_to(state) | command.witnesses:
            raise Forbidden("file_not_own", "Only the company that uploaded a file can delete it.")
        raise _not_found()
    if isinstance(state, GoneFile):
        return ()
    return (
        FileDeleted(
            file_id=command.file_id,
            context=uploaded.context,
            thread_id=uploaded.thread_id,
            case_id=uploaded.case_id,
            partnership_id=uploaded.partnership_id,
            company_ids=tuple(sorted(command.witnesses - known_to(state))),
            deleted_by_id=command.user_id,
            deleted_by_company_id=command.company_id,
            sha256=uploaded.sha256,
        ),
    )


def _known_at_first(event: FileUploaded) -> frozenset[UUID]:
    if event.context == "thread" and event.uploader_company_id is not None:
        return frozenset({event.uploader_company_id})
    return frozenset(event.company_ids)


def _not_found() -> NotFound:
    return NotFound("file_not_found", "There is no such file.")

"""Files: what was uploaded, where it belongs, who may see it; events and RPC."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from shared.contracts.envelope import PERSONAL, EventData, PersonalText
from shared.contracts.messaging.values import EXCHANGE_SOURCE, SenderRole
from shared.contracts.rpc import PagedQuery, Query, Request, Shape

FILE_MAX_BYTES = 25 * 1024 * 1024
FILE_DESCRIPTION_MAX_CHARACTERS = 500

FileContext = Literal["thread", "case", "partnership"]
DocumentType = Literal[
    "OriginalInvoice",
    "DebtorDocuments",
    "CreditorDocuments",
    "PartnerDocuments",
    "DemandLetter",
    "Miscellaneous",
]

# --- events: file-<id>; subject case:<id> or partnership:<id>, as the thread's or case's own events ---


class FileUploaded(EventData):
    """
    A file was checked, stored and belongs to a thread, a case or a partnership, which `context` says.

    One for a thread is its uploader's alone until a message brings it there (`FileAttached`); its `case_id`
    or `partnership_id` is the thread's. `company_ids` are the parties of the place at that moment.
    `uploader_id` and `uploader_company_id` are None where the platform uploaded. `object_key` is where the
    bytes are: several files with the same content share one object.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    file_id: UUID
    context: FileContext
    thread_id: UUID | None
    case_id: UUID | None
    partnership_id: UUID | None
    company_ids: tuple[UUID, ...]
    uploader_role: SenderRole
    uploader_id: UUID | None
    uploader_name: Annotated[str | None, PERSONAL]
    uploader_company_id: UUID | None
    file_name: PersonalText
    content_type: str
    size: int
    sha256: str
    object_key: str
    document_type: DocumentType
    description: Annotated[str | None, PERSONAL] = None


class FileAttached(EventData):
    """A message brought the file into its thread: whoever takes part there may see it from now on."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    file_id: UUID
    thread_id: UUID
    message_id: UUID
    case_id: UUID | None
    partnership_id: UUID | None
    file_name: PersonalText
    content_type: str
    size: int
    document_type: DocumentType
    uploader_role: SenderRole
    uploader_company_id: UUID | None


class FileDeleted(EventData):
    """
    The file is gone; that it was there stays on record.

    `company_ids` are those who could see it and had not seen it come, such as a new partner of the case.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    file_id: UUID
    context: FileContext
    thread_id: UUID | None
    case_id: UUID | None
    partnership_id: UUID | None
    company_ids: tuple[UUID, ...]
    deleted_by_id: UUID | None
    deleted_by_company_id: UUID | None
    sha256: str


# --- events: content-<uuid5 of the digest>; nobody's but the platform's ---


class ContentUsed(EventData):
    """A file has this content; the first one to use it brought the object with that key."""

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    sha256: str
    object_key: str
    size: int
    file_id: UUID


class ContentReleased(EventData):
    """
    A file has this content no longer. With `unused` it was the last: the object may go, and its key is never
    used again, so that removing it late or twice harms nobody.
    """

    SOURCE: ClassVar[str] = EXCHANGE_SOURCE
    sha256: str
    object_key: str
    file_id: UUID
    unused: bool


# --- RPC: answers ---


class FileUploader(Shape):
    """Who uploaded; all but the role is None where it was the platform."""

    role: SenderRole
    company_id: UUID | None
    user_id: UUID | None
    name: str | None


class FileView(Shape):
    """
    A file as clients see it. `url` is good without a token until `url_expires_at`; the gateway signs it.

    `message_id` is the message that brought it, where one did.
    """

    id: UUID
    context: FileContext
    case_id: UUID | None
    thread_id: UUID | None
    partnership_id: UUID | None
    message_id: UUID | None
    file_name: str
    content_type: str
    size: int
    document_type: DocumentType
    description: str | None
    uploaded_by: FileUploader
    created_at: datetime
    url: str | None = None
    url_expires_at: datetime | None = None


class FilePage(Shape):
    items: tuple[FileView, ...]
    next_cursor: str | None


class StoredFile(Shape):
    """A file and where its bytes are; not for clients."""

    file: FileView
    object_key: str
    sha256: str


class RecordedFile(Shape):
    """What became of an upload; an `object_key` other than the one offered says: that one is not needed."""

    file: FileView
    object_key: str
    position: int


class DeletedFile(Shape):
    """`unused_object` is what nobody needs any more, None while other files have the same content."""

    position: int
    unused_object: str | None


# --- RPC: requests ---


class CheckUpload(Request):
    """
    `check_upload`: answers Done where the caller may upload there now; give exactly one place.

    It promises nothing: `record_file` decides.
    """

    thread_id: UUID | None = None
    case_id: UUID | None = None
    partnership_id: UUID | None = None


class RecordFile(CheckUpload):
    """
    `record_file`: answers RecordedFile. The bytes are stored and were checked; the same `file_id` again has
    the first outcome.
    """

    file_id: UUID
    file_name: str
    content_type: str
    size: int
    sha256: str
    object_key: str
    document_type: DocumentType | None = None
    description: str | None = None


class ListFiles(PagedQuery):
    """`list_files`: answers FilePage, newest first; of a case or of a partnership."""

    case_id: UUID | None = None
    partnership_id: UUID | None = None


class GetFile(Query):
    """`get_file`: answers StoredFile."""

    file_id: UUID


class DeleteFile(Request):
    """`delete_file`: answers DeletedFile; doing it again changes nothing."""

    file_id: UUID

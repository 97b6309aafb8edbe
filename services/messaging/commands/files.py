"""What can be asked of files, and of the contents that they share."""

from dataclasses import dataclass
from uuid import UUID, uuid5

from shared.contracts.messaging import DocumentType, FileContext, SenderRole

_CONTENTS = UUID("6d6f2b4c-8a55-5f0e-9f53-2c1f4a1f7a10")


def content_id(sha256: str) -> UUID:
    """Return the id of the content with that digest."""
    return uuid5(_CONTENTS, sha256)


@dataclass(frozen=True, slots=True, kw_only=True)
class FilePlace:
    """Where a file belongs, in which role its uploader stands there, and which companies are its parties."""

    context: FileContext
    thread_id: UUID | None
    case_id: UUID | None
    partnership_id: UUID | None
    role: SenderRole
    company_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordFile:
    """Put the stored file on record; user and company are None where the platform uploads."""

    file_id: UUID
    place: FilePlace
    uploader_id: UUID | None
    uploader_name: str | None
    uploader_company_id: UUID | None
    file_name: str
    content_type: str
    size: int
    sha256: str
    object_key: str
    document_type: DocumentType | None
    description: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttachFile:
    """Show the file to the parties of the thread that a message brought it into."""

    file_id: UUID
    thread_id: UUID
    message_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteFile:
    """
    Take the file away. A `company_id` of None is the platform, which may delete every file.

    `witnesses` are companies that may know of the file beside those it was shown to when it came.
    """

    file_id: UUID
    user_id: UUID | None
    company_id: UUID | None
    witnesses: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class UseContent:
    """Note that the file has the content; its object is the one offered where there is none yet."""

    sha256: str
    object_key: str
    size: int
    file_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseContent:
    """Note that the file has the content no longer."""

    sha256: str
    file_id: UUID


FileCommand = RecordFile | AttachFile | DeleteFile
ContentCommand = UseContent | ReleaseContent

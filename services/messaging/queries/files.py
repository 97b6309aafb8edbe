"""Files of cases and partnerships, and where their bytes are."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import DictRow

from services.messaging import cursors
from services.messaging.queries.tables import Tables
from shared.contracts.messaging import FilePage, FileUploader, FileView, StoredFile
from shared.errors import Invalid, NotFound

_PAST_EVERYTHING = 2**63 - 1


class FileReads(Tables):
    """Reads of files."""

    def list_files(
        self,
        *,
        case_id: UUID | None,
        partnership_id: UUID | None,
        viewer: UUID | None,
        limit: int,
        cursor: str | None,
    ) -> FilePage:
        """Return the files of a case or of a partnership, newest first. Raises NotFound."""
        scope = cursors.scope("files", case_id, partnership_id)
        before = cursors.parse(scope, cursor, default=_PAST_EVERYTHING)
        if (case_id is None) is (partnership_id is None):
            raise Invalid("place_not_named", "Give either a case_id or a partnership_id.", "case_id")
        if case_id is not None:
            rows, next_cursor = self._page(
                "list_files_of_case", scope, "position", limit, before=before, viewer=viewer, case_id=case_id
            )
            if not rows and not self._all("case_is_visible", case_id=case_id, viewer=viewer):
                raise NotFound("case_not_found", "There is no such case.")
        else:
            rows, next_cursor = self._page(
                "list_files_of_partnership",
                scope,
                "position",
                limit,
                before=before,
                viewer=viewer,
                partnership_id=partnership_id,
            )
            if not rows and not self._all(
                "partnership_is_visible", partnership_id=partnership_id, viewer=viewer
            ):
                raise NotFound("partnership_not_found", "There is no such partnership.")
        return FilePage(items=tuple(_file(row) for row in rows), next_cursor=next_cursor)

    def get_file(self, file_id: UUID, *, viewer: UUID | None) -> StoredFile:
        """Return the file. Raises NotFound, also for one that was deleted."""
        rows = self._all("get_file", file_id=file_id, viewer=viewer)
        if not rows:
            raise NotFound("file_not_found", "There is no such file.")
        row = rows[0]
        if row["deleted_at"] is not None:
            raise NotFound("file_deleted", "This file was deleted by those who uploaded it.")
        return StoredFile(file=_file(row), object_key=row["object_key"], sha256=row["sha256"])

    # --- for operators ---

    def list_all_files(self, *, case_id: UUID | None, limit: int) -> list[DictRow]:
        """Return the files as they are on record, deleted ones too, newest first."""
        return self._all("list_all_files", case_id=case_id, limit=limit)

    def file_record(self, file_id: UUID) -> DictRow:
        """Return the file as it is on record. Raises NotFound."""
        rows = self._all("get_file", file_id=file_id, viewer=None)
        if not rows:
            raise NotFound("file_not_found", "There is no such file.")
        return rows[0]

    def object_keys(self) -> frozenset[str]:
        """Return the keys of all objects that files need."""
        return frozenset(row["object_key"] for row in self._all("list_object_keys"))

    def contents_to_release(self, *, before: datetime) -> list[DictRow]:
        """Return which contents no file needs: deleted files', and never recorded ones' from before then."""
        return self._all("list_contents_to_release", before=before)


def _file(row: Mapping[str, Any]) -> FileView:
    return FileView(
        id=row["id"],
        context=row["context"],
        case_id=row["case_id"],
        thread_id=row["thread_id"],
        partnership_id=row["partnership_id"],
        message_id=row["message_id"],
        file_name=row["file_name"],
        content_type=row["content_type"],
        size=row["size"],
        document_type=row["document_type"],
        description=row["description"],
        uploaded_by=FileUploader(
            role=row["uploader_role"],
            company_id=row["uploader_company_id"],
            user_id=row["uploader_id"],
            name=row["uploader_name"],
        ),
        created_at=row["created_at"],
    )

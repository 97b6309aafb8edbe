"""Use cases of files: bytes go to and from the store here, and messaging decides what they are a file of."""

import logging
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from services.gateway.file_links import FileLinks
from services.gateway.ports import Services
from services.gateway.uploads import Upload
from shared.contracts import messaging
from shared.contracts.rpc import Caller, Request
from shared.errors import NotFound, ParleyError, Refused
from shared.file_store import FileStore, Incoming, ObjectMissing, object_key

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Filing:
    """What files need beside the services."""

    store: FileStore
    incoming: Incoming
    links: FileLinks

    def with_link(self, file: Mapping[str, Any], *, position: int | None = None) -> dict[str, Any]:
        """Return the file with a link that is good for an hour from now; see `FileLinks.with_link`."""
        return self.links.with_link(dict(file), datetime.now(UTC), position=position)


async def keep(
    filing: Filing, services: Services, upload: Upload[Any], check: messaging.CheckUpload, **details: Any
) -> dict[str, Any]:
    """
    Store what was received and put it on record; return the file and the position reached.

    The object comes first, so that no file is on record without one. A refusal removes it again; where the
    outcome is not known it stays, and the sweep finds out. Raises as `Services.call`, and StoreUnavailable.
    """
    file_id = uuid4()
    key = object_key(upload.file.sha256, file_id)
    request = messaging.RecordFile(
        **check.model_dump(),
        file_id=file_id,
        file_name=upload.file_name,
        content_type=upload.content_type,
        size=upload.file.size,
        sha256=upload.file.sha256,
        object_key=key,
        **details,
    )
    await filing.store.put(key, upload.file.path)
    try:
        recorded = await services.call("messaging", "record_file", request)
    except Refused:
        await remove(filing, key)
        raise
    if recorded["object_key"] != key:
        await remove(filing, key)
    position = recorded["position"]
    return {"file": filing.with_link(recorded["file"], position=position), "position": position}


async def delete(filing: Filing, services: Services, request: messaging.DeleteFile) -> int:
    """Delete the file, its object too where no other file needs it; return the position reached."""
    deleted = await services.call("messaging", "delete_file", request)
    if deleted["unused_object"] is not None:
        await remove(filing, deleted["unused_object"])
    position: int = deleted["position"]
    return position


async def remove(filing: Filing, key: str) -> None:
    """Remove an object that nobody needs; where that fails the sweep will do it."""
    try:
        await filing.store.remove(key)
    except ParleyError:
        logger.warning("Object not removed", extra={"action": "object_not_removed", "object": key})


async def content(filing: Filing, stored: Mapping[str, Any], start: int, stop: int) -> AsyncIterator[bytes]:
    """
    Return that part of a file's content.

    Raises StoreUnavailable; NotFound where the file was deleted a moment ago, and its object with it.
    """
    try:
        return await filing.store.read(stored["object_key"], start, stop)
    except ObjectMissing as error:
        logger.exception("Object missing", extra={"action": "object_missing", "object": stored["object_key"]})
        raise NotFound("file_content_missing", "The content of this file is not there.") from error


def for_link(file_id: UUID, correlation_id: UUID, *, min_position: int | None) -> Request:
    """Return the question for a file whose link was good: the link speaks for whoever has it."""
    platform = Caller(user_id=None, company_id=None, role="ops", name="file link")
    return messaging.GetFile(
        caller=platform, correlation_id=correlation_id, file_id=file_id, min_position=min_position
    )

"""What crashes leave of files: contents that no file has, objects that no content names, half uploads."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from services.messaging.commands import Origin, content_id
from services.messaging.handlers.files import release_content
from services.messaging.handlers.streams import Archive
from services.messaging.queries import Reads
from shared.file_store import FileStore, Incoming, digest_in

UNDER_WAY = timedelta(hours=1)
"""An upload may be between store and log for so long; what is younger is left alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SweptFiles:
    """
    What was found and, unless it was only looked for, put right.

    `missing` are objects that files need and the store does not have: that is for people to look at.
    """

    contents_released: int
    objects_removed: tuple[str, ...]
    uploads_removed: int
    missing: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def sweep_files(
    archive: Archive,
    reads: Reads,
    store: FileStore,
    incoming: Incoming,
    *,
    at: datetime,
    dry_run: bool,
) -> SweptFiles:
    """
    Bring the store in line with the log; safe to run at any time, twice, or on two machines at once.

    `at` is business time; how old an object is the store tells in its own. An object is removed only where
    the content's stream says that it is not needed. Raises StoreUnavailable, LogUnavailable.
    """
    to_release = reads.contents_to_release(before=at - UNDER_WAY)
    origin = Origin(id=uuid4(), at=at, actor="ops:sweep", correlation_id=uuid4())
    if not dry_run:
        for row in to_release:
            release_content(archive, sha256=row["sha256"], file_id=row["file_id"], origin=origin)
    needed = reads.object_keys() - frozenset(row["object_key"] for row in to_release)
    present, removed = asyncio.run(_sweep_objects(archive, store, dry_run=dry_run))
    return SweptFiles(
        contents_released=len(to_release),
        objects_removed=tuple(sorted(removed)),
        uploads_removed=0 if dry_run else incoming.sweep(),
        # The list of what is needed may be older than a deletion: ask the streams before anybody worries.
        missing=tuple(sorted(key for key in needed - present if _is_needed(archive, key))),
    )


async def _sweep_objects(archive: Archive, store: FileStore, *, dry_run: bool) -> tuple[set[str], set[str]]:
    """Return the keys of all objects found, and of those among them that nobody needs."""
    before = datetime.now(UTC) - UNDER_WAY
    present, removed = set(), set()
    async for found in store.objects():
        present.add(found.key)
        if found.stored_at < before and not await asyncio.to_thread(_is_needed, archive, found.key):
            removed.add(found.key)
    if not dry_run:
        for key in removed:
            await store.remove(key)
    return present, removed


def _is_needed(archive: Archive, key: str) -> bool:
    digest = digest_in(key)
    # What has no key of ours is somebody else's, and stays.
    return digest is None or archive.contents.load(content_id(digest)).object_key == key

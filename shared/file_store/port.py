"""What is needed of a store of files."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol
from uuid import UUID

from shared.errors import ParleyError, Retryable

READ_BYTES = 256 * 1024
"""What is read at once, and so what a download holds in memory."""

_KEY = re.compile(
    r"(?P<sha256>[0-9a-f]{64})-[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
)


class StoreUnavailable(Retryable):
    """The store cannot be reached or has no room; try again later."""


class ObjectMissing(ParleyError):
    """The store has no object with this key, although there should be one."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object in the store; `stored_at` is the store's own time."""

    key: str
    size: int
    stored_at: datetime


def object_key(sha256: str, file_id: UUID) -> str:
    """Return the key of the object that the upload of this file brings: told by its content, and its own."""
    return f"{sha256}-{file_id}"


def digest_in(key: str) -> str | None:
    """Return the digest in an object's key, None where it is no key of ours."""
    match = _KEY.fullmatch(key)
    return match["sha256"] if match else None


class FileStore(Protocol):
    """Keeps objects; safe to use from many tasks at once, and none of its calls blocks the event loop."""

    async def put(self, key: str, source: Path) -> None:
        """
        Store the content of a local file: afterwards it is there whole, come what may, or not at all.

        May move the file away. Raises StoreUnavailable.
        """
        ...

    async def read(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """
        Return the bytes from `start` up to `stop`, piece by piece.

        Raises ObjectMissing, StoreUnavailable; the iterator raises StoreUnavailable too.
        """
        ...

    async def remove(self, key: str) -> None:
        """Remove the object; one that is not there is removed already. Raises StoreUnavailable."""
        ...

    def objects(self) -> AsyncIterator[StoredObject]:
        """Return all objects, in no order. Raises StoreUnavailable."""
        ...

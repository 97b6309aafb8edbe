"""Files in a local folder: an object is a file, made by renaming one that is on disk already."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

from shared.file_store.port import (
    READ_BYTES,
    ObjectMissing,
    StoredObject,
    StoreUnavailable,
    digest_in,
)


class FolderStore:
    """
    Keeps objects under `<folder>/<first two characters>/<key>`.

    A file to put must be on the same file system, and flushed to disk: it is renamed.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def put(self, key: str, source: Path) -> None:
        """Rename the file to its object and flush the folder that holds it."""
        await asyncio.to_thread(self._put, self._path(key), source)

    async def read(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Open the object and return its pieces."""
        number = await asyncio.to_thread(_open, self._path(key))
        return _pieces(number, start, stop)

    async def remove(self, key: str) -> None:
        """Unlink the object."""
        await asyncio.to_thread(_unlink, self._path(key))

    async def objects(self) -> AsyncIterator[StoredObject]:
        """Walk the folder."""
        walk = self._walk()
        while (found := await asyncio.to_thread(next, walk, None)) is not None:
            yield found

    def _path(self, key: str) -> Path:
        if digest_in(key) is None:
            raise ValueError(f"{key!r} is no key of an object")
        return self.folder / key[:2] / key

    def _put(self, path: Path, source: Path) -> None:
        try:
            if not path.parent.is_dir():
                path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
                _sync_folder(path.parent.parent)
            source.rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            raise StoreUnavailable(f"the object cannot be stored: {error.strerror}") from error

    def _walk(self) -> Iterator[StoredObject]:
        for path in self.folder.glob("??/*"):
            try:
                status = path.stat()
            except FileNotFoundError:
                continue
            yield StoredObject(path.name, status.st_size, datetime.fromtimestamp(status.st_mtime, UTC))


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY)
    except FileNotFoundError as error:
        raise ObjectMissing(f"there is no object {path.name}") from error
    except OSError as error:
        raise StoreUnavailable(f"the object cannot be read: {error.strerror}") from error


def _unlink(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreUnavailable(f"the object cannot be removed: {error.strerror}") from error


async def _pieces(number: int, start: int, stop: int) -> AsyncIterator[bytes]:
    try:
        while start < stop:
            piece = await asyncio.to_thread(os.pread, number, min(READ_BYTES, stop - start), start)
            if not piece:
                raise StoreUnavailable("the object is shorter than it should be")
            start += len(piece)
            yield piece
    finally:
        os.close(number)

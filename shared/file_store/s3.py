"""Files in an S3-compatible store; credentials come from where AWS's own tools look for them."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import obstore
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import S3Store

from shared.file_store.port import READ_BYTES, ObjectMissing, StoredObject, StoreUnavailable

PART_BYTES = 5 * 1024 * 1024
"""The least that S3 takes as a part of a larger object."""

PUTS_AT_ONCE = 3
"""Each holds a part or two in memory; the others wait, their bytes on disk."""

_RETRY_SECONDS = 30


class ObjectStore:
    """Keeps objects in a bucket, below a prefix."""

    def __init__(self, *, bucket: str, prefix: str, endpoint: str | None, region: str | None) -> None:
        self._puts = asyncio.Semaphore(PUTS_AT_ONCE)
        self._bucket = S3Store(
            bucket,
            prefix=prefix or None,
            endpoint=endpoint,
            region=region,
            virtual_hosted_style_request=endpoint is None,
            client_options={"allow_http": endpoint is not None and endpoint.startswith("http://")},
            retry_config={"max_retries": 5, "retry_timeout": timedelta(seconds=_RETRY_SECONDS)},
        )

    async def put(self, key: str, source: Path) -> None:
        """Send the file, in parts where it is large; the store shows it when it has all of them."""
        async with self._puts:
            try:
                await obstore.put_async(self._bucket, key, source, chunk_size=PART_BYTES, max_concurrency=1)
            except (BaseError, OSError) as error:
                _unavailable(error)

    async def read(self, key: str, start: int, stop: int) -> AsyncIterator[bytes]:
        """Ask for the object and return its pieces as they come."""
        try:
            found = await obstore.get_async(self._bucket, key, options={"range": (start, stop)})
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(f"there is no object {key}") from error
        except BaseError as error:
            _unavailable(error)
        return _pieces(found)

    async def remove(self, key: str) -> None:
        """Delete the object."""
        try:
            await obstore.delete_async(self._bucket, key)
        except (NotFoundError, FileNotFoundError):
            return
        except BaseError as error:
            _unavailable(error)

    async def objects(self) -> AsyncIterator[StoredObject]:
        """List the bucket below the prefix."""
        try:
            async for page in obstore.list(self._bucket):
                for found in page:
                    yield StoredObject(found["path"], found["size"], found["last_modified"])
        except BaseError as error:
            _unavailable(error)


async def _pieces(found: "obstore.GetResult") -> AsyncIterator[bytes]:
    try:
        async for piece in found.stream(min_chunk_size=READ_BYTES):
            yield bytes(piece)
    except BaseError as error:
        _unavailable(error)


def _unavailable(error: Exception) -> NoReturn:
    # The library's text quotes requests and answers: the log has it, callers do not.
    raise StoreUnavailable("the object store does not do what it is asked") from error

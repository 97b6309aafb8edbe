"""
Receiving a file: a form that is read piece by piece, written to disk as it comes, and checked there.

Whatever goes wrong, nothing of it is left behind. Memory is a few pieces per upload, however large the file.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fastapi import Request
from multipart import MultipartError, MultipartSegment, PushMultipartParser, parse_options_header
from pydantic import BaseModel, ValidationError
from starlette.requests import ClientDisconnect

from services.gateway import file_names, file_types
from services.gateway.errors import (
    BodyTooLarge,
    InvalidFields,
    NotReadable,
    TooSlow,
    UnsupportedMediaType,
)
from shared.contracts.messaging import FILE_MAX_BYTES
from shared.errors import Invalid
from shared.file_store import Incoming, IncomingFile, StoreUnavailable

FORM_BYTES = 65_536
"""What a form may have beside its file: fields, and what stands between them."""

WRITE_BYTES = 512 * 1024
"""What is written at once: while a thread does, as much again comes in, and then the client has to wait."""

PART_HEADER_BYTES = 16_384
PARTS = 12
PIECE_SECONDS = 30.0
"""The longest pause between two pieces of a body."""

UPLOAD_SECONDS = 900.0

F = TypeVar("F", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Upload(Generic[F]):
    """A file that was received whole and checked, on disk, with the fields of its form."""

    file: IncomingFile
    file_name: str
    content_type: str
    fields: F


@asynccontextmanager
async def received(request: Request, incoming: Incoming, fields: type[F]) -> AsyncIterator[Upload[F]]:
    """
    Give the upload that the request carries; after the block what was not moved into the store is gone.

    Raises UnsupportedMediaType, BodyTooLarge, TooSlow, NotReadable, InvalidFields, Invalid.
    """
    form = _Form(request, incoming)
    try:
        await form.read()
        file = form.complete_file()
        checked = _fields(fields, form.texts)
        name = file_names.clean(form.file_name)
        file_type = await asyncio.to_thread(_checked, file, name)
        yield Upload(file, file_names.fitting(name, file_type), file_type.content_type, checked)
    finally:
        # Shielded: whoever cancels us must not keep us from tidying up.
        await asyncio.shield(form.discard())


class _Form:
    """A `multipart/form-data` body, of which one part is the file."""

    def __init__(self, request: Request, incoming: Incoming) -> None:
        self._request = request
        self._incoming = incoming
        self._parser = PushMultipartParser(
            _boundary(request), max_header_size=PART_HEADER_BYTES, max_segment_count=PARTS
        )
        self._file: IncomingFile | None = None
        self._part: MultipartSegment | None = None
        self._pieces: list[bytes] = []
        self._waiting = 0
        self._writing: asyncio.Future[None] | None = None
        self._body_bytes = 0
        self._file_bytes = 0
        self._text_bytes = 0
        self._texts: dict[str, bytearray] = {}
        self.file_name: str | None = None

    @property
    def texts(self) -> dict[str, str]:
        """The fields. Raises InvalidFields where one is not UTF-8."""
        try:
            return {name: text.decode() for name, text in self._texts.items()}
        except UnicodeDecodeError as error:
            raise InvalidFields((("", "Write the fields in UTF-8."),)) from error

    def complete_file(self) -> IncomingFile:
        """Return the file. Raises InvalidFields where the form has none, Invalid where it is empty."""
        if self._file is None:
            raise InvalidFields((("file", "Send the file as the part named file."),))
        if self._file.size == 0:
            raise Invalid("file_empty", "The file is empty.", "file")
        return self._file

    async def read(self) -> None:
        """Read the body to its end."""
        announced = self._request.headers.get("content-length")
        if announced is not None and (
            not announced.isdigit() or int(announced) > FILE_MAX_BYTES + FORM_BYTES
        ):
            raise _too_large()
        try:
            async with asyncio.timeout(UPLOAD_SECONDS):
                await self._read()
        except ClientDisconnect as error:
            raise NotReadable("body_incomplete", "The connection ended before the body did.") from error
        except TimeoutError as error:
            raise TooSlow("body_too_slow", "The upload came too slowly.") from error
        except MultipartError as error:
            raise NotReadable("form_not_readable", f"The form cannot be read: {error}") from error
        except OSError as error:
            raise StoreUnavailable(f"the upload cannot be kept: {error.strerror}") from error

    async def _read(self) -> None:
        stream = self._request.stream().__aiter__()
        while not self._parser.closed:
            async with asyncio.timeout(PIECE_SECONDS):
                piece = await anext(stream, b"")
            if not piece:
                break
            # Also of what is no part of the form, before it and after it, nobody may send without end.
            self._body_bytes += len(piece)
            if self._body_bytes > FILE_MAX_BYTES + FORM_BYTES:
                raise _too_large()
            for event in self._parser.parse(piece):
                if isinstance(event, MultipartSegment):
                    await self._begin(event)
                elif event:
                    self._take(event)
            if self._waiting >= WRITE_BYTES:
                await self._write()
        self._parser.close()
        await self._write()
        await self._written()

    async def _begin(self, part: MultipartSegment) -> None:
        self._part = part
        if part.filename is None and part.name != "file":
            if part.name in self._texts:
                raise InvalidFields(((part.name, "Give this field once."),))
            self._texts[part.name or ""] = bytearray()
            return
        if self._file is not None:
            raise InvalidFields((("file", "Send one file at a time."),))
        if part.name != "file":
            raise InvalidFields(((part.name or "", "Send the file as the part named file."),))
        self.file_name = part.filename
        self._file = await asyncio.to_thread(self._incoming.begin)

    def _take(self, piece: bytes) -> None:
        part = self._part
        if part is not None and part.name in self._texts:
            self._text_bytes += len(piece)
            if self._text_bytes > FORM_BYTES:
                raise BodyTooLarge("body_too_large", f"The fields may have at most {FORM_BYTES} bytes.")
            self._texts[part.name] += piece
            return
        self._file_bytes += len(piece)
        if self._file_bytes > FILE_MAX_BYTES:
            raise _too_large()
        self._pieces.append(piece)
        self._waiting += len(piece)

    async def _write(self) -> None:
        """Have a thread write what has come in, once it has written what came before."""
        await self._written()
        pieces, self._pieces, self._waiting = self._pieces, [], 0
        if pieces and self._file is not None:
            loop = asyncio.get_running_loop()
            self._writing = loop.run_in_executor(None, self._file.write, pieces)

    async def _written(self) -> None:
        writing, self._writing = self._writing, None
        if writing is not None:
            await writing

    async def discard(self) -> None:
        """Leave nothing behind."""
        if self._file is None:
            return
        if self._writing is not None:
            # A file is not closed under the thread that writes it; how that goes matters to nobody now.
            await asyncio.wait([self._writing])
        await asyncio.to_thread(self._file.discard)


def _checked(file: IncomingFile, name: str) -> file_types.FileType:
    file_type = file_types.tell(file.file, file.size, name=name)
    file.sync()
    return file_type


def _boundary(request: Request) -> str:
    media_type, options = parse_options_header(request.headers.get("content-type", ""))
    boundary: str = options.get("boundary", "")
    if media_type != "multipart/form-data" or not boundary or not boundary.isprintable():
        raise UnsupportedMediaType("not_a_form", "Send the file as multipart/form-data, in the part file.")
    return boundary


def _fields(model: type[F], texts: dict[str, str]) -> F:
    # A form cannot leave a field out as JSON can: an empty one is none.
    given: dict[str, Any] = {name: text for name, text in texts.items() if text}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False, include_context=False)
        raise InvalidFields(
            tuple((".".join(map(str, each["loc"])), each["msg"]) for each in details)
        ) from error


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(
        "file_too_large", f"A file may have at most {FILE_MAX_BYTES // 2**20} MB ({FILE_MAX_BYTES} bytes)."
    )

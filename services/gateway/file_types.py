"""
What a file is, told by its content: its name says nothing that could be relied on.

Own checks and no library: of a dozen types the first bytes are the least part. Office files are archives with
certain parts, old ones are small file systems, archives must not unfold beyond reason, text must be text.
Nothing is unpacked to disk or held in memory.
"""

import re
import struct
import zlib
from codecs import getincrementaldecoder
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from services.gateway.errors import UnsupportedMediaType
from shared.errors import Invalid

READ_BYTES = 64 * 1024
UNPACKED_BYTES = 250 * 1024 * 1024
"""What an archive may hold in all, by its own word and in truth."""

RATIO = 200
"""How many times its size an entry may unfold to, above the first megabyte."""

RATIO_FREE_BYTES = 1024 * 1024
ENTRIES = 10_000
DIRECTORY_BYTES = 4 * 1024 * 1024

NAMES = "PDF, DOC, DOCX, XLS, XLSX, JPG, PNG, GIF, TXT, CSV, EML or ZIP"


@dataclass(frozen=True, slots=True)
class FileType:
    """A type that is taken; its name must end in one of the `endings`, or gets the first."""

    content_type: str
    endings: tuple[str, ...]


PDF = FileType("application/pdf", ("pdf",))
DOC = FileType("application/msword", ("doc",))
XLS = FileType("application/vnd.ms-excel", ("xls",))
DOCX = FileType("application/vnd.openxmlformats-officedocument.wordprocessingml.document", ("docx",))
XLSX = FileType("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", ("xlsx",))
JPEG = FileType("image/jpeg", ("jpg", "jpeg"))
PNG = FileType("image/png", ("png",))
GIF = FileType("image/gif", ("gif",))
TEXT = FileType("text/plain", ("txt",))
CSV = FileType("text/csv", ("csv",))
EML = FileType("message/rfc822", ("eml",))
ZIP = FileType("application/zip", ("zip",))

ALL = (PDF, DOC, DOCX, XLS, XLSX, JPEG, PNG, GIF, TEXT, CSV, EML, ZIP)

_BEGINNINGS: tuple[tuple[re.Pattern[bytes], FileType], ...] = (
    (re.compile(rb"%PDF-[0-9]"), PDF),
    (re.compile(rb"\x89PNG\r\n\x1a\n....IHDR", re.DOTALL), PNG),
    (re.compile(rb"\xff\xd8\xff"), JPEG),
    (re.compile(rb"GIF8[79]a"), GIF),
)


def tell(file: IO[bytes], size: int, *, name: str) -> FileType:
    """
    Return the type of the file; of its name only a choice between kinds of text is made.

    Raises UnsupportedMediaType for what is none of the types, Invalid for an archive that is broken or would
    unfold beyond reason.
    """
    file.seek(0)
    head = file.read(READ_BYTES)
    for beginning, file_type in _BEGINNINGS:
        if beginning.match(head):
            return file_type
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _old_office(file, size)
    if head.startswith(b"PK\x03\x04"):
        return _archive(file, size)
    return _text(file, head, name)


def _unknown(detail: str) -> UnsupportedMediaType:
    return UnsupportedMediaType("file_type_not_taken", f"{detail} Send a {NAMES}.", "file")


# --- text

_MARKUP = re.compile(
    rb"\s*<(!--|\?xml|(!doctype|html|head|body|script|style|iframe|svg|title|table|div|img|a|b|p|br|h1|font"
    rb"|meta|link|object|embed|form)[\s>/])",
    re.IGNORECASE,
)
_MAIL_HEADER = re.compile(rb"[!-9;-~]+:[ \t]?[^\r\n]*(\r?\n[ \t][^\r\n]*)*\r?\n")
_MAIL_NAMES = frozenset({b"from", b"to", b"date", b"subject", b"received", b"message-id", b"mime-version"})
_MAIL_NAMES_NEEDED = 2
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff]")
_CONTROLS_OF_ONE_BYTE = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f\x81\x8d\x8f\x90\x9d]")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def _text(file: IO[bytes], head: bytes, name: str) -> FileType:
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if head.startswith(mark)), "utf-8")
    beginning = head
    if encoding != "utf-8":
        beginning = head.decode(encoding, errors="replace").encode(errors="replace")
    if _MARKUP.match(beginning):
        raise _unknown("The file is HTML, SVG or XML, whatever its name says: such files are not taken.")
    if not (_is_text(file, encoding) or (encoding == "utf-8" and _is_text_of_one_byte(file))):
        raise _unknown("The content is of no type that is taken, whatever the name says.")
    if _is_mail(beginning):
        return EML
    return CSV if name.lower().endswith(".csv") else TEXT


def _is_text(file: IO[bytes], encoding: str) -> bool:
    decoder = getincrementaldecoder(encoding)()
    try:
        for piece in _pieces(file):
            if _CONTROLS.search(decoder.decode(piece)):
                return False
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_text_of_one_byte(file: IO[bytes]) -> bool:
    # Windows-1252 and its like, as spreadsheets still write it.
    return not any(_CONTROLS_OF_ONE_BYTE.search(piece) for piece in _pieces(file))


def _is_mail(head: bytes) -> bool:
    found = set()
    at = 0
    while (header := _MAIL_HEADER.match(head, at)) is not None:
        found.add(header[0].partition(b":")[0].lower())
        at = header.end()
    return len(found & _MAIL_NAMES) >= _MAIL_NAMES_NEEDED


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(READ_BYTES):
        yield piece


# --- archives, and the office files that are archives

_END = struct.Struct("<4s4H2LH")
_END_SIGNATURE = b"PK\x05\x06"
_COMMENT_BYTES = 65_535
_ENTRY = struct.Struct("<4s6H3L5H2L")
_ENTRY_SIGNATURE = b"PK\x01\x02"
_LOCAL = struct.Struct("<4s5H3L2H")
_LOCAL_SIGNATURE = b"PK\x03\x04"
_ENCRYPTED = 0x1
_STORED, _DEFLATED = 0, 8
_LARGE = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class _Entry:
    name: bytes
    flags: int
    method: int
    packed: int
    unpacked: int
    offset: int


def _archive(file: IO[bytes], size: int) -> FileType:
    entries = _entries(file, size)
    _check_word(entries)
    for entry in entries:
        _check_truth(file, entry)
    names = {entry.name for entry in entries}
    if b"[Content_Types].xml" not in names:
        return ZIP
    for part, file_type in ((b"word/document.xml", DOCX), (b"xl/workbook.xml", XLSX)):
        if part in names:
            if any(name.endswith(b"vbaProject.bin") for name in names):
                raise _unknown("The document contains macros: such files are not taken.")
            return file_type
    return ZIP


def _entries(file: IO[bytes], size: int) -> list[_Entry]:
    file.seek(max(0, size - _END.size - _COMMENT_BYTES))
    tail = file.read()
    at = tail.rfind(_END_SIGNATURE)
    if at < 0 or len(tail) - at < _END.size:
        raise _broken()
    _, disk, _, here, count, length, start, comment_length = _END.unpack_from(tail, at)
    if at + _END.size + comment_length != len(tail):
        raise _broken()
    if disk or here != count or not 1 <= count <= ENTRIES or length > DIRECTORY_BYTES:
        raise Invalid(
            "archive_too_many_entries",
            f"An archive may have 1 to {ENTRIES} entries, in one piece.",
            "file",
        )
    if start + length > size:
        raise _broken()
    file.seek(start)
    directory = file.read(length)
    entries = []
    at = 0
    for _ in range(count):
        if len(directory) - at < _ENTRY.size:
            raise _broken()
        (
            signature, _, _, flags, method, _, _, _, packed, unpacked,
            name_length, extra_length, comment_length, _, _, _, offset,
        ) = _ENTRY.unpack_from(directory, at)  # fmt: skip
        if signature != _ENTRY_SIGNATURE or _LARGE in (packed, unpacked, offset):
            raise _broken()
        at += _ENTRY.size
        entries.append(_Entry(directory[at : at + name_length], flags, method, packed, unpacked, offset))
        at += name_length + extra_length + comment_length
    return entries


def _check_word(entries: list[_Entry]) -> None:
    """Refuse what unfolds beyond reason by its own word, entries that share their bytes included."""
    total = sum(entry.unpacked for entry in entries)
    if total > UNPACKED_BYTES:
        raise _bomb()
    for entry in entries:
        if entry.unpacked > RATIO_FREE_BYTES and entry.unpacked > RATIO * entry.packed:
            raise _bomb()
        if entry.method not in (_STORED, _DEFLATED) and not entry.flags & _ENCRYPTED:
            raise Invalid(
                "archive_method_not_taken",
                "The archive is packed in a way that cannot be checked: pack it as an ordinary ZIP.",
                "file",
            )


def _check_truth(file: IO[bytes], entry: _Entry) -> None:
    """Unpack the entry into nothing: it must hold what it says. What is encrypted nobody can look into."""
    if entry.flags & _ENCRYPTED:
        return
    file.seek(entry.offset)
    header = file.read(_LOCAL.size)
    if len(header) < _LOCAL.size or not header.startswith(_LOCAL_SIGNATURE):
        raise _broken()
    name_length, extra_length = _LOCAL.unpack(header)[-2:]
    file.seek(name_length + extra_length, 1)
    if entry.method == _STORED:
        if entry.packed != entry.unpacked:
            raise _broken()
        return
    if _inflated_size(file, entry) != entry.unpacked:
        raise _broken()


def _inflated_size(file: IO[bytes], entry: _Entry) -> int:
    """Return how much the entry holds, counted little further than its own word; -1 where it does not end."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    left, total = entry.packed, 0
    try:
        while not inflater.eof and total <= entry.unpacked:
            packed = inflater.unconsumed_tail
            if not packed:
                packed = file.read(min(READ_BYTES, left))
                left -= len(packed)
            unpacked = inflater.decompress(packed, READ_BYTES)
            if not packed and not unpacked:
                return -1
            total += len(unpacked)
    except zlib.error as error:
        raise _broken() from error
    return total


def _broken() -> Invalid:
    return Invalid("archive_broken", "The archive or document is damaged: save it again.", "file")


def _bomb() -> Invalid:
    return Invalid(
        "archive_unfolds_too_far",
        f"Unpacked, the archive would have more than {UNPACKED_BYTES // 2**20} MB, "
        f"or an entry of it more than {RATIO} times its size.",
        "file",
    )


# --- Word and Excel before 2007: a small file system, whose directory tells what it holds

_SECTORS_END = 0xFFFFFFFA
_DIRECTORY_ENTRY_BYTES = 128
_NAME_BYTES = 64
_HEADER_TABLE = 109
_CHAIN_SECTORS = 4096
_OLD_OFFICE = {"WordDocument": DOC, "Workbook": XLS, "Book": XLS}


def _old_office(file: IO[bytes], size: int) -> FileType:
    try:
        names = set(_directory_names(file, size))
    except struct.error as error:
        raise _broken() from error
    for name, file_type in _OLD_OFFICE.items():
        if name in names:
            return file_type
    raise _unknown("The file is an old office file, but neither Word nor Excel.")


def _directory_names(file: IO[bytes], size: int) -> Iterator[str]:
    file.seek(0)
    header = file.read(512)
    (shift,) = struct.unpack_from("<H", header, 30)
    if shift not in (9, 12):
        raise _broken()
    sector_bytes = 1 << shift
    (first,) = struct.unpack_from("<L", header, 48)
    table_first, table_count = struct.unpack_from("<2L", header, 68)

    def sector(number: int) -> bytes:
        start = (number + 1) * sector_bytes
        if start >= size:
            raise _broken()
        file.seek(start)
        return file.read(sector_bytes).ljust(sector_bytes, b"\0")

    in_sector = sector_bytes // 4
    allocation = list(struct.unpack_from(f"<{_HEADER_TABLE}L", header, 76))
    for _ in range(min(table_count, _CHAIN_SECTORS)):
        if table_first >= _SECTORS_END:
            break
        more = struct.unpack(f"<{in_sector}L", sector(table_first))
        allocation += more[:-1]
        table_first = more[-1]

    number = first
    for _ in range(_CHAIN_SECTORS):
        if number >= _SECTORS_END:
            return
        content = sector(number)
        for at in range(0, sector_bytes, _DIRECTORY_ENTRY_BYTES):
            (length,) = struct.unpack_from("<H", content, at + _NAME_BYTES)
            yield content[at : at + max(0, min(length, _NAME_BYTES) - 2)].decode("utf-16-le", "replace")
        table = number // in_sector
        if table >= len(allocation) or allocation[table] >= _SECTORS_END:
            raise _broken()
        number = struct.unpack_from("<L", sector(allocation[table]), number % in_sector * 4)[0]
    raise _broken()

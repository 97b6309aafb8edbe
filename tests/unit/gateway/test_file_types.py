"""What a file is, by its content alone; and what must not get in under any name."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable

import pytest

from services.gateway import file_types
from services.gateway.errors import UnsupportedMediaType
from services.gateway.file_types import FileType
from shared.errors import Invalid


def told(content: bytes, *, name: str = "invoice.pdf") -> FileType:
    return file_types.tell(io.BytesIO(content), len(content), name=name)


def zipped(**entries: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name.replace("__", "/"), content)
    return file.getvalue()


def office(part: str, **more: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("[Content_Types].xml", part, *more):
            archive.writestr(name, b"<x/>")
    return file.getvalue()


def old_office(stream: str) -> bytes:
    """Return the smallest old office file: header, allocation table, directory."""
    header = bytearray(512)
    header[:8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    struct.pack_into("<H", header, 30, 9)
    struct.pack_into("<L", header, 48, 1)
    struct.pack_into("<2L", header, 68, 0xFFFFFFFE, 0)
    struct.pack_into("<109L", header, 76, 0, *[0xFFFFFFFF] * 108)
    table = struct.pack("<128L", 0xFFFFFFFD, 0xFFFFFFFE, *[0xFFFFFFFF] * 126)
    directory = bytearray(512)
    for number, name in enumerate(("Root Entry", stream)):
        text = name.encode("utf-16-le")
        directory[number * 128 : number * 128 + len(text)] = text
        struct.pack_into("<H", directory, number * 128 + 64, len(text) + 2)
    return bytes(header + table + directory)


GOOD: list[tuple[str, bytes, FileType]] = [
    ("pdf", b"%PDF-1.7\n...", file_types.PDF),
    ("png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR...", file_types.PNG),
    ("jpg", b"\xff\xd8\xff\xe0...", file_types.JPEG),
    ("gif", b"GIF89a...", file_types.GIF),
    ("zip", zipped(a=b"hello"), file_types.ZIP),
    ("docx", office("word/document.xml"), file_types.DOCX),
    ("xlsx", office("xl/workbook.xml"), file_types.XLSX),
    ("pptx is an archive", office("ppt/presentation.xml"), file_types.ZIP),
    ("doc", old_office("WordDocument"), file_types.DOC),
    ("xls", old_office("Workbook"), file_types.XLS),
    ("txt", "Grüße aus Århus".encode(), file_types.TEXT),
    ("txt of one byte", "Grüße".encode("cp1252"), file_types.TEXT),
    ("txt of two bytes", "Grüße".encode("utf-16"), file_types.TEXT),
    ("txt with a mark", "Grüße".encode("utf-8-sig"), file_types.TEXT),
    ("a formula", b"2 < 3 and <- is an arrow", file_types.TEXT),
    ("eml", b"From: a@b.example\r\nTo: c@d.example\r\nSubject: x\r\n  y\r\n\r\nHello", file_types.EML),
    ("csv without headers", b"a: 1,b: 2\n", file_types.TEXT),
]


@pytest.mark.parametrize(("content", "file_type"), [case[1:] for case in GOOD], ids=[c[0] for c in GOOD])
def test_each_type_is_known_by_its_content(content: bytes, file_type: FileType) -> None:
    assert told(content) == file_type
    assert told(content, name="whatever.exe") == file_type


def test_a_table_is_told_from_prose_by_its_name_alone() -> None:
    assert told(b"a;b\n1;2\n", name="konto.CSV") == file_types.CSV
    assert told(b"a;b\n1;2\n", name="konto.txt") == file_types.TEXT


REFUSED: list[tuple[str, bytes]] = [
    ("html", b"<!DOCTYPE html><script>alert(1)</script>"),
    ("html after space", b"\r\n \t<html>"),
    ("html with a mark", b"\xef\xbb\xbf<html>"),
    ("html of two bytes", "<html>".encode("utf-16")),
    ("svg", b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'),
    ("svg as xml", b'<?xml version="1.0"?><svg/>'),
    ("comment first", b"<!-- --><script>alert(1)</script>"),
    ("script", b"<script>alert(1)</script>"),
    ("program", b"MZ\x90\x00\x03\x00\x00\x00"),
    ("elf", b"\x7fELF\x02\x01\x01\x00"),
    ("pdf not at its beginning", b"\0%PDF-1.7"),
    ("html before pdf", b"<html>%PDF-1.7"),
    ("nul in text", b"hello\x00world"),
    ("control characters", b"hello\x07\x08"),
    ("random", bytes(range(256))),
    ("rar", b"Rar!\x1a\x07\x01\x00"),
    ("7z", b"7z\xbc\xaf\x27\x1c\x00\x04"),
    ("gzip", b"\x1f\x8b\x08\x00"),
    ("old powerpoint", old_office("PowerPoint Document")),
    ("macros", office("word/document.xml", **{"word/vbaProject.bin": b""})),
]


@pytest.mark.parametrize("content", [case[1] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_is_none_of_the_types_is_refused_under_every_name(content: bytes) -> None:
    for name in ("invoice.pdf", "table.csv", "notes.txt", "photo.jpg", "no ending"):
        with pytest.raises(UnsupportedMediaType) as refusal:
            told(content, name=name)
        assert refusal.value.code == "file_type_not_taken"


def test_late_control_characters_are_found_too() -> None:
    with pytest.raises(UnsupportedMediaType):
        told(b"a" * 200_000 + b"\x00")


def test_a_character_may_lie_across_two_pieces() -> None:
    assert told(b"a" * (file_types.READ_BYTES - 1) + "ö".encode() + b"b") == file_types.TEXT


def bomb_by_its_word() -> bytes:
    return zipped(zeros=bytes(30_000_000))


def bomb_in_pieces() -> bytes:
    return zipped(**{f"part{number}": bytes(1_000_000) for number in range(300)})


def lying(content: bytes, said: int) -> bytes:
    """Return an archive whose only entry says that it holds so many bytes."""
    archive = bytearray(zipped(a=content))
    checksum = zlib.crc32(content[:said])
    directory = archive.rfind(b"PK\x01\x02")
    for offset in (14, directory + 16):
        struct.pack_into("<L", archive, offset, checksum)
    for offset in (22, directory + 24):
        struct.pack_into("<L", archive, offset, said)
    return bytes(archive)


def sharing() -> bytes:
    """Return an archive of many entries that all are the same bytes."""
    archive = zipped(a=bytes(1_000_000))
    directory = archive.rfind(b"PK\x01\x02")
    end = archive.rfind(b"PK\x05\x06")
    entries = archive[directory:end] * 1000
    return (
        archive[:directory]
        + entries
        + struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1000, 1000, len(entries), directory, 0)
    )


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (bomb_by_its_word, "archive_unfolds_too_far"),
        (bomb_in_pieces, "archive_unfolds_too_far"),
        (sharing, "archive_unfolds_too_far"),
        (lambda: lying(bytes(5_000_000), 10), "archive_broken"),
        (lambda: lying(b"abc", 500), "archive_broken"),
        (lambda: zipped(a=b"hello")[:-5], "archive_broken"),
        (lambda: b"PK\x03\x04" + bytes(100), "archive_broken"),
        (lambda: zipped(a=b"hello") + b"MZ and more", "archive_broken"),
        (lambda: zipped(**{str(number): b"" for number in range(10_001)}), "archive_too_many_entries"),
        (lambda: zipped(a=b"x").replace(b"\x08\x00", b"\x0e\x00"), "archive_method_not_taken"),
    ],
    ids=[
        "one entry",
        "many entries",
        "entries that share their bytes",
        "more than it says",
        "less than it says",
        "cut off",
        "no directory",
        "something behind it",
        "too many entries",
        "packed in another way",
    ],
)
def test_an_archive_that_cannot_be_trusted_is_refused(make: Callable[[], bytes], code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        told(make())

    assert (refusal.value.code, refusal.value.field) == (code, "file")


def test_a_well_packed_table_is_no_bomb() -> None:
    rows = b"".join(b"%d;invoice;8400.00\n" % number for number in range(200_000))

    assert told(zipped(table=rows)) == file_types.ZIP


def test_what_is_encrypted_is_taken_at_its_word() -> None:
    archive = bytearray(zipped(a=b"hello hello hello"))
    directory = archive.rfind(b"PK\x01\x02")
    archive[6] |= 1
    archive[directory + 8] |= 1
    archive[35:40] = b"xxxxx"

    assert told(bytes(archive)) == file_types.ZIP


@pytest.mark.parametrize("cut", [8, 100, 511, 512, 600, 1023])
def test_a_cut_off_old_office_file_is_refused(cut: int) -> None:
    with pytest.raises((Invalid, UnsupportedMediaType)):
        told(old_office("WordDocument")[:cut])


def test_a_directory_that_runs_in_circles_comes_to_an_end() -> None:
    content = bytearray(old_office("Something"))
    struct.pack_into("<L", content, 512 + 4, 1)

    with pytest.raises(Invalid):
        told(bytes(content))

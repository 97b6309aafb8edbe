"""Names of files: what is kept of them, what a browser is told."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.gateway import file_names, file_types


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("invoice.pdf", "invoice.pdf"),
        ("Rechnung Müller.pdf", "Rechnung Müller.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\anna\\invoice.pdf", "invoice.pdf"),
        ("/", "file"),
        ("..", "file"),
        (".htaccess", "htaccess"),
        ("", "file"),
        (None, "file"),
        ("a\r\nSet-Cookie: x=1\r\n.pdf", "a Set-Cookie_ x=1 .pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("zero\u200bwidth.pdf", "zerowidth.pdf"),
        ("nul\x00byte.pdf", "nulbyte.pdf"),
        ('quote".pdf', "quote_.pdf"),
        ("half \ud800 character.pdf", "half _ character.pdf"),
        ("  spaces \t .pdf ", "spaces .pdf"),
        ("con.txt", "_con.txt"),
        ("LPT1", "_LPT1"),
        ("e\u0301.pdf", "é.pdf"),
        ("a" * 4096 + ".pdf", "a" * 196 + ".pdf"),
        ("ö" * 4096 + ".pdf", "ö" * 98 + ".pdf"),
    ],
)
def test_what_is_kept_of_a_name(sent: str | None, kept: str) -> None:
    assert file_names.clean(sent) == kept


@given(st.text(alphabet=st.characters(exclude_categories=())))
def test_every_name_can_be_kept_shown_and_sent(sent: str) -> None:
    name = file_names.fitting(file_names.clean(sent), file_types.PDF)
    header = file_names.disposition(name)

    assert name == file_names.fitting(file_names.clean(name), file_types.PDF)
    assert 1 <= len(name.encode()) <= file_names.MAX_BYTES
    assert name.endswith((".pdf", ".PDF", ".Pdf", ".pDf", ".pdF", ".PDf", ".pDF", ".PdF"))
    assert not {"/", "\\", '"'} & set(name)
    assert not any(unicodedata.category(each) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for each in name)
    assert header.isascii()
    assert header.isprintable()
    assert header.count('"') == 2


@pytest.mark.parametrize(
    ("name", "fitted"),
    [
        ("photo.JPEG", "photo.JPEG"),
        ("photo.jpg", "photo.jpg"),
        ("photo.pdf", "photo.pdf.jpg"),
        ("photo", "photo.jpg"),
        ("a" * 200, "a" * 196 + ".jpg"),
    ],
)
def test_a_name_that_says_something_else_gets_the_right_ending(name: str, fitted: str) -> None:
    assert file_names.fitting(name, file_types.JPEG) == fitted


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("invoice.pdf", "attachment; filename=\"invoice.pdf\"; filename*=UTF-8''invoice.pdf"),
        ("Øl 50%.pdf", "attachment; filename=\"l 50_.pdf\"; filename*=UTF-8''%C3%98l%2050%25.pdf"),
        (
            "счёт.pdf",
            "attachment; filename=\"file.pdf\"; filename*=UTF-8''%D1%81%D1%87%D1%91%D1%82.pdf",
        ),
    ],
)
def test_a_browser_is_told_the_name_twice(name: str, header: str) -> None:
    assert file_names.disposition(name) == header

"""Uploads through real sockets: what is taken, what is refused, and that nothing of the refused stays."""

import io
import os
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.contracts.messaging import FILE_MAX_BYTES
from shared.file_store import Incoming
from shared.testing import eventually
from tests.integration.gateway import stub_ids
from tests.integration.gateway.harness import ServedGateway, token

PATH = "/api/v1/cases/00000000-0000-0000-0000-000000000021/files"
PDF = b"%PDF-1.7\n..."
BOUNDARY = "frontier"
FORM = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}


def part(content: bytes, *, name: str = "file", file_name: str | None = "invoice.pdf") -> bytes:
    of_file = f'; filename="{file_name}"' if file_name is not None else ""
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{of_file}\r\n\r\n'
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


def field(name: str, text: str) -> bytes:
    return part(text.encode(), name=name, file_name=None)


def kept(gateway: ServedGateway) -> list[bytes]:
    """Return all that is in the store, and what lies on the way there."""
    folder = gateway.settings.home / "files"
    return [file.read_bytes() for file in folder.rglob("*") if file.is_file()]


@pytest.fixture
def empty(gateway: ServedGateway) -> Iterator[ServedGateway]:
    """Give a gateway whose store is empty before the test and after it."""
    folder = gateway.settings.home / "files" / "objects"
    yield gateway
    for file in folder.rglob("*"):
        if file.is_file():
            file.unlink()
    assert kept(gateway) == []


def sends(gateway: ServedGateway, body: Any, headers: dict[str, str] = FORM) -> httpx.Response:
    return gateway.asks("POST", PATH, content=body, headers=headers)


def test_a_file_is_stored_and_put_on_record(empty: ServedGateway) -> None:
    body = field("document_type", "DemandLetter") + part(PDF, file_name="a/b/Mahnung.pdf") + END

    answer = sends(empty, body)

    assert answer.status_code == 201, answer.text
    file = answer.json()
    assert (file["file_name"], file["content_type"], file["size"]) == (
        "Mahnung.pdf",
        "application/pdf",
        len(PDF),
    )
    assert file["document_type"] == "DemandLetter"
    assert file["url"].startswith(f"/api/v1/files/{file['id']}/content?se=")
    assert answer.headers["Location"] == f"/api/v1/attachments/{file['id']}"
    assert answer.headers["Parley-Position"] == "4715"
    assert kept(empty) == [PDF]


def test_raw_bytes_named_file_get_an_ending(empty: ServedGateway) -> None:
    answer = sends(empty, part(PDF, file_name="File") + END)

    assert answer.json()["file_name"] == "File.pdf"


def test_fields_may_come_behind_the_file_and_be_empty(empty: ServedGateway) -> None:
    answer = sends(empty, part(PDF) + field("description", "") + field("document_type", "") + END)

    assert answer.status_code == 201
    assert answer.json()["document_type"] is None


def test_25_mb_to_the_byte_are_taken_and_one_more_is_not(empty: ServedGateway) -> None:
    content = PDF + b"x" * (FILE_MAX_BYTES - len(PDF))

    assert sends(empty, part(content) + END).status_code == 201
    assert [len(file) for file in kept(empty)] == [FILE_MAX_BYTES]
    for body in (part(content + b"x") + END, iter((part(content + b"x"), END))):
        answer = sends(empty, body)
        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
        assert [len(file) for file in kept(empty)] == [FILE_MAX_BYTES]


def test_too_much_in_chunks_is_answered_at_once(empty: ServedGateway) -> None:
    """The client never ends its body, and has its answer all the same."""
    piece = b"x" * 1024 * 1024
    with socket.create_connection((empty.settings.api_host, empty.settings.api_port), timeout=30) as link:
        link.sendall(_head(empty, "Transfer-Encoding: chunked") + _chunk(part(PDF)[:-2]))
        for _ in range(25):
            link.sendall(_chunk(piece))
        answer = link.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"file_too_large" in answer


def test_nothing_can_be_sent_without_end_beside_the_file(empty: ServedGateway) -> None:
    much = [b"x" * 1024 * 1024] * 26

    for body in ([*much, b"\r\n", part(PDF), END], [part(PDF), END, *much]):
        answer = sends(empty, iter(body))
        assert (answer.status_code, answer.json()["code"]) == (413, "file_too_large")
        assert kept(empty) == []


def test_what_is_announced_too_large_is_not_read(empty: ServedGateway) -> None:
    with socket.create_connection((empty.settings.api_host, empty.settings.api_port), timeout=30) as link:
        link.sendall(_head(empty, f"Content-Length: {30 * 1024 * 1024}"))
        answer = link.recv(65_536)

    assert answer.startswith(b"HTTP/1.1 413 ")


def test_an_upload_that_is_cut_off_leaves_nothing(empty: ServedGateway) -> None:
    content = PDF + b"x" * 3_000_000
    with socket.create_connection((empty.settings.api_host, empty.settings.api_port)) as link:
        link.sendall(_head(empty, f"Content-Length: {len(content) * 2}") + part(content))
        eventually(lambda: len(kept(empty)) == 1)

    eventually(lambda: kept(empty) == [])


def test_an_upload_that_is_refused_at_the_end_leaves_nothing(empty: ServedGateway) -> None:
    answer = sends(empty, part(PDF) + field("description", "too late") + END)

    assert (answer.status_code, answer.json()["code"]) == (409, "case_merged")
    assert kept(empty) == []


def test_a_content_that_is_known_is_not_kept_twice(empty: ServedGateway) -> None:
    assert sends(empty, part(PDF) + field("description", "known") + END).status_code == 201
    assert kept(empty) == []


def test_a_place_of_others_is_refused_before_the_body_is_looked_at(empty: ServedGateway) -> None:
    answer = empty.asks("POST", f"/api/v1/cases/{stub_ids.CASE_OF_OTHERS}/files", content=b"no form")

    assert answer.status_code == 404


def zip_bomb() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(50_000_000))
    return file.getvalue()


@dataclass(frozen=True)
class Bad:
    name: str
    ask: Callable[[ServedGateway], httpx.Response]
    status: int
    code: str


def sending(body: bytes, headers: dict[str, str] = FORM) -> Callable[[ServedGateway], httpx.Response]:
    return lambda gateway: sends(gateway, body, headers)


BAD = [
    Bad("html named pdf", sending(part(b"<html><script>1</script>") + END), 415, "file_type_not_taken"),
    Bad("svg named pdf", sending(part(b"<svg onload='x'/>") + END), 415, "file_type_not_taken"),
    Bad("program", sending(part(b"MZ\x90\0\3\0") + END), 415, "file_type_not_taken"),
    Bad("zip bomb", sending(part(zip_bomb()) + END), 422, "archive_unfolds_too_far"),
    Bad("broken zip", sending(part(b"PK\x03\x04 nothing") + END), 422, "archive_broken"),
    Bad("empty file", sending(part(b"") + END), 422, "file_empty"),
    Bad("no file", sending(field("description", "x") + END), 422, "invalid_fields"),
    Bad("nothing", sending(END), 422, "invalid_fields"),
    Bad("two files", sending(part(PDF) + part(PDF) + END), 422, "invalid_fields"),
    Bad("file of another name", sending(part(PDF, name="image") + END), 422, "invalid_fields"),
    Bad("unknown field", sending(part(PDF) + field("colour", "blue") + END), 422, "invalid_fields"),
    Bad("field twice", sending(field("description", "a") * 2 + part(PDF) + END), 422, "invalid_fields"),
    Bad("unknown type", sending(part(PDF) + field("document_type", "Secret") + END), 422, "invalid_fields"),
    Bad("501 characters", sending(part(PDF) + field("description", "x" * 501) + END), 422, "invalid_fields"),
    Bad("NUL", sending(part(PDF) + field("description", "a\0b") + END), 422, "invalid_fields"),
    Bad(
        "no UTF-8",
        sending(part(PDF) + part(b"\xff", name="description", file_name=None) + END),
        422,
        "invalid_fields",
    ),
    Bad(
        "field of 100 kB",
        sending(field("description", "x" * 100_000) + part(PDF) + END),
        413,
        "body_too_large",
    ),
    Bad(
        "too many parts",
        sending(b"".join(field(f"f{number}", "x") for number in range(20)) + END),
        400,
        "form_not_readable",
    ),
    Bad("name of 20 kB", sending(part(PDF, file_name="x" * 20_000) + END), 400, "form_not_readable"),
    Bad(
        "name with raw line breaks",
        sending(part(PDF, file_name="a\r\nSet-Cookie: b=c\r\n.pdf") + END),
        400,
        "form_not_readable",
    ),
    Bad("no end", sending(part(PDF)), 400, "form_not_readable"),
    Bad("no form in it", sending(b"hello" * 100), 400, "form_not_readable"),
    Bad("JSON", sending(b"{}", {"Content-Type": "application/json"}), 415, "not_a_form"),
    Bad("no type", sending(part(PDF), {}), 415, "not_a_form"),
    Bad("no boundary", sending(part(PDF), {"Content-Type": "multipart/form-data"}), 415, "not_a_form"),
]


@pytest.mark.parametrize("bad", BAD, ids=lambda bad: bad.name)
def test_what_is_wrong_is_told_and_nothing_of_it_stays(empty: ServedGateway, bad: Bad) -> None:
    answer = bad.ask(empty)

    assert answer.status_code == bad.status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == bad.code
    assert kept(empty) == []


def test_a_name_of_4_kb_and_one_with_line_breaks_are_made_harmless(empty: ServedGateway) -> None:
    long = sends(empty, part(PDF, file_name="x" * 4000 + ".pdf") + END)
    broken = sends(empty, part(PDF, file_name="a%0D%0ASet-Cookie: b.pdf") + END)

    up = sends(empty, part(PDF, file_name="../../../etc/a.pdf") + END)
    across = sends(empty, part(PDF, file_name="C:\\\\Users\\\\anna\\\\a.pdf") + END)

    assert long.json()["file_name"] == "x" * 196 + ".pdf"
    assert [up.json()["file_name"], across.json()["file_name"]] == ["a.pdf", "a.pdf"]
    assert "\n" not in broken.json()["file_name"]
    assert "set-cookie" not in broken.headers


def test_json_bodies_stay_as_small_as_they_were(empty: ServedGateway) -> None:
    answer = empty.asks(
        "POST",
        "/api/v1/threads/00000000-0000-0000-0000-000000000022/messages",
        content=b" " * 200_000,
        headers={"Content-Type": "application/json"},
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


_UPLOADER = """
import sys, time
from pathlib import Path
from shared.file_store import Incoming
file = Incoming(Path(sys.argv[1])).begin()
file.write([b"%PDF half an invoice"])
file.sync()
print("written", flush=True)
time.sleep(600)
"""


def test_what_a_killed_process_left_is_swept_and_what_is_under_way_is_not(tmp_path: Path) -> None:
    incoming = Incoming(tmp_path)
    alive = incoming.begin()
    with subprocess.Popen([sys.executable, "-c", _UPLOADER, str(tmp_path)], stdout=subprocess.PIPE) as dead:
        assert dead.stdout is not None
        assert dead.stdout.readline() == b"written\n"
        assert incoming.sweep() == 0
        os.kill(dead.pid, signal.SIGKILL)

    assert len(list(tmp_path.iterdir())) == 2
    assert incoming.sweep() == 1
    assert list(tmp_path.iterdir()) == [alive.path]
    alive.discard()
    assert list(tmp_path.iterdir()) == []


def _head(gateway: ServedGateway, length: str) -> bytes:
    lines = (
        f"POST {PATH} HTTP/1.1",
        f"Host: {gateway.settings.api_host}",
        f"Authorization: Bearer {token(gateway.settings)}",
        f"Content-Type: {FORM['Content-Type']}",
        length,
    )
    return "\r\n".join((*lines, "", "")).encode()


def _chunk(content: bytes) -> bytes:
    return f"{len(content):x}\r\n".encode() + content + b"\r\n"

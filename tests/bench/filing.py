"""How fast files go in and out, beside a plain copy through the same server; and what 20 at once cost."""

import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import psutil

from shared.contracts.messaging import FILE_MAX_BYTES
from shared.testing import Processes
from tests.bench import floor
from tests.bench.report import Figure
from tests.bench.setting import Setting
from tests.bench.town import Town

AT_ONCE = 20
UPLOAD_TARGET = 0.5
MEMORY_TARGET_MB = 60
COPY = "/copy"
CREATED, OK = 201, 200

_BOUNDARY = "bench"
_MEGABYTE = 1e6


@dataclass(frozen=True, slots=True)
class Speeds:
    """Megabytes a second, one file after the other on one connection."""

    up: float
    down: float


def measure_floor(setting: Setting) -> Speeds:
    """Measure a plain copy: a body that is written to a file as it comes and flushed, a file that is sent."""
    setting.tell("plain copies of 25 MB")
    with floor.running(setting.settings) as running:
        host = running.url.removeprefix("http://")
        with _connected(host) as link:
            return _speeds(
                setting,
                up=lambda content: _put(link, host, COPY, "application/octet-stream", content)[0],
                down=lambda: _get(link, host, COPY),
            )


def measure(setting: Setting, processes: Processes, town: Town, plain: Speeds | None) -> None:
    """Upload and download files of 25 MB, then 20 at once."""
    setting.tell("files of 25 MB")
    chat = town.chats[0]
    path = f"/api/v1/cases/{chat.case_id}/files"
    links: list[str] = []

    def upload(link: socket.socket, content: bytes) -> int:
        status, answer = _put(link, town.host, path, *_form(content), token=chat.creditor.token)
        if status == CREATED:
            links.append(json.loads(answer)["url"])
        return status

    with _connected(town.host) as link:
        found = _speeds(
            setting,
            up=lambda content: upload(link, content),
            down=lambda: _get(link, town.host, links[-1]),
            created=CREATED,
        )
    ratio = found.up / plain.up if plain else None
    setting.report.add(
        Figure(
            bench="files",
            name="upload, checked and on record",
            value=found.up,
            unit="MB/s",
            floor=plain.up if plain else None,
            floor_name="plain copy",
            target=f"≥ {UPLOAD_TARGET} of floor",
            met=ratio >= UPLOAD_TARGET if ratio is not None else None,
        ),
        Figure(
            bench="files",
            name="download",
            value=found.down,
            unit="MB/s",
            floor=plain.down if plain else None,
            floor_name="plain copy",
        ),
    )
    _measure_memory(setting, processes.pid("gateway"), town.host, upload)


def _measure_memory(
    setting: Setting, gateway: int, host: str, upload: Callable[[socket.socket, bytes], int]
) -> None:
    setting.tell(f"{AT_ONCE} uploads of 25 MB at once")
    process = psutil.Process(gateway)
    before = process.memory_info().rss
    done = threading.Event()
    highest = [before]

    def watch() -> None:
        while not done.wait(0.01):
            highest[0] = max(highest[0], process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()

    def one(_: int) -> int:
        with _connected(host) as link:
            return upload(link, _content())

    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as clients:
        statuses = list(clients.map(one, range(AT_ONCE)))
    seconds = time.perf_counter() - started
    done.set()
    watcher.join()
    if set(statuses) != {CREATED}:
        raise RuntimeError(f"uploads were refused: {statuses}")
    grown = (highest[0] - before) / 2**20
    setting.report.add(
        Figure(
            bench="files",
            name=f"gateway's growth while {AT_ONCE} uploads of 25 MB run",
            value=grown,
            unit="MB",
            target=f"< {MEMORY_TARGET_MB} MB",
            met=grown < MEMORY_TARGET_MB,
        )
    )
    setting.report.remark(
        f"{AT_ONCE} uploads at once: {AT_ONCE * FILE_MAX_BYTES / _MEGABYTE / seconds:.0f} MB/s together"
    )


def _speeds(
    setting: Setting, *, up: Callable[[bytes], int], down: Callable[[], int], created: int = OK
) -> Speeds:
    rounds = 4 if setting.quick else 12
    seconds_up = seconds_down = 0.0
    for number in range(rounds + 1):
        content = _content()
        started = time.perf_counter()
        status = up(content)
        between = time.perf_counter()
        size = down()
        ended = time.perf_counter()
        if status != created or size != len(content):
            raise RuntimeError(f"the upload was answered {status}, the download had {size} bytes")
        if number:  # the first is to warm up
            seconds_up += between - started
            seconds_down += ended - between
    megabytes = rounds * FILE_MAX_BYTES / _MEGABYTE
    return Speeds(megabytes / seconds_up, megabytes / seconds_down)


def _content() -> bytes:
    """Return a file of the largest size that was never seen before."""
    head = b"%PDF-1.7 " + uuid4().hex.encode()
    return head + os.urandom(1024) + bytes(FILE_MAX_BYTES - len(head) - 1024)


def _form(content: bytes) -> tuple[str, bytes]:
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="bench.pdf"\r\n'
        "Content-Type: application/pdf\r\n\r\n"
    )
    return (
        f"multipart/form-data; boundary={_BOUNDARY}",
        b"".join((head.encode(), content, f"\r\n--{_BOUNDARY}--\r\n".encode())),
    )


@contextmanager
def _connected(host: str) -> Iterator[socket.socket]:
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port)), timeout=120) as link:
        yield link


def _put(
    link: socket.socket, host: str, path: str, content_type: str, body: bytes, *, token: str | None = None
) -> tuple[int, bytes]:
    link.sendall(
        _head("POST", path, host, token, f"content-type: {content_type}", f"content-length: {len(body)}")
    )
    link.sendall(body)
    status, length, rest = _answer_head(link)
    while len(rest) < length:
        rest += link.recv(65_536)
    return status, rest


def _get(link: socket.socket, host: str, path: str) -> int:
    """Return the size of what was downloaded."""
    link.sendall(_head("GET", path, host, None))
    status, length, rest = _answer_head(link)
    received = len(rest)
    room = bytearray(1024 * 1024)
    while received < length:
        received += link.recv_into(room)
    return received if status == OK else -status


def _head(method: str, path: str, host: str, token: str | None, *lines: str) -> bytes:
    bearer = [f"authorization: Bearer {token}"] if token else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", f"host: {host}", *bearer, *lines, "", ""]).encode()


def _answer_head(link: socket.socket) -> tuple[int, int, bytes]:
    received = b""
    while b"\r\n\r\n" not in received:
        piece = link.recv(65_536)
        if not piece:
            raise RuntimeError("the server closed the connection")
        received += piece
    head, _, rest = received.partition(b"\r\n\r\n")
    length = int(head.lower().split(b"content-length:", 1)[1].split(b"\r\n", 1)[0])
    return int(head[9:12]), length, rest

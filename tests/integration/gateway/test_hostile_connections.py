"""What comes before a request is one: bytes that are no HTTP, headers and bodies without an end."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from uuid import uuid4

import pytest

from services.gateway.adapters import http
from services.gateway.api import dependencies
from tests.integration.gateway.harness import ServedGateway, token


@contextmanager
def connected(gateway: ServedGateway) -> Iterator[socket.socket]:
    with socket.create_connection((gateway.settings.api_host, gateway.settings.api_port), timeout=10) as wire:
        yield wire


def heard(wire: socket.socket) -> tuple[int, dict[str, object]]:
    """Return status and problem of the answer; the gateway must close the connection after it."""
    received = b""
    while piece := wire.recv(65_536):
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in head
    return int(head.split()[1]), json.loads(body)


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"FETCH / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    ],
    ids=["TLS", "made-up method", "negative length"],
)
def test_what_is_no_http_is_told_so_as_a_problem(gateway: ServedGateway, sent: bytes) -> None:
    with connected(gateway) as wire:
        wire.sendall(sent)

        status, problem = heard(wire)

    assert (status, problem["code"]) == (400, "not_http")


def test_headers_without_an_end_are_cut_off(gateway: ServedGateway) -> None:
    with connected(gateway) as wire:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nX-Endless: ")
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            wire.sendall(b"x" * 100_000_000)


def test_headers_that_do_not_come_are_not_waited_for(
    gateway: ServedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "HEAD_SECONDS", 0.2)
    with connected(gateway) as wire, connected(gateway) as silent:
        wire.sendall(b"GET /healthz HTTP/1.1\r\nX-Slow: ")

        status, problem = heard(wire)

        assert (status, problem["code"]) == (408, "headers_too_slow")
        assert silent.recv(1) == b"", "who never says anything is not told anything"


def test_a_body_that_does_not_come_is_not_waited_for(
    gateway: ServedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dependencies, "BODY_SECONDS", 0.2)
    with connected(gateway) as wire:
        wire.sendall(
            f"POST /api/v1/threads/{uuid4()}/messages HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            f"Authorization: Bearer {token(gateway.settings)}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
        )

        status, problem = heard(wire)

    assert (status, problem["code"]) == (408, "body_too_slow")


def test_a_body_whose_pieces_are_nonsense_is_refused(gateway: ServedGateway) -> None:
    with connected(gateway) as wire:
        wire.sendall(
            f"POST /api/v1/threads/{uuid4()}/messages HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {token(gateway.settings)}\r\n"
            "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".encode()
        )

        status, problem = heard(wire)

    assert (status, problem["code"]) == (400, "not_http")


def test_a_client_that_goes_while_it_sends_is_no_failure_of_ours(gateway: ServedGateway) -> None:
    def failures() -> int:
        text = gateway.asks("GET", "/metrics", bearer=None).text
        return sum('messages",status="500"' in line for line in text.splitlines())

    before = failures()
    with connected(gateway) as wire:
        wire.sendall(
            f"POST /api/v1/threads/{uuid4()}/messages HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {token(gateway.settings)}\r\n"
            "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{".encode()
        )
        gateway.asks("GET", "/api/v1/me")
    gateway.asks("GET", "/api/v1/me")

    assert failures() == before


def test_nothing_is_written_into_an_answer_that_has_begun(gateway: ServedGateway) -> None:
    with connected(gateway) as wire:
        wire.sendall(
            "GET /api/v1/live HTTP/1.1\r\nHost: x\r\n"
            f"Authorization: Bearer {token(gateway.settings)}\r\n\r\n".encode()
        )
        received = b""
        while b"retry:" not in received:
            received += wire.recv(65_536)
        wire.sendall(b"\x00\r\n\r\n")
        with suppress(ConnectionResetError):
            while piece := wire.recv(65_536):
                received += piece

    assert b"problem" not in received

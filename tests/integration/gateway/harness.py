"""
A gateway as uvicorn serves it, the services behind it as nameko runs them, and a relay that tests can
misguide.
"""

import asyncio
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import amqp
import httpx
import jwt
import uvloop

from services.gateway.live import Hub
from services.gateway.service import Server, assembled, server
from shared import broker, readiness
from shared.contracts.envelope import EventData, NewEvent, RecordedEvent, Stream
from shared.contracts.messaging import MessagePosted
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.wire import to_wire
from shared.settings import Settings
from shared.testing import eventually
from tests.integration.gateway import stub_ids

PATIENCE = 30.0
Json = dict[str, Any]


def token(settings: Settings, **changes: Any) -> str:
    """Return a token of the creditor's Anna; `changes` replace claims or, with None, leave them out."""
    now = int(time.time())
    usual = {
        "sub": str(stub_ids.ANNA),
        "company_id": str(stub_ids.CREDITOR),
        "role": "creditor",
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "iat": now,
        "exp": now + 3600,
    }
    wanted = {name: value for name, value in {**usual, **changes}.items() if value is not None}
    return jwt.encode(wanted, settings.jwt_secret, algorithm="HS256")


class ServedGateway:
    """A gateway in a thread of its own, over real sockets."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.base = f"http://{settings.api_host}:{settings.api_port}"
        self.hub: Hub | None = None
        self._server: Server | None = None
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        async def run() -> None:
            async with assembled(self.settings) as (app, hub):
                self.hub = hub
                self._server = server(self.settings, app, hub)
                await self._server.serve()

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(run())

    @contextmanager
    def running(self) -> Iterator["ServedGateway"]:
        self._thread.start()
        try:
            eventually(self._answers)
            yield self
        finally:
            if self._server is not None:
                self._server.stop()
            self._thread.join(PATIENCE)
            assert not self._thread.is_alive()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.base}/healthz").is_success
        except httpx.HTTPError:
            return False

    def asks(
        self,
        method: str,
        path: str,
        *,
        bearer: str | None = "",
        headers: Mapping[str, str] | None = None,
        **arguments: Any,
    ) -> httpx.Response:
        """Return the answer to a request as Anna, as the bearer of another token, or as nobody (None)."""
        sent = dict(headers or {})
        if bearer is not None:
            sent["Authorization"] = f"Bearer {bearer or token(self.settings)}"
        return httpx.request(method, f"{self.base}{path}", headers=sent, timeout=PATIENCE, **arguments)

    @contextmanager
    def listens(self, *, bearer: str = "", last_event_id: int | None = None) -> Iterator["Ear"]:
        """Hold a live stream open."""
        # There is no TLS here, and to load the certificates takes longer than everything else.
        headers = {"Authorization": f"Bearer {bearer or token(self.settings)}"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        with (
            httpx.Client(timeout=httpx.Timeout(10, read=PATIENCE), verify=False) as http,
            http.stream("GET", f"{self.base}/api/v1/live", headers=headers) as answer,
        ):
            assert answer.status_code == 200, answer.read()
            yield Ear(answer)


@dataclass
class Ear:
    """Reads a live stream event by event; `last` is the id that a browser would come back with."""

    answer: httpx.Response
    last: int = -1
    heard: list[tuple[int, str, Json]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._lines = self.answer.iter_lines()

    def hear(self) -> tuple[int, str, Json] | None:
        """Return the next event, None at the end of the stream."""
        fields: dict[str, str] = {}
        for line in self._lines:
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.strip()
                continue
            self.last = int(fields.get("id", self.last))
            if "data" in fields:
                event = (self.last, fields["event"], json.loads(fields["data"]))
                self.heard.append(event)
                return event
            fields = {}
        return None

    def until(self, position: int) -> list[int]:
        """Return the positions of all events up to that one, which must come."""
        while self.last < position or not self.heard or self.heard[-1][0] < position:
            assert self.hear() is not None, f"the stream ended before {position}"
        return [heard for heard, _, _ in self.heard]


@contextmanager
def stub_services(amqp_url: str, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run the services behind the gateway in a process of their own."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    script = Path(__file__).parent / "stub_services.py"
    with output.open("ab") as file:
        process = subprocess.Popen(
            [sys.executable, str(script), amqp_url],
            env={**environment, "PYTHONPATH": str(Path(__file__).parents[3])},
            stdout=file,
            stderr=subprocess.STDOUT,
        )
    try:
        eventually(lambda: _consumed(amqp_url, process))
        yield process
    finally:
        process.kill()
        process.wait()


def _consumed(amqp_url: str, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "the stub services ended"
    settings = Settings(amqp_url=amqp_url)
    return all(readiness.is_ready(name, settings) for name in ("messaging", "tasks", "surveys"))


class Publisher:
    """A relay that publishes what the test tells it to, in any order, any number of times, or not at all."""

    def __init__(self, amqp_url: str) -> None:
        self._connection = readiness.connect(amqp_url)
        self._connection.connect()
        self._channel = self._connection.channel()
        broker.declare_windows(self._channel)

    def publish(self, *events: RecordedEvent, previous: int | None = None) -> None:
        """
        Publish the events in one message, as the relay does; `previous` is the position before the first.
        """
        before = [events[0].position - 1 if previous is None else previous, *(e.position for e in events)]
        window = [to_wire(event, position) for event, position in zip(events, before, strict=False)]
        message = amqp.Message(json.dumps(window), content_type="application/json")
        self._channel.basic_publish(message, exchange=broker.WINDOWS_EXCHANGE)

    def close(self) -> None:
        self._connection.close()


class Writer:
    """Appends messages to a real log."""

    def __init__(self, settings: Settings) -> None:
        self.log = PostgresEventLog(settings)

    def message(self, body: str, *, audience: Sequence[UUID]) -> RecordedEvent:
        thread_id, message_id = uuid4(), uuid4()
        data = MessagePosted(
            message_id=message_id,
            thread_id=thread_id,
            thread_kind="invoice_chat",
            case_id=uuid4(),
            case_reference="NV-1",
            partnership_id=None,
            client_message_id="1",
            role="creditor",
            author_id=stub_ids.ANNA,
            author_name="Anna Holm",
            author_company_id=stub_ids.CREDITOR,
            recipient_ids=(),
            body=body,
        )
        return self.append(data, stream=Stream("thread", thread_id), audience=audience)

    def append(
        self, data: EventData, *, stream: Stream, audience: Sequence[UUID], subject: str | None = None
    ) -> RecordedEvent:
        event = NewEvent(
            id=uuid4(),
            data=data,
            time=datetime(2026, 11, 20, 14, tzinfo=UTC),
            actor="platform",
            audience=frozenset(audience),
            subject=subject or f"case:{uuid4()}",
            correlation_id=uuid4(),
        )
        return self.log.append(stream, [event], expected="any").events[0]


class Background:
    """Runs something in a thread and raises here what went wrong there."""

    def __init__(self, work: Callable[[], None]) -> None:
        self._outcome: queue.Queue[BaseException | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, args=(work,), daemon=True)
        self._thread.start()

    def _run(self, work: Callable[[], None]) -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - raised again where the test waits
            self._outcome.put(error)
        else:
            self._outcome.put(None)

    def join(self) -> None:
        error = self._outcome.get(timeout=PATIENCE)
        if error is not None:
            raise error

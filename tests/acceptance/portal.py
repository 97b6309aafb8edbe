"""
Parley as an integrator meets it: HTTP and Server-Sent Events, and nothing of what is behind them.

Stories are told with `Person`: `bob.writes(thread, "...")`, `anna.open_tasks()`, `anna.listens()`.
"""

import json
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID, uuid4

import httpx
import jwt

from shared.settings import Settings
from shared.testing import eventually

PATIENCE = 45.0

Json = dict[str, Any]
Role = Literal["creditor", "partner", "ops"]


def mint(
    settings: Settings,
    *,
    subject: UUID,
    company: UUID | None,
    side: Role,
    **claims: Any,
) -> str:
    """Return a token as the sign-in would; `claims` replace the usual ones or, with None, leave them out."""
    now = datetime.now(UTC)
    usual: Json = {
        "sub": str(subject),
        "role": side,
        "iss": settings.jwt_issuer,
        "aud": settings.jwt_audience,
        "iat": now,
        "exp": now + timedelta(hours=1),
    }
    if company is not None:
        usual["company_id"] = str(company)
    wanted = {name: value for name, value in {**usual, **claims}.items() if value is not None}
    return jwt.encode(wanted, settings.jwt_secret, algorithm="HS256")


@dataclass(frozen=True, slots=True)
class LiveEvent:
    """One event of the live stream; `data` is the object that changed."""

    id: int
    type: str
    data: Json


class Listener:
    """Keeps every live event that has arrived, in order."""

    def __init__(self) -> None:
        self.events: list[LiveEvent] = []
        self._arrivals: queue.Queue[LiveEvent] = queue.Queue()

    def hear(self, event: LiveEvent) -> None:
        self._arrivals.put(event)

    def until(self, wanted: Callable[[LiveEvent], bool], *, within: float = PATIENCE) -> LiveEvent:
        """Wait for an event like that, keeping those before it. Fails the test where none comes in time."""
        deadline = time.monotonic() + within
        while True:
            left = deadline - time.monotonic()
            try:
                event = self._arrivals.get(timeout=max(left, 0.001))
            except queue.Empty:
                heard = [(event.id, event.type) for event in self.events]
                raise AssertionError(f"no such event within {within} s; heard: {heard}") from None
            self.events.append(event)
            if wanted(event):
                return event

    def until_message(self, message: Json, *, within: float = PATIENCE) -> LiveEvent:
        """Wait for the live event of that message."""
        return self.until(
            lambda event: event.type == "message.posted" and event.data["id"] == message["id"], within=within
        )

    def conversation(self) -> list[LiveEvent]:
        """Return what was heard but for notices, which may come late: the notifier works in its own time."""
        return [event for event in self.events if event.type != "notification.added"]

    def types(self) -> list[str]:
        """Return the types of what was heard of the conversation."""
        return [event.type for event in self.conversation()]


@dataclass
class Horizon:
    """The furthest position of the log that anybody of one test has reached."""

    position: int = 0

    def note(self, answer: httpx.Response) -> None:
        self.position = max(self.position, int(answer.headers.get("Parley-Position", 0)))


@dataclass(frozen=True)
class Person:
    """
    A user with a token, at a gateway.

    Whatever the people of one test read with `gets` shows all that any of them wrote: they share a horizon.
    """

    api: str
    token: str
    id: UUID = field(default_factory=uuid4)
    company_id: UUID | None = None
    name: str = ""
    email: str = ""
    horizon: Horizon = field(default_factory=Horizon, repr=False)
    http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30), repr=False)

    def asks(
        self,
        method: str,
        path: str,
        *,
        body: Any = None,
        content: bytes | None = None,
        params: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Return the gateway's answer, whatever its status."""
        answer = self.http.request(
            method,
            f"{self.api}{path}",
            json=body,
            content=content,
            params=params,
            headers={
                "Authorization": f"Bearer {self.token}",
                **({"Content-Type": "application/json"} if content is not None else {}),
                **(headers or {}),
            },
        )
        self.horizon.note(answer)
        return answer

    def gets(self, path: str, **params: Any) -> Any:
        """Return the JSON of an answer that must be a 200 and knows of everything up to the horizon."""
        headers = {"Parley-Min-Position": str(self.horizon.position)} if self.horizon.position else {}
        deadline = time.monotonic() + PATIENCE
        answer = self.asks("GET", path, params=params, headers=headers)
        while answer.status_code == 503 and time.monotonic() < deadline:
            answer = self.asks("GET", path, params=params, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def uploads(self, path: str, content: Any, *, name: str = "invoice.pdf", **fields: str) -> httpx.Response:
        """Return the raw answer to uploading a file there."""
        answer = self.http.post(
            f"{self.api}{path}",
            files={"file": (name, content)},
            data=fields,
            headers={"Authorization": f"Bearer {self.token}"},
        )
        self.horizon.note(answer)
        return answer

    def adds(self, path: str, content: Any, *, name: str = "invoice.pdf", **fields: str) -> Json:
        """Upload a file there and return it; it must have been accepted."""
        answer = self.uploads(path, content, name=name, **fields)
        assert answer.status_code == 201, answer.text
        file: Json = answer.json()
        return file

    def posts(
        self,
        thread_id: str,
        body: str,
        *,
        client_message_id: str | None = None,
        attachment_ids: Sequence[str] = (),
    ) -> httpx.Response:
        """Return the raw answer to posting a message."""
        return self.asks(
            "POST",
            f"/api/v1/threads/{thread_id}/messages",
            body={
                "client_message_id": client_message_id or str(uuid4()),
                "body": body,
                "attachment_ids": list(attachment_ids),
            },
        )

    def writes(self, thread_id: str, body: str) -> Json:
        """Post a message and return it; it must have been accepted."""
        answer = self.posts(thread_id, body)
        assert answer.status_code == 201, answer.text
        message: Json = answer.json()
        return message

    def reads(self, thread_id: str, message_id: str) -> None:
        """Mark the thread as read up to the message."""
        answer = self.asks("POST", f"/api/v1/threads/{thread_id}/read", body={"up_to_message_id": message_id})
        assert answer.is_success, answer.text

    def messages(self, thread_id: str) -> list[Json]:
        """Return every message of the thread, oldest first, page by page."""
        found: list[Json] = []
        cursor: str | None = None
        while True:
            params = {"limit": 200} | ({"cursor": cursor} if cursor else {})
            page = self.gets(f"/api/v1/threads/{thread_id}/messages", **params)
            found += page["items"]
            cursor = page["next_cursor"]
            if cursor is None:
                return found[::-1]

    def open_tasks(self, thread_id: str | None = None) -> list[Json]:
        """Return the open tasks of the company, of one thread where it is given."""
        items = self.gets("/api/v1/tasks", status="open", limit=200)["items"]
        return [task for task in items if thread_id in (None, task["thread_id"])]

    def owes(self, thread_id: str, count: int) -> list[Json]:
        """Return the open tasks of the thread once there are that many."""
        eventually(lambda: len(self.open_tasks(thread_id)) == count)
        return self.open_tasks(thread_id)

    @contextmanager
    def listens(self, *, last_event_id: int | None = None) -> Iterator[Listener]:
        """Hold a live stream open; everything that happens after the block was entered is heard."""
        listener = Listener()
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        if last_event_id is not None:
            headers["Last-Event-ID"] = str(last_event_id)
        with (
            httpx.Client(timeout=httpx.Timeout(10, read=120)) as http,
            http.stream("GET", f"{self.api}/api/v1/live", headers=headers) as answer,
        ):
            assert answer.status_code == 200, answer.read()
            reader = threading.Thread(target=_hear, args=(answer, listener), daemon=True)
            reader.start()
            try:
                yield listener
            finally:
                # Closing a socket does not wake a thread that reads it; shutting it down does.
                answer.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
                reader.join()


def _hear(answer: httpx.Response, listener: Listener) -> None:
    fields: dict[str, str] = {}
    try:
        for line in answer.iter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
                continue
            if "data" in fields:
                listener.hear(LiveEvent(int(fields["id"]), fields["event"], json.loads(fields["data"])))
            fields = {}
    except (httpx.HTTPError, httpx.StreamError):
        return

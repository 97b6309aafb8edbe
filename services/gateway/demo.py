"""Plays the demo's story through the public API, like any client would, and reports what came of it."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import jwt
from pydantic import BaseModel

from services.gateway import demo_story as story
from shared.errors import ParleyError
from shared.settings import Settings

PATIENCE_SECONDS = 20.0
TOKEN_HOURS = 1

Json = dict[str, Any]
Tell = Callable[[str], None]


class DemoFailed(ParleyError):
    """The API could not be reached or did something that the story does not expect."""


class Said(BaseModel):
    """One message as it stands in its thread; `new` says that this run posted it."""

    case: str | None
    author: str
    company: str
    text: str
    at: datetime
    new: bool


class Owed(BaseModel):
    """One open reply task."""

    case: str | None
    company: str
    title: str
    due_at: datetime
    calendar: str
    skipped_days: list[str]


class Mail(BaseModel):
    """The e-mail that the last question leads to: due, or captured by the local stack's mail server."""

    recipients: list[str]
    due_at: datetime
    page: str | None
    captured: list[str]


class Report(BaseModel):
    """What came of the story."""

    api: str
    cases: list[Json]
    messages: list[Said]
    tasks: list[Owed]
    mail: Mail


@dataclass(frozen=True)
class Api:
    """The public API as one caller meets it."""

    http: httpx.Client
    token: str

    def asks(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Return the answer, trying again for a while where it is "not now". Raises DemoFailed."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        headers = {"Authorization": f"Bearer {self.token}", **arguments.pop("headers", {})}
        while True:
            try:
                answer = self.http.request(method, f"/api/v1/{path}", headers=headers, **arguments)
            except httpx.HTTPError as error:
                raise DemoFailed(
                    f"The API at {self.http.base_url} does not answer: start the stack with `parley up`."
                ) from error
            if answer.status_code not in (503, 504) or time.monotonic() > deadline:
                return answer
            time.sleep(0.2)

    def gets(self, path: str, *, position: int | None = None) -> Json:
        """Return the JSON of an answer that must be good, as of that position of the log."""
        headers = {} if position is None else {"Parley-Min-Position": str(position)}
        return _good(self.asks("GET", path, headers=headers))

    def sends(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> tuple[Json, int]:
        """Return the JSON of an answer that must be good and the position it reached."""
        answer = self.asks(method, path, json=body)
        return _good(answer), int(answer.headers["Parley-Position"])


def _good(answer: httpx.Response) -> Json:
    if not answer.is_success:
        raise DemoFailed(f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}")
    content: Json = answer.json()
    return content


@dataclass
class Demo:
    """One run of the story against one API."""

    settings: Settings
    api: str
    http: httpx.Client

    def play(self, tell: Tell) -> Report:
        """Play the whole story, telling what is happening; what was played before is left as it is."""
        tell("Companies, people and cases ...")
        self._set_the_scene()
        tell("People sign in ...")
        callers = {person: self._sign_in(person) for person in story.PEOPLE}
        tell("They talk ...")
        messages, position = self._talk(callers)
        tell("Tasks follow ...")
        return Report(
            api=self.api,
            cases=callers[story.ANNA].gets("cases", position=position)["items"],
            messages=messages,
            tasks=[
                owed
                for reader in (story.ANNA, story.LENA)
                for owed in _owed(callers[reader], reader.company, position)
            ],
            mail=self._mail(messages),
        )

    def captured(self, report: Report, page: str) -> list[str]:
        """
        Return the addresses to which the mail server has captured an e-mail on the last question's case.
        """
        try:
            answer = self.http.get(f"{page}/messages")
            mails = answer.raise_for_status().json()
        except httpx.HTTPError as error:
            raise DemoFailed(f"The mail page at {page} does not answer.") from error
        reference = story.LINES[-1].case.reference if story.LINES[-1].case else ""
        return [
            recipient
            for recipient in report.mail.recipients
            if any(recipient in mail["to"] and reference in mail["subject"] for mail in mails)
        ]

    def _set_the_scene(self) -> None:
        ops = self._caller({"sub": "demo", "role": "ops"})
        for company in story.COMPANIES:
            ops.sends("POST", "admin/companies", company.entry())
        for person in story.PEOPLE:
            ops.sends("POST", "admin/users", person.entry())
        _, position = ops.sends("POST", "admin/partnerships", story.PARTNERSHIP)
        for case in story.CASES:
            # A case that is there may have moved on since: it stays as it is.
            found = ops.asks("GET", f"cases/{case.id}", headers={"Parley-Min-Position": str(position)})
            if found.status_code == httpx.codes.NOT_FOUND:
                _, position = ops.sends("POST", "admin/cases", case.entry())

    def _sign_in(self, person: story.Person) -> Api:
        caller = self._caller(
            {"sub": str(person.id), "company_id": str(person.company.id), "role": person.company.side}
        )
        # The directory follows the log a moment later.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (answer := caller.asks("GET", "me")).status_code == httpx.codes.UNAUTHORIZED:
            if time.monotonic() > deadline:
                break
            time.sleep(0.05)
        _good(answer)
        return caller

    def _caller(self, claims: Mapping[str, str]) -> Api:
        now = datetime.now(UTC)
        usual = {
            "iss": self.settings.jwt_issuer,
            "aud": self.settings.jwt_audience,
            "iat": now,
            "exp": now + timedelta(hours=TOKEN_HOURS),
        }
        token = jwt.encode({**usual, **claims}, self.settings.jwt_secret, algorithm="HS256")
        return Api(self.http, token)

    def _talk(self, callers: Mapping[story.Person, Api]) -> tuple[list[Said], int]:
        threads: dict[story.Case | None, UUID] = {}
        said: list[Said] = []
        before: dict[UUID, str] = {}
        position = 0
        for number, line in enumerate(story.LINES):
            caller = callers[line.author]
            if line.case not in threads:
                threads[line.case] = _thread(caller, line.case)
            thread_id = threads[line.case]
            message_id = str(story.identify(f"line:{number}"))
            body = {"client_message_id": message_id, "body": line.text}
            answer = caller.asks("POST", f"threads/{thread_id}/messages", json=body)
            message = _good(answer)
            position = int(answer.headers["Parley-Position"])
            new = answer.status_code == httpx.codes.CREATED
            if new and thread_id in before:
                read = {"up_to_message_id": before[thread_id]}
                _, position = caller.sends("POST", f"threads/{thread_id}/read", read)
            before[thread_id] = message["id"]
            said.append(
                Said(
                    case=line.case.reference if line.case else None,
                    author=line.author.name,
                    company=line.author.company.name,
                    text=line.text,
                    at=message["created_at"],
                    new=new,
                )
            )
        return said, position

    def _mail(self, messages: list[Said]) -> Mail:
        asked = story.LINES[-1].author.company
        return Mail(
            recipients=[person.email for person in story.PEOPLE if person.company is not asked],
            due_at=messages[-1].at + timedelta(seconds=self.settings.mail_quiet_seconds),
            page=None,
            captured=[],
        )


def _thread(caller: Api, case: story.Case | None) -> UUID:
    if case is not None:
        thread, _ = caller.sends("PUT", f"cases/{case.id}/threads/invoice_chat")
        return UUID(thread["id"])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        [partnership] = caller.gets("partnerships")["items"] or [{"thread": None}]
        if partnership["thread"] is not None:
            return UUID(partnership["thread"]["id"])
        if time.monotonic() > deadline:
            raise DemoFailed("The partnership's chat was not opened in time: look at `parley status`.")
        time.sleep(0.05)


def _owed(caller: Api, company: story.Company, position: int) -> Iterator[Owed]:
    for task in caller.gets("tasks?status=open&limit=200", position=position)["items"]:
        yield Owed(
            case=task["case_reference"],
            company=company.name,
            title=task["title"],
            due_at=task["due_at"],
            calendar=task["deadline"]["calendar"],
            skipped_days=task["deadline"]["skipped_days"],
        )


@contextmanager
def against(api: str, settings: Settings) -> Iterator[Demo]:
    """Give a demo that speaks to the API at that address."""
    with httpx.Client(base_url=api, timeout=30) as http:
        yield Demo(settings, api, http)

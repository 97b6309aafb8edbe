"""Every service is killed in turn right after an update was submitted; what follows from it follows once."""

import os
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.contracts.envelope import RecordedEvent
from shared.contracts.messaging import CaseStatusChanged, MessagePosted, PaymentReported
from shared.contracts.notifier import NotificationAdded
from shared.contracts.tasks import TaskOpened, TaskSolved
from shared.eventlog.factory import open_log
from shared.settings import Settings, to_environment
from shared.testing import SmtpServer, eventually, running
from tests.acceptance.portal import Json, Person
from tests.acceptance.world import Case, World

VICTIMS = ("surveys", "relay", "messaging", "tasks", "notifier")

EXPECTED = Counter(
    {
        "payment": 2,
        "summary": 1,
        "paused": 1,
        "asked for the update": 1,
        "update given": 1,
        "follow up": 1,
        "notice": 1,
    }
)


def parley(settings: Settings, *arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "shared.cli", *arguments],
        env={**os.environ, **to_environment(settings)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def report() -> Json:
    today = datetime.now(UTC).date() - timedelta(days=1)
    payment = {"currency": "EUR", "on": str(today), "received_by": "partner"}
    return {
        "actions": [{"kind": "call", "on": str(today), "text": "Spoke with the director."}],
        "payments": [{**payment, "amount": "250.00"}, {**payment, "amount": "100.00"}],
        "recommendation": "pause",
        "pause_reason": "payment_plan",
        "must_act": "partner",
    }


def kind_of(event: RecordedEvent) -> tuple[UUID | None, str] | None:  # noqa: PLR0911 - a table of events
    """Return which of the consequences the event is, and of which case."""
    match event.data:
        case PaymentReported(case_id=case_id):
            return case_id, "payment"
        case MessagePosted(case_id=case_id, expects_reply=False):
            return case_id, "summary"
        case CaseStatusChanged(case_id=case_id, status="Paused"):
            return case_id, "paused"
        case TaskOpened(task=task) if task.type == "ReplyToCaseSurvey":
            return task.case_id, "asked for the update"
        case TaskSolved(task=task, solved_by="survey"):
            return task.case_id, "update given"
        case TaskOpened(task=task) if task.type == "FollowUpPausedCase":
            return task.case_id, "follow up"
        case NotificationAdded() as notice if notice.kind == "survey_submitted":
            return notice.case_id, "notice"
        case _:
            return None


def consequences(settings: Settings) -> dict[UUID | None, Counter[str]]:
    log = open_log(settings)
    try:
        events = log.read_all(after=0, limit=100_000).events
    finally:
        log.close()
    found: dict[UUID | None, Counter[str]] = {}
    for case_id, kind in filter(None, map(kind_of, events)):
        found.setdefault(case_id, Counter())[kind] += 1
    return found


@pytest.fixture
def impatient(settings: Settings, smtp_server: SmtpServer) -> Settings:
    return settings.model_copy(
        update={"smtp_url": smtp_server.url, "mail_quiet_seconds": 1.0, "mail_max_wait_seconds": 4.0}
    )


def asked_again(bob: Person, path: str, given: Json) -> httpx.Response:
    """Return the answer to the same submission once the service is there again."""

    def answered() -> httpx.Response | None:
        answer = bob.asks("POST", path, body=given)
        return answer if answer.status_code < 500 else None

    answer = eventually(answered)
    assert answer is not None
    return answer


def survey_of(case: Case, bob: Person) -> Json | None:
    items: list[Any] = bob.gets("/api/v1/surveys", case_id=str(case.id))["items"]
    return items[0] if items else None


@pytest.mark.timeout(300)
def test_what_follows_from_an_update_follows_once_whoever_is_killed(impatient: Settings) -> None:
    settings = impatient
    with running(settings, *VICTIMS, "gateway") as processes:
        world = World(api=f"http://{settings.api_host}:{settings.api_port}", settings=settings)
        creditor = world.company("creditor", "Nordvik Steel")
        partner = world.company("partner", "Inkasso Hafen")
        world.person(creditor, "Anna Holm")
        bob = world.person(partner, "Bob Brandt")
        cases = [world.case(creditor, partner) for _ in VICTIMS]
        in_five_weeks = (datetime.now(UTC) + timedelta(days=35)).isoformat()
        surveys: dict[UUID, Json] = {}

        def all_asked() -> bool:
            parley(settings, "surveys", "request", "--now", in_five_weeks)
            found = [survey_of(case, bob) for case in cases]
            surveys.update(
                {case.id: survey for case, survey in zip(cases, found, strict=True) if survey is not None}
            )
            return len(surveys) == len(cases)

        eventually(all_asked)

        for case, victim in zip(cases, VICTIMS, strict=True):
            path = f"/api/v1/surveys/{surveys[case.id]['id']}/submission"
            given = report()
            first = bob.asks("POST", path, body=given)
            processes.kill9(victim)
            assert first.status_code == 201, first.text
            processes.restart(victim)
            again = asked_again(bob, path, given)
            assert (again.status_code, again.json()["position"]) == (200, first.json()["position"])

        expected = {case.id: EXPECTED for case in cases}
        eventually(lambda: consequences(settings) == expected, within=60)
        for case in cases:
            timeline = bob.gets(f"/api/v1/cases/{case.id}/timeline")["items"]
            shown = Counter(item["type"] for item in timeline)
            assert (shown["update_submitted"], shown["update_action"], shown["payment_reported"]) == (1, 1, 2)

"""The tasks service as a process of its own, asked over RabbitMQ."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

import psutil
import pytest
from nameko.exceptions import RemoteError
from nameko.standalone.rpc import ClusterRpcProxy

from shared.contracts.envelope import Stream
from shared.contracts.tasks import TaskBecameOverdue
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.testing import Processes, eventually, running
from tests.integration.tasks.town import FRIDAY_AT_THREE, Town

MEGABYTE = 1024 * 1024


@pytest.fixture
def process(settings: Settings) -> Iterator[Processes]:
    in_town = settings.model_copy(update={"clock": FRIDAY_AT_THREE})
    with running(in_town, "tasks") as processes:
        yield processes


@pytest.fixture
def town(settings: Settings) -> Iterator[Town]:
    log = PostgresEventLog(settings)
    yield Town(log)
    log.close()


@pytest.fixture
def tasks(process: Processes, settings: Settings) -> Iterator[Any]:
    with ClusterRpcProxy({"AMQP_URI": settings.amqp_url}, timeout=30) as cluster:
        yield cluster.tasks


def asked_by(company: UUID | None, role: str, **fields: Any) -> dict[str, Any]:
    caller = {
        "user_id": str(uuid4()),
        "company_id": None if company is None else str(company),
        "role": role,
        "name": "Somebody",
    }
    return {"caller": caller, "correlation_id": str(uuid4()), **fields}


def test_it_shows_a_task_to_who_owes_it_and_to_nobody_else(tasks: Any, town: Town) -> None:
    thread = town.thread()
    message = town.posts(thread, "creditor")
    task_id = str(uuid5(message.id, str(thread.partner)))
    seen: dict[str, Any] = {"min_position": message.position}

    of_partner = tasks.list_tasks(asked_by(thread.partner, "partner", **seen))
    of_creditor = tasks.list_tasks(asked_by(thread.creditor, "creditor", **seen))
    of_operator = tasks.list_tasks(asked_by(None, "ops", **seen))
    one = tasks.get_task(asked_by(thread.partner, "partner", task_id=task_id, **seen))
    counts = tasks.count_open_tasks(
        asked_by(thread.partner, "partner", case_ids=[str(thread.case_id), str(uuid4())], **seen)
    )

    assert [task["id"] for task in of_partner["items"]] == [task_id]
    assert of_creditor == {"items": [], "next_cursor": None}
    assert [task["id"] for task in of_operator["items"]] == [task_id]
    assert one == of_partner["items"][0]
    assert one["due_at"] == "2026-11-24T14:00:00Z"
    assert one["overdue"] is False
    assert counts == {"counts": {str(thread.case_id): 1}}
    with pytest.raises(RemoteError, match="no such task") as refusal:
        tasks.get_task(asked_by(thread.creditor, "creditor", task_id=task_id, **seen))
    assert refusal.value.exc_type == "NotFound"


def test_what_is_changed_shows_in_the_answer_and_only_to_its_company(tasks: Any, town: Town) -> None:
    thread = town.thread()
    message = town.posts(thread, "creditor")
    seen: dict[str, Any] = {"min_position": message.position}
    tasks.list_tasks(asked_by(thread.partner, "partner", **seen))
    task_id = str(uuid5(message.id, str(thread.partner)))
    until = "2026-11-23T08:00:00Z"
    asked: dict[str, Any] = {"task_id": task_id, "fields": ["postponed_to"], "postponed_to": until}

    changed = tasks.change_task(asked_by(thread.partner, "partner", **asked))
    hidden = tasks.list_tasks(asked_by(thread.partner, "partner"))
    counts = tasks.count_tabs(asked_by(thread.partner, "partner"))
    groups = tasks.list_task_groups(asked_by(None, "ops"))
    figures = tasks.get_sla(asked_by(thread.partner, "partner", month="2026-11", history=True))

    pair = {"partner_id": str(thread.partner), "creditor_id": str(thread.creditor)}
    recent = tasks.get_recent_sla(asked_by(thread.creditor, "creditor", **pair))
    # Whoever asks for others' figures is told of its own.
    foreign = tasks.get_recent_sla(asked_by(uuid4(), "partner", **pair))

    assert (recent["this_month"]["month"], recent["last_month"]["month"]) == ("2026-11", "2026-10")
    assert foreign["this_month"]["partner_id"] != str(thread.partner)
    assert (changed["task"]["postponed_to"], changed["task"]["due_at"]) == (until, "2026-11-24T14:00:00Z")
    assert hidden["items"] == groups["items"] == figures["items"] == []
    assert counts == {"new_cases": 0, "case_updates": 0, "messages": 0, "all": 0, "overdue": 0}
    for call, fields in (("change_task", asked), ("reopen_task", {"task_id": task_id})):
        with pytest.raises(RemoteError) as refusal:
            getattr(tasks, call)(asked_by(thread.creditor, "creditor", **fields))
        assert refusal.value.exc_type == "NotFound"
    reopened = tasks.reopen_task(asked_by(thread.partner, "partner", task_id=task_id))
    assert reopened["task"] == changed["task"]


def test_the_platform_asks_for_a_task_and_nobody_else_does(tasks: Any, town: Town) -> None:
    thread = town.thread()
    message = town.posts(thread, "creditor")
    tasks.list_tasks(asked_by(None, "ops", min_position=message.position))
    task_id = str(uuid4())
    asked = {"id": task_id, "type": "AssignBankAccount", "company_id": str(thread.creditor)}

    for role, company in (("creditor", thread.creditor), ("partner", thread.partner)):
        for call, fields in (("open_task", asked), ("settle_task", {"task_id": task_id})):
            with pytest.raises(RemoteError) as refusal:
                getattr(tasks, call)(asked_by(company, role, **fields))
            assert refusal.value.exc_type == "Forbidden"
    opened = [tasks.open_task(asked_by(None, "ops", **asked)) for _ in range(2)]
    seen = asked_by(thread.creditor, "creditor", task_id=task_id, min_position=opened[0]["position"])
    task = tasks.get_task(seen)
    settled = [tasks.settle_task(asked_by(None, "ops", task_id=task_id)) for _ in range(2)]

    assert opened[0] == opened[1]
    assert settled[0] == settled[1]
    assert (task["type"], task["case_id"], task["status"]) == ("AssignBankAccount", None, "open")
    with pytest.raises(RemoteError, match="an offset"):
        tasks.open_task(asked_by(None, "ops", **asked, due_at="2026-11-30T12:00:00"))


def test_the_platform_need_not_wait_for_what_it_said_a_moment_ago(tasks: Any, town: Town) -> None:
    for _ in range(5):
        company, task_id = town.thread().creditor, str(uuid4())
        asked = {"id": task_id, "type": "AssignBankAccount", "company_id": str(company)}

        opened = tasks.open_task(asked_by(None, "ops", **asked))
        settled = tasks.settle_task(asked_by(None, "ops", task_id=task_id))

        assert settled["position"] > opened["position"]
    with pytest.raises(RemoteError, match="no such task"):
        tasks.settle_task(asked_by(None, "ops", task_id=str(uuid4())))


def test_the_clock_finds_what_became_overdue_while_the_service_was_down(
    settings: Settings, town: Town
) -> None:
    thread = town.thread()
    with running(settings.model_copy(update={"clock": FRIDAY_AT_THREE}), "tasks"):
        message = town.posts(thread, "creditor")
        with ClusterRpcProxy({"AMQP_URI": settings.amqp_url}, timeout=30) as cluster:
            cluster.tasks.list_tasks(asked_by(None, "ops", min_position=message.position))
    board = Stream("reply-tasks", thread.id)
    with running(settings.model_copy(update={"clock": FRIDAY_AT_THREE + timedelta(days=9)}), "tasks"):
        overdue = eventually(
            lambda: [e for e in town.log.read_stream(board) if isinstance(e.data, TaskBecameOverdue)]
        )

    (event,) = overdue
    assert event.id == uuid5(uuid5(message.id, str(thread.partner)), "overdue:2026-11-24T14:00:00+00:00")


def test_it_refuses_what_is_no_request(tasks: Any) -> None:
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"limit": 0}, "from 1 to 200"),
        ({"limit": 201}, "from 1 to 200"),
        ({"cursor": "nonsense"}, "no cursor"),
        ({"min_position": 10**12}, "No event has this position"),
        ({"tab": "everything"}, "tab: "),
        ({"unknown": 1}, "unknown: "),
    ]

    for fields, sentence in wrong:
        with pytest.raises(RemoteError, match=sentence) as refusal:
            tasks.list_tasks(asked_by(uuid4(), "partner", **fields))
        assert refusal.value.exc_type == "Invalid"


def test_a_caller_without_a_company_is_no_operator(tasks: Any) -> None:
    with pytest.raises(RemoteError) as refusal:
        tasks.list_tasks(asked_by(None, "creditor"))

    assert refusal.value.exc_type == "Forbidden"


def test_it_stays_small(tasks: Any, town: Town, process: Processes) -> None:
    thread = town.thread()
    for number in range(300):
        message = town.posts(thread, "partner" if number % 2 else "creditor")
    tasks.list_tasks(asked_by(None, "ops", min_position=message.position, limit=200))

    resident = psutil.Process(process.pid("tasks")).memory_info().rss / MEGABYTE

    print(f"tasks holds {resident:.0f} MB")
    assert resident <= 100

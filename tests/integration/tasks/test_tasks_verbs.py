"""`parley tasks …` on real tables."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4, uuid5

import pytest
from click.testing import CliRunner, Result

from services.tasks.cli import group
from shared.db import DatabaseConnection
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings, to_environment
from tests.integration.tasks.town import Thread, Town

Parley = Callable[..., Result]


@pytest.fixture
def parley_tasks(database_settings: Settings) -> Parley:
    def run(*arguments: str) -> Result:
        return CliRunner().invoke(group, arguments, env=to_environment(database_settings))

    return run


@pytest.fixture
def conversation(town: Town, catch_up: Callable[[], None]) -> Thread:
    """A question that was answered, and thus one task solved and one open."""
    thread = town.thread()
    town.opens_case(thread)
    town.posts(thread, "creditor")
    town.posts(thread, "partner")
    catch_up()
    return thread


def listed(result: Result) -> list[dict[str, Any]]:
    assert result.exit_code == 0, result.output
    tasks: list[dict[str, Any]] = json.loads(result.stdout)
    return tasks


def test_list_prints_what_is_open_and_then_what_is_solved(parley_tasks: Parley, conversation: Thread) -> None:
    tasks = listed(parley_tasks("list", "--json", "--now", "2026-11-20T15:00:00+01:00"))

    assert [(task["status"], task["company_id"]) for task in tasks] == [
        ("open", str(conversation.creditor)),
        ("solved", str(conversation.partner)),
    ]


def test_list_narrows_to_company_case_status_and_overdue(parley_tasks: Parley, conversation: Thread) -> None:
    def count(*options: str, now: str = "2026-11-20T15:00:00+01:00") -> int:
        return len(listed(parley_tasks("list", "--json", "--now", now, *options)))

    assert count("--company", str(conversation.partner)) == 1
    assert count("--company", str(uuid4())) == 0
    assert count("--case", str(conversation.case_id)) == 2
    assert count("--status", "solved") == 1
    assert count("--overdue") == 0
    assert count("--overdue", now="2026-11-24T15:00:01+01:00") == 1


def test_list_prints_a_table_for_people(parley_tasks: Parley, conversation: Thread) -> None:
    result = parley_tasks("list", "--now", "2026-11-25T00:00:00Z")

    assert result.exit_code == 0
    assert "New message on case NV-1001" in result.stdout
    assert "overdue" in result.stdout


def test_show_tells_how_the_deadline_came_about(
    parley_tasks: Parley, conversation: Thread, town: Town
) -> None:
    (task,) = listed(parley_tasks("list", "--json", "--status", "open"))

    result = parley_tasks("show", task["id"])
    as_json = parley_tasks("show", task["id"], "--json")

    assert "DK, Europe/Copenhagen" in result.stdout
    assert "2026-11-21, 2026-11-22" in result.stdout
    assert json.loads(as_json.stdout) == task


def test_show_tells_the_wall_clock_of_both_sides(parley_tasks: Parley, conversation: Thread) -> None:
    (task,) = listed(parley_tasks("list", "--json", "--status", "open"))

    shown = parley_tasks("show", task["id"]).stdout

    assert "2 business days" in shown
    assert "Fri 2026-11-20 15:00 Europe/Copenhagen" in shown
    assert "Tue 2026-11-24 15:00 Europe/Berlin (who asked)" in shown


def test_operators_open_and_settle_and_sweep(
    parley_tasks: Parley, conversation: Thread, catch_up: Callable[[], None]
) -> None:
    task_id = str(uuid4())
    opening = (
        *("open", "--type", "ReplyToCaseSurvey", "--company", str(conversation.partner)),
        *("--case", str(conversation.case_id), "--id", task_id),
        *("--now", "2026-11-20T15:00:00+01:00", "--due", "2026-11-23T15:00:00+01:00"),
    )
    opened, again = parley_tasks(*opening), parley_tasks(*opening)
    catch_up()
    swept = [parley_tasks("sweep", "--now", "2026-11-24T14:00:00Z") for _ in range(2)]
    catch_up()
    settled = parley_tasks("settle", task_id, "--as", "survey", "--now", "2026-11-30T14:00:00Z")
    catch_up()
    twice = parley_tasks("settle", task_id)

    assert opened.stdout.strip() == again.stdout.strip() == task_id
    assert [result.stdout.strip() for result in swept] == [
        "2 tasks became overdue.",
        "0 tasks became overdue.",
    ]
    assert settled.exit_code == 0
    (task,) = listed(parley_tasks("list", "--json", "--type", "ReplyToCaseSurvey"))
    assert (task["title"], task["solved_by"]) == ("Update Case Status: case NV-1001", "survey")
    assert (twice.exit_code, twice.stderr.strip()) == (
        2,
        "Error: The task is solved: nothing is left to do about it.",
    )

    (figures,) = listed(parley_tasks("sla", "--month", "2026-11", "--now", "2026-12-01T00:00:00Z", "--json"))
    assert figures["partner_id"] == str(conversation.partner)
    assert (figures["in_time"], figures["late"], figures["survey_score"]) == (1, 1, 0.0)
    assert "0.50" in parley_tasks("sla", "--month", "2026-11", "--now", "2026-12-01T00:00:00Z").stdout


@pytest.mark.parametrize("month", ["2026-13", "november", "2026-1", "0000-01", "9999-12"])
def test_a_month_that_is_none_is_refused(parley_tasks: Parley, month: str) -> None:
    result = parley_tasks("sla", "--month", month)

    assert (result.exit_code, result.stderr.strip()) == (2, "Error: Write the month as 2026-11.")


def test_show_of_an_unknown_task_is_refused_in_one_line(parley_tasks: Parley) -> None:
    result = parley_tasks("show", str(uuid4()))

    assert result.exit_code == 2
    assert result.stderr.strip() == "Error: There is no such task."


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "nonsense"),
        ("list", "--status", "late"),
        ("list", "--now", "2026-11-20T15:00:00"),
        ("list", "--now", "9999-12-31T23:59:59-05:00"),
    ],
)
def test_wrong_usage_ends_with_two(parley_tasks: Parley, arguments: tuple[str, ...]) -> None:
    assert parley_tasks(*arguments).exit_code == 2


def test_rebuild_gives_the_same_rows(
    parley_tasks: Parley,
    conversation: Thread,
    town: Town,
    catch_up: Callable[[], None],
    tables: DatabaseConnection,
) -> None:
    town.posts(conversation, "creditor")
    town.closes(conversation)
    other = town.thread()
    town.posts(other, "partner")
    catch_up()
    before = rows(tables)

    result = parley_tasks("rebuild")

    assert result.exit_code == 0, result.output
    assert "rebuilt up to position" in result.stdout
    assert rows(tables) == before


def test_rebuild_mends_what_was_damaged(
    parley_tasks: Parley, conversation: Thread, tables: DatabaseConnection
) -> None:
    before = rows(tables)
    tables.execute("update tasks set title = 'damaged', solved_at = null, solved_by = null")

    result = parley_tasks("rebuild")

    assert result.exit_code == 0, result.output
    assert rows(tables) == before


def test_a_parked_message_is_retried_when_its_company_is_known(
    parley_tasks: Parley, town: Town, log: PostgresEventLog, catch_up: Callable[[], None]
) -> None:
    thread = Thread()
    message = town.posts(thread, "creditor")
    catch_up()
    assert listed(parley_tasks("list", "--json")) == []
    town.registers_both(thread)
    catch_up()

    parked = parley_tasks("dead-letters", "list", "--json")
    retried = parley_tasks("dead-letters", "retry", "--all")

    assert str(thread.partner) in parked.stdout
    assert retried.exit_code == 0, retried.output
    (task,) = listed(parley_tasks("list", "--json"))
    assert task["id"] == str(uuid5(message.id, str(thread.partner)))


def rows(tables: DatabaseConnection) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = []
    for query in ("select * from tasks order by id", "select * from companies order by id"):
        found += tables.execute(query.encode()).fetchall()
    return found

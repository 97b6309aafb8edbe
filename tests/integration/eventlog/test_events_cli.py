"""`parley events`, as operators and scripts meet it."""

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result

from shared.eventlog.cli import events
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from tests.contract.event_examples import a_personal_event, a_stream, an_event


@pytest.fixture
def log(database_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[EventLog]:
    monkeypatch.setenv("PARLEY_DATABASE_URL", database_settings.database_url)
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    with closing(PostgresEventLog(database_settings)) as log:
        yield log


def run(*arguments: str) -> Result:
    return CliRunner().invoke(events, arguments)


def test_tail_prints_an_event_a_line(log: EventLog) -> None:
    stream = a_stream()
    log.append(stream, [an_event() for _ in range(25)], expected="any")

    outcome = run("tail")

    lines = outcome.stdout.splitlines()
    assert outcome.exit_code == 0
    assert len(lines) == 20
    assert lines[-1].split()[0] == "25"
    assert f"{stream}@25" in lines[-1]


def test_tail_as_json_masks_what_is_personal(log: EventLog) -> None:
    log.append(a_stream("user"), [a_personal_event("Anna Holm")], expected="any")
    log.append(a_stream("case"), [an_event()], expected="any")

    (line,) = run("tail", "--after", "0", "--category", "user", "--json").stdout.splitlines()

    shown = json.loads(line)
    assert (shown["type"], shown["position"], shown["data"]["role"]) == ("UserAdded", 1, "admin")
    assert shown["data"]["name"] == "[personal]"


@pytest.mark.parametrize(("options", "name"), [((), "[personal]"), (("--reveal",), "Anna Holm")])
def test_show_reveals_what_is_personal_only_when_asked(
    log: EventLog, options: tuple[str, ...], name: str
) -> None:
    event = a_personal_event("Anna Holm")
    log.append(a_stream("user"), [event], expected="any")

    by_position = run("show", "1", "--json", *options)
    by_id = run("show", str(event.id), *options)

    assert json.loads(by_position.stdout)["data"]["name"] == name
    assert name in by_id.stdout
    assert event.actor in by_id.stdout


@pytest.mark.parametrize("wanted", ["7", "0", "57d55b55-ec4e-443b-8550-63a114c572ec", "seven"])
def test_showing_what_is_not_there_is_refused(log: EventLog, wanted: str) -> None:
    outcome = run("show", wanted)

    assert outcome.exit_code == 2
    assert wanted in outcome.stderr


def test_stats_count_by_type(log: EventLog) -> None:
    log.append(a_stream(), [an_event(), an_event()], expected="any")
    log.append(a_stream("user"), [a_personal_event()], expected="any")

    counted = json.loads(run("stats", "--json").stdout)

    assert (counted["head"], counted["events"], counted["streams"], counted["unreadable"]) == (3, 3, 2, 0)
    assert counted["types"] == [
        {"source": "messaging", "type": "ThreadClosed", "events": 2},
        {"source": "messaging", "type": "UserAdded", "events": 1},
    ]
    assert "ThreadClosed" in run("stats").stdout


def test_a_sound_log_verifies(log: EventLog) -> None:
    log.append(a_stream(), [an_event(), an_event()], expected="any")

    outcome = run("verify")

    assert (outcome.exit_code, outcome.stdout) == (0, "The log is sound up to position 2.\n")


@pytest.mark.parametrize(
    ("damage", "fault"),
    [
        ("delete from events where position = 2", "version 3 of thread-"),
        (
            "update events set data = '{}' where position = 2",
            "ThreadClosed at position 2 of the log",
        ),
        ("update events set type = 'Unheard' where position = 2", "no contract for messaging's Unheard"),
    ],
)
def test_a_damaged_log_does_not_verify(
    log: EventLog, database_settings: Settings, damage: str, fault: str
) -> None:
    log.append(a_stream(), [an_event(), an_event(), an_event()], expected="any")
    with psycopg.connect(database_settings.database_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("set search_path = eventlog")
        connection.execute(damage.encode())

    outcome = run("verify", "--json")
    for_people = run("verify")

    assert outcome.exit_code == for_people.exit_code == 1
    assert any(fault in each for each in json.loads(outcome.stdout)["faults"])
    assert fault in for_people.stdout


def test_erasing_asks_first_and_then_shows_erased(log: EventLog) -> None:
    log.append(a_stream("user"), [a_personal_event("Anna", subject="user:anna")], expected="any")

    unasked = run("erase", "user:anna")
    erased = run("erase", "user:anna", "--yes")
    again = run("erase", "user:anna", "--yes")

    assert [unasked.exit_code, erased.exit_code, again.exit_code] == [1, 0, 1]
    assert json.loads(run("show", "1", "--json", "--reveal").stdout)["data"]["name"] == "[erased]"

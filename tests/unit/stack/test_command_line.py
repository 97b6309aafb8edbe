"""The command `parley` itself: what it says when something is missing, refused or broken."""

import json
import os
from datetime import UTC, datetime
from importlib.metadata import EntryPoint
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from shared import cli, stack_state
from shared.cli_support import (
    VerbGroup,
    current_settings,
    json_option,
    now_option,
    print_json,
    print_table,
)
from shared.errors import NotFound, Retryable
from shared.settings import SettingsError
from shared.stack_state import ProcessIdentity, ProcessReport, StackState


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give every test an environment without settings, but for a home folder of its own."""
    for name in [name for name in os.environ if name.startswith("PARLEY_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PARLEY_HOME", str(tmp_path))
    return tmp_path


def _state(**changes: object) -> StackState:
    me = ProcessIdentity.of(os.getpid())
    state = StackState(
        supervisor=me,
        ready=True,
        api="http://127.0.0.1:8080",
        mail="http://127.0.0.1:8025",
        mail_dir="/somewhere/mail",
        amqp="amqp://parley:secret@127.0.0.1:5672/parley",
        database="postgresql://postgres:secret@127.0.0.1:5432/parley",
        logs="/somewhere/logs",
        environment={
            "PARLEY_DATABASE_URL": "postgresql://postgres:secret@127.0.0.1:5432/parley",
            "PARLEY_AMQP_URL": "amqp://parley:secret@127.0.0.1:5672/parley",
            "PARLEY_CLOCK_OFFSET_SECONDS": "3600",
        },
        processes=(ProcessReport(name="tasks", state="running", identity=me, restarts=2),),
    )
    return state.model_copy(update=changes)


_GONE = ProcessIdentity(pid=os.getpid(), started=0)


# ----------------------------------------------------------------------------------------------- settings


def test_a_verb_uses_the_stack_that_runs(home: Path) -> None:
    stack_state.write(home, _state())

    settings = current_settings("amqp_url")

    assert settings.database_url == "postgresql://postgres:secret@127.0.0.1:5432/parley"
    assert settings.clock_offset_seconds == 3600


def test_a_verb_does_not_use_a_stack_that_has_died(home: Path) -> None:
    stack_state.write(home, _state(supervisor=_GONE))

    with pytest.raises(SettingsError, match="parley up"):
        current_settings()


def test_a_verb_leaves_the_stack_out_where_the_environment_names_another_server(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack_state.write(home, _state())
    monkeypatch.setenv("PARLEY_DATABASE_URL", "postgresql://elsewhere/parley")

    settings = current_settings()

    assert settings.database_url == "postgresql://elsewhere/parley"
    assert settings.amqp_url == ""


def test_a_verb_says_which_variable_is_missing() -> None:
    with pytest.raises(SettingsError, match="set PARLEY_DATABASE_URL, PARLEY_AMQP_URL"):
        current_settings("amqp_url")


def test_the_file_with_the_secrets_is_for_its_owner_only(home: Path) -> None:
    stack_state.write(home, _state())

    assert (home / "stack.json").stat().st_mode & 0o077 == 0


# ------------------------------------------------------------------------------------- options and errors


@click.group(cls=VerbGroup)
def example() -> None:
    """Stand for a service's group."""


@example.command()
@now_option
def when(now: datetime | None) -> None:
    click.echo(now.astimezone(UTC).isoformat() if now is not None else "unset")


@example.command()
@click.argument("kind")
def fail(kind: str) -> None:
    match kind:
        case "refused":
            raise NotFound("no_such_task", "There is no such task.")
        case "settings":
            raise SettingsError("PARLEY_HOME: wrong")
        case "later":
            raise Retryable("The server is away.")


@example.command()
@json_option
def show(*, as_json: bool) -> None:
    if as_json:
        print_json({"name": "Zoë", "when": datetime(2026, 11, 20, tzinfo=UTC)})
    else:
        print_table(["name", "note"], [["Zoë", "[red]" + "x" * 200], [None, 1]])


def _call(*arguments: str) -> Result:
    return CliRunner().invoke(example, arguments)


def test_now_is_an_instant_with_its_offset() -> None:
    assert _call("when", "--now", "2026-11-20T15:00:00+01:00").output == "2026-11-20T14:00:00+00:00\n"


@pytest.mark.parametrize(
    ("value", "complaint"), [("2026-11-20T15:00:00", "names no zone"), ("tomorrow", "is not a time")]
)
def test_now_without_an_offset_or_sense_is_wrong_usage(value: str, complaint: str) -> None:
    outcome = _call("when", "--now", value)

    assert outcome.exit_code == 2
    assert complaint in outcome.output


@pytest.mark.parametrize(
    ("kind", "exit_code", "line"),
    [
        ("refused", 2, "Error: There is no such task.\n"),
        ("settings", 2, "Error: PARLEY_HOME: wrong\n"),
        ("later", 1, "Error: The server is away.\n"),
    ],
)
def test_an_error_of_ours_is_one_line_and_an_exit_code(kind: str, exit_code: int, line: str) -> None:
    outcome = _call("fail", kind)

    assert (outcome.exit_code, outcome.output) == (exit_code, line)


def test_a_table_is_not_cut_and_reads_no_markup() -> None:
    output = _call("show").output

    assert "[red]" + "x" * 200 in output
    assert "None" not in output


def test_json_is_for_programs() -> None:
    assert json.loads(_call("show", "--json").output) == {"name": "Zoë", "when": "2026-11-20T00:00:00Z"}


# ------------------------------------------------------------------------------------------------ parley


def test_a_group_that_cannot_be_loaded_leaves_the_others_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = EntryPoint(name="broken", value="services.nowhere.cli:group", group="parley.commands")
    monkeypatch.setattr(cli, "entry_points", lambda group: (broken,))
    runner = CliRunner()

    overview = runner.invoke(cli.main, ["--help"])
    use = runner.invoke(cli.main, ["broken", "list", "--json"])

    assert overview.exit_code == 0
    assert "status" in overview.output
    assert use.exit_code == 1
    assert "services.nowhere.cli:group" in use.output


def test_status_says_that_no_stack_runs() -> None:
    outcome = CliRunner().invoke(cli.main, ["status", "--json"])

    assert outcome.exit_code == 1
    assert "parley up" in outcome.output


def test_status_lists_addresses_and_processes_with_their_memory(home: Path) -> None:
    stack_state.write(home, _state())

    outcome = CliRunner().invoke(cli.main, ["status", "--json"])

    assert outcome.exit_code == 0
    report = json.loads(outcome.output)
    assert report["api"] == "http://127.0.0.1:8080"
    assert report["mail_dir"] == "/somewhere/mail"
    (process,) = report["processes"]
    assert (process["name"], process["pid"], process["restarts"]) == ("tasks", os.getpid(), 2)
    assert process["rss_mb"] > 1


def test_status_fails_while_a_process_is_down(home: Path) -> None:
    waiting = ProcessReport(name="tasks", state="waiting", identity=None, restarts=3)
    stack_state.write(home, _state(processes=(waiting,)))

    outcome = CliRunner().invoke(cli.main, ["status"])

    assert outcome.exit_code == 1
    assert "waiting" in outcome.output


def test_down_without_a_stack_has_nothing_to_do() -> None:
    outcome = CliRunner().invoke(cli.main, ["down"])

    assert outcome.exit_code == 0
    assert "No stack runs" in outcome.output


def test_up_is_refused_in_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARLEY_ENVIRONMENT", "production")

    outcome = CliRunner().invoke(cli.main, ["up"])

    assert outcome.exit_code == 2
    assert "production" in outcome.output


@pytest.mark.parametrize("verb", ["up", "down", "status"])
def test_a_home_that_is_no_folder_is_told_in_one_line(
    verb: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (home / "file").touch()
    monkeypatch.setenv("PARLEY_HOME", str(home / "file"))

    result = CliRunner().invoke(cli.main, [verb])

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {home / 'file'}")
    assert result.output.count("\n") == 1

"""Operators look at cases and threads and mend them by command."""

import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from services.messaging import handlers
from shared.cli import main
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from tests.integration.messaging.conftest import CatchUp
from tests.integration.messaging.office import Conversation, Office

Run = Callable[..., Result]


@pytest.fixture
def run(database_settings: Settings) -> Run:
    environment = {
        "PARLEY_ENVIRONMENT": "test",
        "PARLEY_HOME": str(database_settings.home),
        "PARLEY_DATABASE_URL": database_settings.database_url,
    }
    return lambda *arguments: CliRunner().invoke(main, ["messaging", *arguments], env=environment)


def told(run: Run, *arguments: str) -> Any:
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_case_is_looked_for_and_shown(talk: Conversation, run: Run, catch_up: CatchUp) -> None:
    other = talk.office.case(talk.creditor, None)
    catch_up()

    assert [case["id"] for case in told(run, "cases", "--partner", str(talk.partner))] == [
        str(talk.case.case_id)
    ]
    assert len(told(run, "cases", "--creditor", str(talk.creditor), "--reference", "nv-10")) == 2
    assert told(run, "cases", "--creditor", str(talk.partner)) == []
    assert told(run, "case", str(other.case_id))["outstanding"] == "8400.00"
    assert told(run, "case", str(other.case_id))["payments"] == []
    assert "Outstanding" in run("case", str(talk.case.case_id)).stdout


def test_threads_are_looked_for(talk: Conversation, run: Run, catch_up: CatchUp) -> None:
    talk.office.change(talk.case, partner_id=talk.office.company("partner", "Neue Inkasso"))
    talk.office.partnership(talk.creditor, talk.partner)
    catch_up()

    def kinds(*only: str) -> list[str]:
        return sorted(thread["kind"] for thread in told(run, "threads", *only))

    assert kinds() == ["invoice_chat", "invoice_chat", "relationship_chat"]
    assert kinds("--company", str(talk.partner)) == ["invoice_chat", "relationship_chat"]
    assert kinds("--kind", "invoice_chat", "--read-only") == ["invoice_chat"]
    assert kinds("--writable") == ["invoice_chat", "relationship_chat"]


def test_a_case_is_brought_through_its_life(talk: Conversation, run: Run) -> None:
    case_id, into = str(talk.case.case_id), talk.office.case(talk.creditor, None)
    successor = talk.office.company("partner", "Neue Inkasso")
    firm = talk.office.company("partner", "Advokater")

    assert told(run, "act", case_id, "pause")["status"] == "Paused"
    assert not told(run, "act", case_id, "pause")["changed"]
    assert told(run, "reassign", case_id, str(successor), "--status", "Active")["status"] == "Active"
    assert told(run, "managing-partner", case_id, str(firm))["changed"]
    assert told(run, "managing-partner", case_id, "--none")["changed"]
    assert run("close", case_id, "Other").exit_code == 2
    assert told(run, "close", case_id, "Other", "--comment", "so")["close_code"] == "Other"
    assert told(run, "merge", case_id, str(into.case_id))["status"] == "Merged"
    assert run("act", case_id, "pause").exit_code == 2
    assert run("act", str(uuid4()), "pause").exit_code == 2


def test_threads_that_a_crash_left_out_are_made_up_for(
    talk: Conversation, run: Run, log: PostgresEventLog, monkeypatch: pytest.MonkeyPatch, catch_up: CatchUp
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr("services.messaging.handlers.cases.follow_through", lambda *_: [])
        orphan = Office(handlers.open_archive(log)).case(talk.creditor, talk.partner)

    mended = told(run, "ensure-threads", str(orphan.case_id))
    again = told(run, "ensure-threads", str(orphan.case_id))
    catch_up()

    assert mended == {"cases": 1, "made_up": {str(orphan.case_id): 1}}
    assert again == {"cases": 1, "made_up": {}}
    assert told(run, "ensure-threads", "--all") == {"cases": 2, "made_up": {}}


def test_mending_a_merged_case_opens_no_chat(talk: Conversation, run: Run) -> None:
    hidden = talk.office.case(talk.creditor, talk.partner, status="PendingVerificationInternal")
    told(run, "merge", str(hidden.case_id), str(talk.case.case_id))

    assert told(run, "ensure-threads", str(hidden.case_id))["made_up"] == {}

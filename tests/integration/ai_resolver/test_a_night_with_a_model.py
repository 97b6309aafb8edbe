"""
A night with a language model, as it is deployed: processes, the command, the real litellm, an HTTP endpoint.

One story, told in one test: processes take seconds to start.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner

from services.ai_resolver.cli import group
from services.ai_resolver.handlers import subscribing
from services.ai_resolver.handlers.evaluating import read_items
from services.tasks import handlers as tasks
from shared.db import DatabaseConnection, connect
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings, to_environment
from shared.subscription import wait_until_handled
from shared.testing import running
from tests.integration.ai_resolver.endpoint import Answer, endpoint
from tests.integration.ai_resolver.village import SATURDAY_AT_THREE, Chat

NOTHING: Mapping[str, object] = {}
GOOD = Answer()
# What each partner says last, how the model's endpoint answers, and what comes of it.
NIGHT = {
    "Thank you very much.": ([GOOD], "all_gates_passed"),
    "Great, thank you.": ([Answer(status=500), GOOD], "all_gates_passed"),
    "Perfect, many thanks.": ([Answer(content='{"act": "question"}')], "model_question"),
    "Have a nice weekend!": ([Answer(late=True)], "model_timeout"),
    "Many thanks for your help.": ([Answer(content="I'm sorry, I can't help with that.")], "model_malformed"),
    "Noted, thank you.": ([Answer(status=429)], "model_busy"),
    "Thanks for the update.": ([Answer(status=500)], "model_failed"),
}
CLOSED = ("Thank you very much.", "Great, thank you.")
SECRETS = ("Hafen", "DE89", "3704", "33 12", "anna.holm", "1.200", "NV-1001", "77123")
TOLD_BEFORE = (
    "Hafen GmbH (DE89 3704 0044 0532 0130 00, +45 33 12 34 56, anna.holm@hafen.example) owes us "
    "1.200,50 EUR, invoice 77123, case NV-1001."
)


@dataclass
class Town:
    """Threads of one night, and what reads and judges them."""

    settings: Settings
    log: PostgresEventLog
    tables: DatabaseConnection
    tasks_tables: DatabaseConnection
    chats: dict[str, Chat] = field(default_factory=dict)

    def catch_up(self) -> None:
        for connection, name in ((self.tasks_tables, tasks.NAME), (self.tables, subscribing.NAME)):
            wait_until_handled(connection, name, self.log.head(), timeout=30)

    def run(self, at: datetime, changes: Mapping[str, object]) -> dict[str, str]:
        """Run `parley ai-resolver run` as a process of its own; return what came of each chat."""
        done = subprocess.run(
            [sys.executable, "-m", "shared.cli", *_run_at(at)],
            env=self._environment(changes, {k: v for k, v in os.environ.items() if k[:7] != "PARLEY_"}),
            capture_output=True,
            text=True,
            timeout=90,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return self._reasons(done.stdout)

    def run_here(
        self, at: datetime, *options: str, changes: Mapping[str, object] = NOTHING
    ) -> dict[str, str]:
        """Run it in this process."""
        return self._reasons(self.parley(*_run_at(at)[1:], *options, changes=changes))

    def parley(self, *arguments: str, exit_code: int = 0, changes: Mapping[str, object] = NOTHING) -> str:
        """Say `parley ai-resolver` with these arguments; return what it printed."""
        result = CliRunner().invoke(group, arguments, env=self._environment(changes, {}))
        assert result.exit_code == exit_code, result.output
        return result.stdout or result.output

    def task(self, words: str) -> tuple[UUID, datetime, str | None]:
        """Return id, deadline and outcome of the task of that chat."""
        rows = self.tasks_tables.execute(
            "select id, due_at, solved_by from tasks where thread_id = %s and side = 'creditor'",
            (self.chats[words].thread_id,),
        ).fetchall()
        ((id_, due_at, solved_by),) = rows
        return id_, due_at, solved_by

    def _environment(self, changes: Mapping[str, object], others: Mapping[str, str]) -> dict[str, str]:
        return {**others, **to_environment(self.settings.model_copy(update=changes))}

    def _reasons(self, printed: str) -> dict[str, str]:
        by_thread = {str(chat.thread_id): words for words, chat in self.chats.items()}
        return {by_thread[each["thread_id"]]: each["reason"] for each in json.loads(printed)["verdicts"]}


def _run_at(at: datetime) -> tuple[str, ...]:
    return ("ai-resolver", "run", "--json", "--now", at.isoformat())


@contextmanager
def a_town(settings: Settings) -> Iterator[Town]:
    with ExitStack() as stack:
        log = PostgresEventLog(settings)
        stack.callback(log.close)
        stack.enter_context(running(settings, "tasks", "ai-resolver"))
        tables = stack.enter_context(connect(settings, schema=subscribing.NAME, autocommit=True))
        tasks_tables = stack.enter_context(connect(settings, schema=tasks.NAME, autocommit=True))
        yield Town(settings, log, tables, tasks_tables)


@pytest.fixture
def town(settings: Settings) -> Iterator[Town]:
    with a_town(settings) as opened:
        for words in NIGHT:
            chat = opened.chats[words] = Chat(opened.log).begin().about("Hafen GmbH")
            chat.says("creditor", TOLD_BEFORE)
            chat.says("partner", words)
        opened.catch_up()
        yield opened


def test_from_what_is_said_to_what_is_closed_brought_back_and_learnt_from(town: Town) -> None:
    closed, again = CLOSED
    first_deadline = town.task(closed)[1]
    with endpoint() as server:
        server.to = {words: list(answers) for words, (answers, _) in NIGHT.items()}
        model = {"ai_model": "openai/test", "ai_model_url": server.url, "ai_timeout_seconds": 1.0}

        assert town.run(SATURDAY_AT_THREE, model) == {words: reason for words, (_, reason) in NIGHT.items()}
    town.catch_up()

    # What was good enough was closed, whatever else went wrong that night; nothing was shown that may not be.
    assert {words for words in NIGHT if town.task(words)[2] == "automatic"} == set(CLOSED)
    assert [secret for secret in SECRETS if secret in json.dumps(server.asked)] == []

    # Nobody answers the next night: what could not be judged is tried again and stays open.
    sunday = SATURDAY_AT_THREE + timedelta(days=1)
    reasons = town.run_here(sunday, changes=model)
    assert reasons.keys() == {words for words, (_, reason) in NIGHT.items() if reason != "model_question"} - {
        *CLOSED
    }
    assert {reason in ("model_unreachable", "model_failed") for reason in reasons.values()} == {True}

    # A person brings one back, with its deadline; that is an objection, and evaluation data.
    task_id, _, _ = town.task(closed)
    assert "is open again" in town.parley("undo", str(task_id))
    town.catch_up()
    assert town.task(closed) == (task_id, first_deadline, None)
    assert closed not in town.run_here(sunday + timedelta(days=1), "--dry-run")
    items, broken = read_items(town.parley("objections").splitlines())
    assert broken == []
    assert [(item.thread[-1].text, item.expected) for item in items] == [(closed, "reply_expected")]
    (rates,) = json.loads(town.parley("rates", "--json", "--now", sunday.isoformat()))
    assert (rates["concluded"], rates["disputed"], rates["false_resolve_rate"]) == (2, 1, 0.5)
    sampled: list[dict[str, Any]] = json.loads(town.parley("sample", "--json", "--now", sunday.isoformat()))
    assert {each["burst"][0]: each["disputed_at"] is not None for each in sampled} == {
        closed: True,
        again: False,
    }
    assert "no such task" in town.parley("undo", str(uuid4()), exit_code=2).lower()

    assert "There is no company" in town.parley("configure", str(uuid4()), "--mode", "off", exit_code=2)

    # The switch: the company's threads are not looked at any more.
    late = town.chats["Have a nice weekend!"]
    told = json.loads(town.parley("configure", str(late.creditor), "--mode", "off", "--json"))
    assert (told["mode"], told["changed"]) == ("off", True)
    town.catch_up()
    looked = json.loads(town.parley("run", "--at-once", "--dry-run", "--json"))
    assert looked["reasons"]["switched_off"] == 1

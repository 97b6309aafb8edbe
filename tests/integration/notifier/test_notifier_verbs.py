"""`parley notifier …` as operators and their scripts meet it."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from services.notifier import cli
from services.notifier.service import NotifierResources
from shared.settings import to_environment
from tests.integration.notifier.conftest import CatchUp
from tests.integration.notifier.office import FRIDAY, Office
from tests.integration.notifier.senders import make_sender

Parley = Callable[..., Result]


@pytest.fixture
def parley(resources: NotifierResources, monkeypatch: pytest.MonkeyPatch) -> Parley:
    """Give a function that runs `parley notifier` with these arguments."""
    for name, value in to_environment(resources.settings).items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str, exit_code: int = 0) -> Result:
        result = CliRunner().invoke(cli.group, arguments)
        assert result.exit_code == exit_code, result.output
        return result

    return run


def in_json(result: Result) -> Any:
    return json.loads(result.stdout)


def test_flush_decides_as_of_the_instant_given_and_is_safe_to_repeat(
    parley: Parley, office: Office, catch_up: CatchUp
) -> None:
    office.partner_writes("Do you accept?")
    catch_up()

    early = in_json(parley("flush", "--now", FRIDAY.isoformat(), "--json"))
    due = in_json(parley("flush", "--now", (FRIDAY + timedelta(minutes=2)).isoformat(), "--json"))
    again = in_json(parley("flush", "--now", (FRIDAY + timedelta(minutes=2)).isoformat(), "--json"))

    assert early == again == []
    assert [decision["recipients"] for decision in due] == [{str(office.anna.id): "mailed"}]


def test_flush_now_without_an_instant_decides_everything_that_waits(
    parley: Parley, resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.partner_writes("Just now.", at=resources.clock.now())
    catch_up()

    assert len(in_json(parley("flush", "--now", "--json"))) == 1


def test_outbox_and_show_tell_what_became_of_an_e_mail(
    parley: Parley, resources: NotifierResources, office: Office, catch_up: CatchUp
) -> None:
    office.partner_writes("Do you accept?")
    catch_up()
    parley("flush", "--now")
    catch_up()

    [queued] = in_json(parley("outbox", "--json"))
    make_sender(resources).send_due()

    assert (queued["state"], queued["email"]) == ("queued", office.anna.email)
    assert in_json(parley("outbox", "--state", "queued", "--json")) == []
    [sent] = in_json(parley("outbox", "--state", "sent", "--json"))
    assert sent["mail_id"] == queued["mail_id"]
    history = in_json(parley("show", sent["mail_id"], "--json"))
    assert [event["type"] for event in history] == ["MailScheduled", "MailSent"]
    assert "sent" in parley("outbox").stdout
    assert "MailSent" in parley("show", sent["mail_id"]).stdout


def test_summaries_are_told_and_sent_as_of_the_date_or_instant_given(
    parley: Parley, office: Office, catch_up: CatchUp
) -> None:
    office.owes(office.partner, due=FRIDAY)
    catch_up()
    monday = "2026-11-23T07:00:00+01:00"

    [foreseen] = in_json(parley("daily-summary", "--now", monday, "--dry-run", "--json"))
    [sent] = in_json(parley("daily-summary", "--now", monday, "--json"))
    again = in_json(parley("daily-summary", "--date", "2026-11-23", "--now", monday, "--json"))
    [reminder] = in_json(parley("weekly-overdue", "--date", "2026-11-23", "--now", monday, "--json"))

    assert foreseen == sent
    assert (sent["user_id"], sent["task_count"]) == (str(office.bob.id), 1)
    assert again == []
    assert reminder["kind"] == "weekly_overdue"
    assert (
        "week ahead" in parley("daily-summary", "--date", "2062-01-02", "--now", monday, exit_code=2).stderr
    )


def test_every_kind_of_e_mail_can_be_looked_at(parley: Parley) -> None:
    assert "Subject: [NV-1001] 2 new messages" in parley("preview", "chat").stdout
    assert "Svar i Parley" in parley("preview", "chat", "--locale", "da", "--part", "text").stdout
    assert "<html" in parley("preview", "payment_reported", "--part", "html").stdout
    assert "Invalid value" in parley("preview", "gossip", exit_code=2).stderr


def test_explain_names_every_possible_recipient_and_the_reason(
    parley: Parley, office: Office, catch_up: CatchUp
) -> None:
    message = office.partner_writes("Do you accept?")
    catch_up()

    [anna] = in_json(parley("explain", str(message.id), "--json"))["recipients"]

    assert anna["user"]["user_id"] == str(office.anna.id)
    assert anna["fate"]["outcome"] == "waiting"
    assert anna["fate"]["waiting_until"] == "2026-11-20T14:02:00Z"
    assert "Anna Holm" in parley("explain", str(message.id)).stdout


def test_what_nobody_knows_is_told_as_such(parley: Parley) -> None:
    assert "no message" in parley("explain", str(uuid4()), exit_code=2).stderr
    assert "no e-mail" in parley("show", str(uuid4()), exit_code=2).stderr


def test_dead_letters_are_listed(parley: Parley) -> None:
    assert in_json(parley("dead-letters", "list", "--json")) == []

"""A poisoned event is parked, its stream waits behind it, and the rest goes on."""

import json
import logging
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest
from click.testing import CliRunner

from shared.contracts.envelope import Stream
from shared.db import connect
from shared.dead_letters import dead_letters_group
from shared.errors import NotFound
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import LogUnavailable
from shared.parking import list_parked, retry
from shared.settings import Settings, to_environment
from shared.subscription import wait_until_handled
from shared.testing import eventually
from tests.integration.subscription.ledger import (
    NAME,
    Ledger,
    account,
    assert_each_once_in_order,
    deposit,
    interest_of,
    labels,
    subscribed,
)


def catch_up(settings: Settings, log: PostgresEventLog) -> None:
    """Wait until the log is handled, and then what was appended for it as well."""
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        for _ in range(2):
            wait_until_handled(connection, NAME, log.head(), 30)


def parked(settings: Settings) -> list[tuple[int, bool]]:
    return [(event.version, event.poisoned) for event in list_parked(settings, NAME)]


def test_later_events_of_a_poisoned_stream_wait_and_others_go_on(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_project.add("poisoned")
    sick, well = uuid4(), uuid4()
    deposit(log, sick, "good", "poisoned", "behind")
    deposit(log, well, "one", "two")

    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
        deposit(log, sick, "further behind")
        catch_up(database_settings, log)

    assert labels(database_settings, account(sick)) == ["good"]
    assert labels(database_settings, account(well)) == ["one", "two"]
    assert parked(database_settings) == [(2, True), (3, False), (4, False)]
    assert "Refusing: poisoned" in str(list_parked(database_settings, NAME)[0].error)


def test_a_retry_gives_parked_events_their_effect_in_order_while_the_subscription_runs(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_project.add("poisoned")
    sick = uuid4()
    deposit(log, sick, "poisoned", *(str(n) for n in range(20)))

    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
        ledger.cannot_project.clear()
        outcome = retry(ledger.definition(), log, database_settings, stream=account(sick))
        deposit(log, sick, "afterwards")
        catch_up(database_settings, log)

    assert (outcome.handled, outcome.failed) == (21, ())
    assert list_parked(database_settings, NAME) == []
    assert_each_once_in_order(database_settings, log)


def test_a_retry_that_fails_again_changes_nothing_but_the_note_of_it(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_project.add("poisoned")
    sick = uuid4()
    deposit(log, sick, "poisoned", "behind")
    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
    before = list_parked(database_settings, NAME)

    outcome = retry(ledger.definition(), log, database_settings)

    after = list_parked(database_settings, NAME)
    assert outcome.handled == 0
    assert outcome.failed == (after[0],)
    assert after[0].attempts == before[0].attempts + 1
    assert after[1] == before[1]
    assert labels(database_settings, account(sick)) == []


def test_a_retry_while_an_append_before_it_is_under_way_changes_nothing_and_says_so(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_project.add("poisoned")
    deposit(log, uuid4(), "poisoned")
    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
    before = list_parked(database_settings, NAME)
    with connect(database_settings, schema="eventlog") as under_way:
        under_way.execute("select pg_advisory_xact_lock_shared(7209::bigint << 48)")

        with pytest.raises(LogUnavailable, match="try again soon"):
            retry(ledger.definition(), log, database_settings)

    assert list_parked(database_settings, NAME) == before


def test_a_reaction_that_fails_is_parked_too_and_reacts_when_it_is_retried(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_react.add("poisoned")
    sick = uuid4()
    deposit(log, sick, "poisoned")
    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
        assert labels(database_settings, interest_of(sick)) == []

        ledger.cannot_react.clear()
        retry(ledger.definition(), log, database_settings)
        # The consequence is in effect when the retry returns: it was projected ahead of the checkpoint.
        assert labels(database_settings, interest_of(sick)) == ["poisoned"]
        catch_up(database_settings, log)

    assert_each_once_in_order(database_settings, log)


def test_a_consequence_that_cannot_be_projected_is_parked_and_not_what_caused_it(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_project.add("interest poisoned")
    sick = uuid4()
    deposit(log, sick, "poisoned", "next")

    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
        assert labels(database_settings, account(sick)) == ["poisoned", "next"]
        assert [Stream.parse(event.stream) for event in list_parked(database_settings, NAME)] == [
            interest_of(sick)
        ] * 2
        ledger.cannot_project.clear()
        retry(ledger.definition(), log, database_settings)
        catch_up(database_settings, log)

    assert_each_once_in_order(database_settings, log)


def test_at_the_cap_the_subscription_halts_loudly_and_goes_on_once_something_was_settled(
    ledger: Ledger,
    log: PostgresEventLog,
    database_settings: Settings,
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = database_settings.model_copy(update={"dead_letter_cap": 2})
    ledger.cannot_project |= {"first", "second", "third"}
    streams = [uuid4() for _ in range(4)]
    for who, label in zip(streams, ["first", "second", "third", "well"], strict=True):
        deposit(log, who, label)

    with caplog.at_level(logging.ERROR), subscribed(ledger, settings):
        eventually(lambda: "subscription_halted" in [vars(record).get("action") for record in caplog.records])
        assert len(list_parked(settings, NAME)) == 2
        assert labels(settings, account(streams[3])) == []

        ledger.cannot_project.discard("first")
        retry(ledger.definition(), log, settings, stream=account(streams[0]))
        catch_up(settings, log)

    assert labels(settings, account(streams[3])) == ["well"]
    assert [event.stream for event in list_parked(settings, NAME)] == [
        str(account(who)) for who in streams[1:3]
    ]


def test_an_event_that_cannot_be_read_is_parked_by_its_place(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    sick, well = uuid4(), uuid4()
    deposit(log, sick, "unreadable", "behind")
    deposit(log, well, "well")
    with psycopg.connect(database_settings.database_url, autocommit=True) as superuser:
        superuser.execute("alter table eventlog.events disable trigger append_only")
        superuser.execute("""update eventlog.events set data = '{"label": []}' where position = 1""")

    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)

    assert labels(database_settings, account(well)) == ["well"]
    assert parked(database_settings) == [(1, True), (2, False)]


def test_retrying_a_stream_in_which_nothing_is_parked_is_refused(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with pytest.raises(NotFound):
        retry(ledger.definition(), log, database_settings, stream=account(uuid4()))


def test_operators_list_and_retry_from_the_command_line(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_project.add("poisoned")
    sick = uuid4()
    deposit(log, sick, "poisoned", "behind")
    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
    group = dead_letters_group(NAME, lambda _settings, own_log: Ledger(own_log).definition())
    shell = CliRunner(env=to_environment(database_settings))

    listed = shell.invoke(group, ["list", "--json"])
    table = shell.invoke(group, ["list"])
    unclear = shell.invoke(group, ["retry"])
    unknown = shell.invoke(group, ["retry", "--stream", "nonsense"])
    retried = shell.invoke(group, ["retry", "--stream", str(account(sick))])

    assert [event["poisoned"] for event in json.loads(listed.stdout)] == [True, False]
    assert "poisoned" in table.stdout
    assert "waiting" in table.stdout
    assert (unclear.exit_code, unknown.exit_code) == (2, 2)
    assert (retried.exit_code, retried.stdout) == (0, "2 parked events took effect.\n")
    assert list_parked(database_settings, NAME) == []

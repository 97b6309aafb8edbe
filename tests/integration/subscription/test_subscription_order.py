"""Events take effect in log order and once, consequences with what caused them."""

import threading
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from shared.checkpoint import Checkpoint
from shared.contracts.envelope import RecordedEvent
from shared.db import connect, open_pool
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from shared.subscription import CheckpointBeyondLog, NotYetHandled, Subscription, wait_until_handled
from shared.testing import eventually
from shared.wakeups import IdlePolling
from tests.integration.subscription.ledger import (
    NAME,
    Ledger,
    LedgerDeposited,
    LedgerInterestEarned,
    account,
    assert_each_once_in_order,
    deposit,
    effects,
    interest_of,
    labels,
    new_event,
    subscribed,
)


def handled(settings: Settings, position: int, within: float = 30) -> None:
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        wait_until_handled(connection, NAME, position, within)


def test_a_backlog_of_several_pages_takes_effect_in_order(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    accounts = [uuid4() for _ in range(7)]
    for n in range(200):
        deposit(log, accounts[n % 7], *(f"{n}.{k}" for k in range(6)))

    with subscribed(ledger, database_settings):
        handled(database_settings, log.head())
        handled(database_settings, log.head())

    assert_each_once_in_order(database_settings, log)


def test_whoever_waits_for_a_position_finds_the_consequences_of_everything_up_to_it(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with subscribed(ledger, database_settings):
        for n in range(50):
            who = uuid4()
            position = deposit(log, who, f"deposit {n}")
            handled(database_settings, position)
            assert labels(database_settings, interest_of(who)) == [f"deposit {n}"]

    assert_each_once_in_order(database_settings, log)


def test_what_others_wrote_before_a_consequence_in_its_stream_is_projected_before_it(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    """The stream of a consequence may hold events between the checkpoint and the consequence."""
    who = uuid4()
    deposit(log, who, "deposit")
    by_hand = [new_event(uuid4(), LedgerInterestEarned(label=f"by hand {n}")) for n in range(30)]
    for event in by_hand:
        log.append(interest_of(who), [event], expected="any")
    seen: list[list[str]] = []

    def look(event: RecordedEvent) -> None:
        # A stream's later event is about to be projected: the page that holds its earlier ones is not
        # handled yet.
        seen.append([event.type])

    ledger.before_project = look

    with subscribed(ledger, database_settings):
        handled(database_settings, log.head())
        handled(database_settings, log.head())

    assert labels(database_settings, interest_of(who)) == [*(f"by hand {n}" for n in range(30)), "deposit"]
    assert_each_once_in_order(database_settings, log)


def test_a_gap_before_a_consequence_is_found_however_long_it_is(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    """
    One event per page is forced by a poisoned one, so that the others' events lie ahead of the checkpoint.
    """
    who = uuid4()
    ledger.cannot_project.add("poisoned")
    deposit(log, uuid4(), "poisoned")
    position = deposit(log, who, "first")
    for n in range(40):
        log.append(interest_of(who), [new_event(uuid4(), LedgerInterestEarned(label=str(n)))], expected="any")

    with subscribed(ledger, database_settings):
        handled(database_settings, position)
        ahead = labels(database_settings, interest_of(who))
        handled(database_settings, log.head())

    assert ahead[:41] == [*(str(n) for n in range(40)), "first"]
    assert labels(database_settings, interest_of(who)) == [*(str(n) for n in range(40)), "first"]


def test_two_replicas_share_the_work_without_doing_any_twice(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    accounts = [uuid4() for _ in range(5)]

    with subscribed(ledger, database_settings), subscribed(Ledger(log), database_settings):
        for n in range(300):
            deposit(log, accounts[n % 5], str(n))
        handled(database_settings, log.head())
        handled(database_settings, log.head())

    assert_each_once_in_order(database_settings, log)


def test_waiting_for_a_position_that_is_not_reached_says_so_in_time(
    log: PostgresEventLog, database_settings: Settings
) -> None:
    position = deposit(log, uuid4(), "nobody handles this")

    with closing(open_pool(database_settings, schema=NAME, size=1)) as pool:
        with pytest.raises(NotYetHandled):
            wait_until_handled(pool, NAME, position, 0.1)
        wait_until_handled(pool, NAME, 0, 0.1)


def test_a_checkpoint_beyond_the_log_stops_the_subscription_with_a_word_on_what_to_do(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with closing(connect(database_settings, schema=NAME, autocommit=True)) as connection:
        checkpoint = Checkpoint(connection, NAME)
        checkpoint.ensure()
        checkpoint.advance(17)

    with pytest.raises(CheckpointBeyondLog, match="rebuild"):
        Subscription(ledger.definition(), log, database_settings, IdlePolling()).run(threading.Event())


def test_a_checkpoint_that_an_append_under_way_hides_is_not_beyond_the_log(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    """An append that was slow between its two looks can mark a position that readers have passed already."""
    caplog.set_level("INFO")
    with (
        connect(database_settings, schema="eventlog") as slow,
        closing(connect(database_settings, schema=NAME, autocommit=True)) as connection,
    ):
        slow.execute("select eventlog.mark_positions_v1()")
        checkpoint = Checkpoint(connection, NAME)
        checkpoint.ensure()
        checkpoint.advance(deposit(log, uuid4(), "handled before"))
        assert log.head() == 0

        with subscribed(ledger, database_settings):
            eventually(lambda: "Subscription started" in caplog.messages, within=10)
            slow.rollback()
            handled(database_settings, deposit(log, uuid4(), "deposit"))


def test_a_subscription_outlives_the_loss_of_its_connection(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with subscribed(ledger, database_settings):
        handled(database_settings, deposit(log, uuid4(), "before"))
        with psycopg.connect(database_settings.database_url, autocommit=True) as superuser:
            superuser.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        deposit(log, uuid4(), "after")
        handled(database_settings, log.head())
        handled(database_settings, log.head())

    assert_each_once_in_order(database_settings, log)


def test_an_event_that_fails_once_takes_effect_after_all(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    failures = iter([RuntimeError("once"), RuntimeError("twice")])

    def fail_at_first(event: RecordedEvent) -> None:
        if isinstance(event.data, LedgerDeposited) and event.data.label == "moody":
            error = next(failures, None)
            if error is not None:
                raise error

    ledger.before_project = fail_at_first
    who = uuid4()
    deposit(log, who, "calm", "moody", "calm again")

    with subscribed(ledger, database_settings):
        handled(database_settings, log.head())

    assert labels(database_settings, account(who)) == ["calm", "moody", "calm again"]
    assert len(effects(database_settings)) == 6

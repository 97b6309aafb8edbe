"""A read model is built anew beside the live one and takes its place without anybody noticing."""

import threading
from contextlib import closing
from uuid import uuid4

import psycopg
import pytest

from shared import rebuild as rebuild_module
from shared.checkpoint import Checkpoint
from shared.contracts.envelope import RecordedEvent
from shared.db import DatabaseConnection, connect, open_pool
from shared.errors import Conflict
from shared.eventlog.postgres import PostgresEventLog
from shared.handling import HandlingFailed
from shared.parking import list_parked, retry
from shared.rebuild import rebuild
from shared.settings import Settings
from shared.subscription import wait_until_handled
from shared.testing import eventually
from tests.integration.subscription.ledger import (
    NAME,
    PACKAGE,
    Ledger,
    account,
    assert_each_once_in_order,
    deposit,
    effects,
    labels,
    subscribed,
)


def catch_up(settings: Settings, log: PostgresEventLog) -> None:
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        for _ in range(2):
            wait_until_handled(connection, NAME, log.head(), 30)


def ignore(done: int, total: int) -> None:
    del done, total


def run_rebuild(ledger: Ledger, settings: Settings) -> int:
    return rebuild(ledger.definition(), ledger.log, settings, ignore, package=PACKAGE)


def schemas(settings: Settings) -> set[str]:
    with psycopg.connect(settings.database_url) as connection:
        rows = connection.execute("select nspname from pg_namespace where nspname like 'ledger%'").fetchall()
    return {name for (name,) in rows}


def test_a_rebuild_under_load_swaps_in_exactly_what_the_live_read_model_was(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    for n in range(60):
        deposit(log, uuid4(), *(f"{n}.{k}" for k in range(10)))
    done = threading.Event()

    def keep_writing() -> None:
        who = [uuid4() for _ in range(3)]
        n = 0
        while not done.wait(0.003):
            deposit(log, who[n % 3], f"during {n}")
            n += 1

    writer = threading.Thread(target=keep_writing)
    told: list[tuple[int, int]] = []

    with subscribed(ledger, database_settings):
        writer.start()
        try:
            for _ in range(3):
                rebuild(
                    Ledger(log).definition(),
                    log,
                    database_settings,
                    lambda done, total: told.append((done, total)),
                    package=PACKAGE,
                )
        finally:
            done.set()
            writer.join()
        catch_up(database_settings, log)

    assert_each_once_in_order(database_settings, log)
    assert told
    assert schemas(database_settings) == {"ledger"}


def test_rows_that_do_not_follow_from_the_log_are_gone_after_a_rebuild(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with subscribed(ledger, database_settings):
        deposit(log, uuid4(), "true")
        catch_up(database_settings, log)
        with closing(connect(database_settings, schema=NAME, autocommit=True)) as connection:
            connection.execute(
                "insert into effects (position, stream, version, label) values (1, 'x', 1, 'lie')"
            )

        position = run_rebuild(ledger, database_settings)

    assert position == log.head()
    assert_each_once_in_order(database_settings, log)


def test_sessions_with_prepared_statements_see_the_new_tables(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    deposit(log, uuid4(), "one")
    with (
        closing(open_pool(database_settings, schema=NAME, size=1)) as pool,
        subscribed(ledger, database_settings),
    ):
        catch_up(database_settings, log)

        def count() -> int:
            with pool.connection() as connection:
                row = connection.execute("select count(*) from effects", prepare=True).fetchone()
            assert row is not None
            return int(row[0])

        before = [count() for _ in range(10)]
        with pool.connection() as connection:
            connection.execute("delete from effects")
        emptied = count()
        run_rebuild(ledger, database_settings)
        after = count()

    assert set(before) == {2}
    assert (emptied, after) == (0, 2)


def test_a_second_rebuild_of_the_same_service_is_refused(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with subscribed(ledger, database_settings):
        deposit(log, uuid4(), "one")
        catch_up(database_settings, log)
    refusals: list[Conflict] = []

    def try_another(_: RecordedEvent) -> None:
        with pytest.raises(Conflict) as refused:
            run_rebuild(Ledger(log), database_settings)
        refusals.append(refused.value)

    run_rebuild(Ledger(log, before_project=try_another), database_settings)

    assert {refusal.code for refusal in refusals} == {"rebuild_running"}


def test_whoever_waits_for_the_lock_during_the_swap_gets_that_of_the_new_read_model(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with subscribed(ledger, database_settings):
        deposit(log, uuid4(), "one")
        catch_up(database_settings, log)
    others: list[int | None] = []

    def wait_and_look_who_else_gets_it() -> None:
        with (
            closing(connect(database_settings, schema=NAME)) as connection,
            closing(connect(database_settings, schema=NAME)) as other,
        ):
            Checkpoint(connection, NAME).wait_for_lock()
            others.append(Checkpoint(other, NAME).try_lock())

    waiter = threading.Thread(target=wait_and_look_who_else_gets_it)

    def let_somebody_wait(event: RecordedEvent) -> None:
        if event.position == 1:
            waiter.start()
            eventually(lambda: is_waited_for_a_row(database_settings))

    run_rebuild(Ledger(log, before_project=let_somebody_wait), database_settings)
    waiter.join(30)

    assert others == [None]


def is_waited_for_a_row(settings: Settings) -> bool:
    with psycopg.connect(settings.database_url) as superuser:
        row = superuser.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and wait_event_type = 'Lock'"
        ).fetchone()
    return row is not None and row[0] > 0


def test_parked_streams_stay_parked_from_the_same_event_on(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    ledger.cannot_project.add("poisoned")
    sick = uuid4()
    with subscribed(ledger, database_settings):
        deposit(log, sick, "good", "poisoned", "behind")
        catch_up(database_settings, log)
        before = list_parked(database_settings, NAME)

        run_rebuild(Ledger(log), database_settings)

        assert list_parked(database_settings, NAME) == before
        assert labels(database_settings, account(sick)) == ["good"]
        ledger.cannot_project.clear()
        retry(ledger.definition(), log, database_settings)

    assert_each_once_in_order(database_settings, log)


def test_a_retry_during_the_rebuild_makes_it_start_over(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Everything is read before the swap, so that there is a moment between reading and swapping.
    monkeypatch.setattr(rebuild_module, "_CLOSE", 0)
    ledger.cannot_project.add("poisoned")
    sick = uuid4()
    with subscribed(ledger, database_settings):
        deposit(log, sick, "poisoned", "behind")
        deposit(log, uuid4(), "last")
        catch_up(database_settings, log)
    ledger.cannot_project.clear()
    retried: list[int] = []

    def retry_once(done: int, total: int) -> None:
        del done, total
        if not retried:
            retried.append(retry(ledger.definition(), log, database_settings).handled)

    rebuild(Ledger(log).definition(), log, database_settings, retry_once, package=PACKAGE)

    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
    assert retried == [2]
    assert_each_once_in_order(database_settings, log)


def test_consequences_ahead_of_the_checkpoint_are_in_the_new_read_model_too(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    """The rebuild happens at the moment when a batch is handled and its consequences are not read yet."""
    who = uuid4()
    with subscribed(ledger, database_settings):
        position = deposit(log, who, "one", "two")
        with closing(connect(database_settings, schema=NAME, autocommit=True)) as connection:
            wait_until_handled(connection, NAME, position, 30)
    with closing(connect(database_settings, schema=NAME, autocommit=True)) as connection:
        put_back(connection, position)

    run_rebuild(ledger, database_settings)
    rebuilt = effects(database_settings)
    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)

    assert len(rebuilt) == 4
    assert_each_once_in_order(database_settings, log)


def put_back(connection: DatabaseConnection, position: int) -> None:
    """Put the checkpoint back to before the consequences, as it was in between."""
    connection.execute("delete from projected_ahead")
    rows = connection.execute(
        "select stream, max(version), max(position) from effects where position > %s group by stream",
        [position],
    ).fetchall()
    for stream, version, last in rows:
        connection.execute(
            "insert into projected_ahead (stream, version, position) values (%s, %s, %s)",
            [stream, version, last],
        )
    connection.execute("update checkpoints set position = %s", [position])


def test_an_event_that_cannot_be_projected_leaves_the_live_read_model_as_it_was(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    with subscribed(ledger, database_settings):
        deposit(log, uuid4(), "fine", "broken since the new release")
        catch_up(database_settings, log)

    with pytest.raises(HandlingFailed, match="position 4"):
        run_rebuild(Ledger(log, cannot_project={"interest broken since the new release"}), database_settings)

    assert_each_once_in_order(database_settings, log)


def test_a_read_model_beyond_a_restored_log_is_mended_by_a_rebuild(
    ledger: Ledger, log: PostgresEventLog, database_settings: Settings
) -> None:
    deposit(log, uuid4(), "kept")
    with subscribed(ledger, database_settings):
        catch_up(database_settings, log)
    with closing(connect(database_settings, schema=NAME, autocommit=True)) as connection:
        connection.execute("update checkpoints set position = position + 5")
        connection.execute(
            "insert into effects (position, stream, version, label) values (7, 'interest-x', 1, 'lost')"
        )

    position = run_rebuild(ledger, database_settings)

    assert position == log.head()
    with subscribed(ledger, database_settings):
        deposit(log, uuid4(), "new")
        catch_up(database_settings, log)
    assert_each_once_in_order(database_settings, log)

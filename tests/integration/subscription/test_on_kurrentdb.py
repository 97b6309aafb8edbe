"""
A subscription, its parked events and its rebuild on a log whose positions have gaps, with others' events in
between: EventStoreDB/KurrentDB, as the stand-in.
"""

from collections.abc import Iterator
from contextlib import closing
from threading import Event
from uuid import uuid4

import pytest
from kurrentdbclient import KurrentDBClient, StreamState
from kurrentdbclient import NewEvent as DatabaseEvent

from shared.db import connect
from shared.eventlog.kurrentdb import KurrentEventLog
from shared.eventlog.protocol import EventLog, UnknownPosition
from shared.parking import list_parked, retry
from shared.rebuild import rebuild
from shared.settings import Settings
from shared.subscription import CheckpointBeyondLog, Subscription, wait_until_handled
from shared.wakeups import IdlePolling
from tests.integration.subscription.ledger import (
    NAME,
    PACKAGE,
    Ledger,
    account,
    assert_each_once_in_order,
    create_schema,
    deposit,
    effects,
    labels,
    subscribed,
)
from tests.kurrentdb_stand_in.fixtures import StandIn


@pytest.fixture
def settings_there(database_settings: Settings, kurrentdb_stand_in: StandIn) -> Settings:
    kurrentdb_stand_in.tell("reset")
    create_schema(database_settings)
    return database_settings.model_copy(update={"eventlog_url": kurrentdb_stand_in.url})


@pytest.fixture
def there(settings_there: Settings) -> Iterator[KurrentEventLog]:
    with closing(KurrentEventLog(settings_there)) as log:
        yield log


def catch_up(settings: Settings, log: EventLog) -> None:
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        for _ in range(2):
            wait_until_handled(connection, NAME, log.head(), 30)


def others_write(settings: Settings, stream: str) -> None:
    client = KurrentDBClient(settings.log_url)
    client.append_event(
        stream, current_version=StreamState.ANY, event=DatabaseEvent(type="Theirs", data=b"{}")
    )
    client.close()


def test_every_event_has_its_effect_once_and_in_order(
    there: KurrentEventLog, settings_there: Settings
) -> None:
    ledger = Ledger(there)
    accounts = [uuid4() for _ in range(5)]
    with subscribed(ledger, settings_there):
        for number in range(30):
            deposit(there, accounts[number % 5], f"deposit {number}")
            if number % 7 == 0:
                others_write(settings_there, "account-of-others")
        others_write(settings_there, f"order-{uuid4()}")
        catch_up(settings_there, there)

    assert_each_once_in_order(settings_there, there)
    assert len(effects(settings_there)) == 60


def test_a_parked_event_is_found_by_its_position_and_retried(
    there: KurrentEventLog, settings_there: Settings
) -> None:
    ledger = Ledger(there, cannot_project={"poisoned"})
    sick = uuid4()
    deposit(there, uuid4(), "before")
    with subscribed(ledger, settings_there):
        deposit(there, sick, "good", "poisoned", "behind")
        catch_up(settings_there, there)
        ledger.cannot_project.clear()

        outcome = retry(ledger.definition(), there, settings_there)

    assert outcome.handled == 2
    assert list_parked(settings_there, NAME) == []
    assert labels(settings_there, account(sick)) == ["good", "poisoned", "behind"]
    assert_each_once_in_order(settings_there, there)


def test_a_read_model_is_built_anew_from_the_log(there: KurrentEventLog, settings_there: Settings) -> None:
    ledger = Ledger(there)
    with subscribed(ledger, settings_there):
        deposit(there, uuid4(), *(f"deposit {number}" for number in range(20)))
        catch_up(settings_there, there)
        before = {(effect.position, effect.label) for effect in effects(settings_there)}

        position = rebuild(ledger.definition(), there, settings_there, lambda *_: None, package=PACKAGE)
        deposit(there, uuid4(), "afterwards")
        catch_up(settings_there, there)

    assert 0 < position <= there.head()
    after = {(effect.position, effect.label) for effect in effects(settings_there)}
    assert before < after
    assert_each_once_in_order(settings_there, there)


@pytest.mark.parametrize("position", [7, 2**40])
def test_a_checkpoint_of_another_log_stops_the_subscription_with_the_setting_to_look_at(
    there: KurrentEventLog, settings_there: Settings, position: int
) -> None:
    """Neither from the beginning nor from somewhere: what it has handled would be handled again, or lost."""
    deposit(there, uuid4(), *(f"deposit {number}" for number in range(20)))
    with closing(connect(settings_there, schema=NAME, autocommit=True)) as connection:
        connection.execute("insert into checkpoints (name, position) values (%s, %s)", [NAME, position])
    replica = Subscription(Ledger(there).definition(), there, settings_there, IdlePolling(0.01))

    with pytest.raises((UnknownPosition, CheckpointBeyondLog), match="PARLEY_EVENTLOG_URL"):
        replica.run(Event())

    assert effects(settings_there) == []

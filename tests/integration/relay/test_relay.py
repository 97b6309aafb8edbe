"""What the relay publishes: every event, in log order, confirmed, by one leader at a time."""

import threading
import time
from contextlib import closing
from uuid import uuid4

import amqp
import httpx
import psycopg
import pytest

from shared import broker as broker_module
from shared import relay as relay_module
from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.relay import LEADER_QUEUE, Relay, RelayAheadOfLog
from shared.settings import Settings
from shared.testing import Broker, eventually, fresh_database
from tests.integration.relay.conftest import StartRelay
from tests.integration.relay.inbox import Inbox, Windows, full_queue
from tests.integration.subscription.ledger import SOURCE, deposit


def fill(log: PostgresEventLog, events: int) -> int:
    accounts = [uuid4() for _ in range(10)]
    for n in range(events // 5):
        deposit(log, accounts[n % 10], *(f"{n}.{k}" for k in range(5)))
    return log.head()


def checkpoint(settings: Settings) -> int:
    with closing(connect(settings, schema="eventlog", autocommit=True)) as connection:
        row = connection.execute("select position from relay_checkpoint").fetchone()
    assert row is not None
    return int(row[0])


def test_every_event_arrives_once_in_log_order_and_names_the_one_before(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    head = fill(log, 1000)

    with start_relay("only") as relay:
        box.take_until(head)
        live = deposit(log, uuid4(), "live")
        arrived = box.take_until(live)
        eventually(lambda: checkpoint(settings) == live)
        assert relay.stop() == 0

    assert box.positions == list(range(1, live + 1))
    assert [each.previous_position for each in arrived] == list(range(live))
    last = arrived[-1]
    assert last.routing_key == "LedgerDeposited"
    assert last.properties["content_type"] == "application/json"
    assert last.properties["delivery_mode"] == 2
    assert (last.body["specversion"], last.body["type"]) == ("1.0", "LedgerDeposited")
    assert (last.body["position"], last.body["previousposition"]) == (live, live - 1)
    assert last.body["data"] == {"label": "live"}
    assert last.body["id"] == last.properties["message_id"]


def test_an_event_of_any_size_and_script_arrives_whole(
    log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    large = "Größe 東京 " * 40_000
    deposit(log, uuid4(), "", large, '\u2028\x00\\"')

    with start_relay("only"):
        arrived = box.take_until(3)

    assert [each.body["data"]["label"] for each in arrived] == ["", large, '\u2028\x00\\"']


def test_all_events_also_come_many_to_a_message_and_no_message_is_too_large_for_the_broker(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    fill(log, 300)
    head = deposit(log, uuid4(), "x" * 700_000, "y" * 700_000, "z" * 1_400_000, "last")

    with closing(Windows(settings)) as windows, start_relay("only"):
        messages = windows.take_until(head)
        one_by_one = box.take_until(head)

    assert [event for message in messages for event in message] == [each.body for each in one_by_one]
    assert len(messages) < 10
    assert [len(message) for message in messages[-3:]] == [1, 1, 1]


def test_a_standby_takes_over_when_the_leader_is_killed_and_nothing_is_missing(
    log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    with start_relay("first") as first, start_relay("second") as second:
        eventually(lambda: "relay_leads" in first.output + second.output)
        leader, standby = (first, second) if "relay_leads" in first.output else (second, first)
        standby.wait_for("relay_stands_by")
        writer = threading.Thread(target=fill, args=(log, 2000))
        writer.start()
        eventually(lambda: len(box.take()) > 200)
        leader.kill9()
        writer.join()
        box.take_until(log.head())
        standby.wait_for("relay_leads")

    once = list(dict.fromkeys(box.positions))
    assert once == list(range(1, log.head() + 1)), "first arrivals are complete and in order"


def test_a_leader_that_was_frozen_publishes_nothing_more_when_it_wakes(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    with start_relay("frozen") as frozen:
        frozen.wait_for("relay_leads")
        box.take_until(fill(log, 50))
        with start_relay("standby") as standby:
            standby.wait_for("relay_stands_by")
            frozen.freeze()
            while_frozen = fill(log, 100)
            standby.wait_for("relay_leads", within=30)
            box.take_until(while_frozen)
            eventually(lambda: checkpoint(settings) == while_frozen)
            before_wake = list(box.positions)

            frozen.wake()
            frozen.wait_for("relay_interrupted")
            frozen.wait_for("relay_stands_by")
            box.take_until(fill(log, 100))
            eventually(lambda: checkpoint(settings) == log.head())
            box.take()

    after_wake = box.positions[len(before_wake) :]
    assert after_wake == list(range(while_frozen + 1, log.head() + 1)), "each arrived once, in order"
    assert list(dict.fromkeys(before_wake)) == list(range(1, while_frozen + 1))


def test_messages_that_the_broker_refuses_do_not_count_as_published(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    with closing(full_queue(settings, "full")) as connection, start_relay("only") as relay:
        head = fill(log, 20)
        relay.wait_for("relay_interrupted")
        refused_at = checkpoint(settings)

        connection.channel().queue_delete("full")
        eventually(lambda: checkpoint(settings) == head)
        box.take_until(head)

    assert refused_at < head
    assert list(dict.fromkeys(box.positions)) == list(range(1, head + 1))


def test_a_broker_that_refuses_is_asked_less_and_less_often_and_told_of_once(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    """Whoever else is bound to the exchange gets every attempt."""
    head = fill(log, 10)
    with closing(full_queue(settings, "full")) as connection, start_relay("only") as relay:
        relay.wait_for("relay_interrupted")
        time.sleep(4)
        attempts = box.take().count(box.arrived[0])

        connection.channel().queue_delete("full")
        eventually(lambda: checkpoint(settings) == head)
        told = relay.output

    assert 2 <= attempts <= 7
    assert told.count("relay_interrupted") == 1


def test_an_exchange_that_somebody_deletes_is_there_again_with_the_next_event(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    with start_relay("only"), closing(broker_module.connect(settings.amqp_url, heartbeat=0, name="op")) as op:
        box.take_until(fill(log, 10))
        op.channel().exchange_delete(broker_module.exchange_of(SOURCE))

        head = fill(log, 10)
        eventually(lambda: checkpoint(settings) == head)

        op.channel().exchange_declare(
            broker_module.exchange_of(SOURCE), type="topic", passive=True, durable=True, auto_delete=False
        )


def test_a_standby_waits_on_one_channel_however_long(settings: Settings, log: PostgresEventLog) -> None:
    opened: list[amqp.Channel] = []
    open_channel = amqp.Connection.channel

    def open_and_note(connection: amqp.Connection) -> amqp.Channel:
        opened.append(open_channel(connection))
        return opened[-1]

    stop = threading.Event()
    with (
        closing(broker_module.connect(settings.amqp_url, heartbeat=0, name="leader")) as leader,
        pytest.MonkeyPatch.context() as patch,
    ):
        leader.channel().queue_declare(LEADER_QUEUE, exclusive=True, auto_delete=False)
        patch.setattr(relay_module, "_STANDBY_SECONDS", 0.01)
        patch.setattr(amqp.Connection, "channel", open_and_note)
        standby = threading.Thread(target=Relay(log, settings).run, args=(stop,))
        standby.start()
        time.sleep(1)
        stop.set()
        standby.join(30)

    assert len(opened) == 1


def test_the_checkpoint_lies_beside_a_log_that_has_a_database_of_its_own(
    settings: Settings, log: PostgresEventLog, box: Inbox, postgres_url: str
) -> None:
    with fresh_database(postgres_url) as read_models:
        apart = settings.model_copy(
            update={"database_url": read_models, "eventlog_url": settings.database_url}
        )
        stop = threading.Event()
        relay = threading.Thread(target=Relay(log, apart).run, args=(stop,))
        relay.start()
        try:
            head = fill(log, 10)
            box.take_until(head)
            eventually(lambda: checkpoint(settings) == head)
        finally:
            stop.set()
            relay.join(30)


def test_the_relay_outlives_the_loss_of_its_connections(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay, broker: Broker
) -> None:
    with start_relay("only") as relay:
        box.take_until(fill(log, 10))

        close_connections_of_the_relay(settings, broker)
        relay.wait_for("relay_interrupted")
        box.take_until(fill(log, 10))

        with psycopg.connect(settings.database_url, autocommit=True) as superuser:
            superuser.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and pid <> pg_backend_pid()"
            )
        box.take_until(fill(log, 10))

    assert list(dict.fromkeys(box.positions)) == list(range(1, log.head() + 1))


def close_connections_of_the_relay(settings: Settings, broker: Broker) -> None:
    vhost = settings.amqp_url.rpartition("/")[2]
    with httpx.Client(base_url=broker.management_url, timeout=30) as client:

        def close() -> bool:
            # The list is a few seconds behind.
            mine = [
                each["name"]
                for each in client.get(f"/api/vhosts/{vhost}/connections").json()
                if each["client_properties"].get("connection_name") == "relay"
            ]
            for name in mine:
                client.delete(f"/api/connections/{name}")
            return bool(mine)

        eventually(close)


def test_an_event_that_cannot_be_read_is_stepped_over(
    settings: Settings, log: PostgresEventLog, box: Inbox, start_relay: StartRelay
) -> None:
    head = fill(log, 10)
    with psycopg.connect(settings.database_url, autocommit=True) as superuser:
        superuser.execute("alter table eventlog.events disable trigger append_only")
        superuser.execute("""update eventlog.events set data = '[]' where position in (1, 5, 10)""")

    with start_relay("only"):
        arrived = box.take_until(head - 1)
        eventually(lambda: checkpoint(settings) == head)
        after = deposit(log, uuid4(), "after")
        box.take_until(after)

    assert [each.position for each in arrived] == [2, 3, 4, 6, 7, 8, 9, after]
    assert [each.previous_position for each in arrived] == [0, 2, 3, 4, 6, 7, 8, 9]


def test_a_relay_that_has_published_more_than_the_log_holds_says_what_to_do(
    settings: Settings, log: PostgresEventLog
) -> None:
    with closing(connect(settings, schema="eventlog", autocommit=True)) as connection:
        connection.execute("update relay_checkpoint set position = 9")

    with pytest.raises(RelayAheadOfLog, match="relay_checkpoint to 0"):
        Relay(log, settings).run(threading.Event())


def test_the_leader_is_who_holds_the_exclusive_queue(
    settings: Settings, log: PostgresEventLog, start_relay: StartRelay, box: Inbox
) -> None:
    with closing(broker_module.connect(settings.amqp_url, heartbeat=0, name="usurper")) as connection:
        connection.channel().queue_declare(LEADER_QUEUE, exclusive=True, auto_delete=False)
        with start_relay("only") as relay:
            relay.wait_for("relay_stands_by")
            head = fill(log, 10)
            assert checkpoint(settings) == 0
            connection.channel().queue_delete(LEADER_QUEUE)
            box.take_until(head)
            relay.wait_for("relay_leads")

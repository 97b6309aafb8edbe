"""A service under eventlet: one set of resources, validated requests, told errors, an orderly end."""

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from uuid import uuid4

import amqp
import httpx

from shared import broker as amqp_broker
from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings, to_environment
from shared.subscription import wait_until_handled
from shared.testing import Broker, eventually
from tests.integration.nameko.conftest import Client, Host, notes, refusal, request
from tests.integration.subscription.ledger import NAME as LEDGER
from tests.integration.subscription.ledger import assert_each_once_in_order, deposit


def test_a_service_answers_refuses_and_tells_errors_that_the_gateway_knows(
    host: Host, client: Client, settings: Settings, log: PostgresEventLog
) -> None:
    """One process for many questions, because it takes a while to start."""
    with host("EchoService") as hosted:
        asked = request(text="hello")
        answer = client.call("say", asked)
        again = client.call("say", request(text="hello again"))
        assert answer["error"] is None
        assert answer["result"]["text"] == "hello"
        assert answer["result"]["resources"] == again["result"]["resources"]
        assert f"action=echo_said correlation_id={asked['correlation_id']}" in hosted.output

        def told(error: str) -> object:
            return refusal(client.call("refuse", request(with_error=error)))

        assert told("invalid") == ("Invalid", ["too_long", "The text is too long.", "text"])
        assert told("not_found") == ("NotFound", ["no_thread", "There is no such thread."])
        assert told("forbidden") == ("Forbidden", ["not_yours", "Only its author may."])
        assert told("full") == ("Conflict", ["thread_full", "The thread is full.", "text"])
        assert told("not_yet") == ("NotYetHandled", ["not yet at 7"])
        assert told("log") == ("Retryable", ["cannot reach the log"])
        assert told("database") == ("Retryable", ["the database cannot be reached now"])
        assert told("retryable") == ("Retryable", ["later"])
        assert told("mistake") == ("KeyError", ["a mistake of ours"])

        wrong_shapes: list[object] = [
            request(text=7),
            request(),
            request(text="x", more=1),
            "text",
            None,
            [],
            7,
        ]
        for wrong in wrong_shapes:
            kind, (code, detail, *_) = refusal(client.call("say", wrong))
            assert (kind, code) == ("Invalid", "invalid_request"), wrong
            assert detail
        assert refusal(client.call("say", request(text=7)))[1][2] == "text"
        assert hosted.output.count("traceback=") == 1, "only a mistake of ours is worth a traceback"


def test_a_query_that_waits_for_the_database_holds_up_nobody_else(
    host: Host, client: Client, settings: Settings, log: PostgresEventLog
) -> None:
    with host("EchoService"):
        started = time.monotonic()
        waiting = [client.send("say", request(text=str(n), seconds=2)) for n in range(10)]
        for each in waiting:
            client.receive(each)

        assert time.monotonic() - started < 15, "ten queries of two seconds took turns"


def test_a_request_whose_time_is_up_before_the_service_is_there_never_runs(
    host: Host, client: Client, settings: Settings, log: PostgresEventLog
) -> None:
    with host("EchoService"):
        client.call("say", request(text="makes the queue"))
    client.send("say", request(text="too late"), expiration=1)
    in_time = client.send("say", request(text="in time"), expiration=60_000)

    with host("EchoService"):
        client.receive(in_time)
        client.call("say", request(text="afterwards"))

    said = [text for text in notes(settings) if not text.startswith("loop")]
    assert said == ["makes the queue", "in time", "afterwards"]


def test_a_request_whose_time_is_up_while_the_service_stands_still_never_runs(
    host: Host, client: Client, settings: Settings, log: PostgresEventLog
) -> None:
    """The broker has handed it over already, so it cannot drop it."""
    with host("EchoService") as hosted:
        client.call("say", request(text="before"))
        hosted.process.send_signal(signal.SIGSTOP)
        client.send("say", request(text="too late"), expiration=200)
        in_time = client.send("say", request(text="in time"), expiration=60_000)
        time.sleep(2.5)
        hosted.process.send_signal(signal.SIGCONT)
        client.receive(in_time)
        client.call("say", request(text="afterwards"))

        assert "action=rpc_request_expired" in hosted.output

    said = [text for text in notes(settings) if not text.startswith("loop")]
    assert said == ["before", "in time", "afterwards"]


def test_a_service_that_is_asked_to_stop_finishes_what_it_has_in_hand(
    host: Host, client: Client, settings: Settings, log: PostgresEventLog
) -> None:
    with host("EchoService") as hosted:
        slow = client.send("say", request(text="slow", seconds=2))
        eventually(lambda: "echo_said" in hosted.output)
        hosted.process.send_signal(signal.SIGTERM)

        assert client.receive(slow)["result"]["text"] == "slow"
        assert hosted.process.wait(30) == 0

    assert notes(settings) == ["loop started", "slow", "loop stopped"]
    assert "Traceback" not in hosted.output


def test_a_service_outlives_malformed_messages_and_the_loss_of_its_connections(
    host: Host, client: Client, settings: Settings, log: PostgresEventLog, broker: Broker
) -> None:
    with host("EchoService") as hosted:
        client.call("say", request(text="makes the exchange"))
        assert refusal(client.call("no_such_method", request()))[0] == "MethodNotFound"
        for body in ("no JSON", "[]", "{}", '{"args": [], "kwargs": {}}', '{"args": [1, 2], "kwargs": {}}'):
            client.publish("say", body)
            client.publish("say", body, reply_to="")

        vhost = settings.amqp_url.rpartition("/")[2]
        slow = client.send("say", request(text="slow", seconds=3))
        with httpx.Client(base_url=broker.management_url, timeout=30) as management:

            def services() -> list[str]:
                connections = management.get(f"/api/vhosts/{vhost}/connections").json()
                return [
                    each["name"]
                    for each in connections
                    if each.get("client_properties", {}).get("connection_name") != "test"
                ]

            for name in eventually(services):
                management.delete(f"/api/connections/{name}")

        # Its connection is gone, so it is delivered again to the service that has come back.
        assert client.receive(slow)["result"]["text"] == "slow"
        assert client.call("say", request(text="afterwards"))["result"]["text"] == "afterwards"
        assert hosted.process.poll() is None


def test_a_subscription_in_a_service_is_woken_by_rabbitmq_and_polls_without_it(
    host: Host, settings: Settings, log: PostgresEventLog
) -> None:
    def handled(position: int) -> None:
        with closing(connect(settings, schema=LEDGER, autocommit=True)) as connection:
            wait_until_handled(connection, LEDGER, position, 30)

    with (
        host("EchoService") as hosted,
        closing(amqp_broker.connect(settings.amqp_url, heartbeat=0, name="test")) as connection,
    ):
        channel = connection.channel()
        eventually(lambda: has_consumer(connection, "ledger.news"))
        for n in range(20):
            position = deposit(log, uuid4(), str(n))
            channel.basic_publish(amqp.Message("{}"), exchange="parley.news", routing_key="bank")
            handled(position)

        channel.queue_purge("ledger.news")
        handled(deposit(log, uuid4(), "purged"))
        channel.queue_delete("ledger.news")
        handled(deposit(log, uuid4(), "deleted"))
        eventually(lambda: has_consumer(connection, "ledger.news"))
        handled(log.head())

        assert hosted.process.poll() is None

    effects_only_of_events(settings, log)


def effects_only_of_events(settings: Settings, log: PostgresEventLog) -> None:
    with closing(connect(settings, schema=LEDGER, autocommit=True)) as connection:
        connection.execute("delete from effects where position = 0")
    assert_each_once_in_order(settings, log)


def has_consumer(connection: amqp.Connection, queue: str) -> bool:
    try:
        return int(connection.channel().queue_declare(queue, passive=True).consumer_count) > 0
    except amqp.exceptions.NotFound:
        return False


def test_an_unknown_name_and_wrong_settings_end_in_one_line_and_exit_code_2(settings: Settings) -> None:
    def run(name: str, **wrong: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "shared.runner", name],
            env={**os.environ, **to_environment(settings), **wrong},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    unknown = run("nonsense")
    misspelt = run("relay", PARLEY_AMPQ_URL="amqp://")
    incomplete = run("notifier", PARLEY_SMTP_URL="")

    assert (unknown.returncode, len(unknown.stderr.splitlines())) == (2, 1)
    assert "relay" in unknown.stderr
    assert (misspelt.returncode, misspelt.stderr) == (
        2,
        "PARLEY_AMPQ_URL: is not a setting of Parley\n",
    )
    assert incomplete.returncode == 2
    assert incomplete.stderr.startswith("PARLEY_SMTP_URL")
    assert len(incomplete.stderr.splitlines()) == 1

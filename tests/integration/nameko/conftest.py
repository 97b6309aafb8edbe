"""Services in processes of their own, under eventlet, and a client that speaks nameko's protocol."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import amqp
import pytest

from shared import broker
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings, to_environment
from shared.testing import eventually
from tests.integration.subscription.ledger import create_schema, effects


@dataclass
class Hosted:
    """A service's process and what it has printed."""

    process: subprocess.Popen[bytes]
    output_file: Path

    @property
    def output(self) -> str:
        return self.output_file.read_text()


Host = Callable[[str], AbstractContextManager[Hosted]]


@pytest.fixture
def host(settings: Settings, tmp_path: Path) -> Host:
    @contextmanager
    def run(service: str) -> Iterator[Hosted]:
        output_file = tmp_path / f"{service}-{uuid4()}.log"
        with output_file.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.integration.nameko.host", service],
                env={**os.environ, **to_environment(settings)},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        hosted = Hosted(process, output_file)
        try:
            eventually(lambda: "service_started" in hosted.output, within=60)
            yield hosted
        except BaseException:
            print(hosted.output)
            raise
        finally:
            process.terminate()
            process.wait(40)

    return run


@pytest.fixture
def log(settings: Settings) -> Iterator[PostgresEventLog]:
    create_schema(settings)
    with closing(PostgresEventLog(settings)) as opened:
        yield opened


def notes(settings: Settings) -> list[str]:
    return [effect.label for effect in effects(settings) if effect.position == 0]


class Client:
    """Sends requests as the gateway does."""

    def __init__(self, settings: Settings) -> None:
        self._connection = broker.connect(settings.amqp_url, heartbeat=0, name="test")
        self._channel = self._connection.channel()
        self._channel.exchange_declare("nameko-rpc", type="topic", durable=True, auto_delete=False)
        self._queue = self._channel.queue_declare(exclusive=True).queue
        self._channel.queue_bind(self._queue, "nameko-rpc", routing_key=self._queue)
        self._answers: dict[str, dict[str, Any]] = {}
        self._channel.basic_consume(self._queue, callback=self._receive, no_ack=True)

    def send(self, method: str, request: Any, *, expiration: int | None = None) -> str:
        correlation_id = str(uuid4())
        options: dict[str, Any] = {}
        if expiration is not None:
            options = {"expiration": str(expiration), "timestamp": int(time.time())}
        body = json.dumps({"args": [request], "kwargs": {}})
        self.publish(method, body, reply_to=self._queue, correlation_id=correlation_id, **options)
        return correlation_id

    def publish(self, method: str, body: str, **properties: Any) -> None:
        message = amqp.Message(
            body,
            content_type="application/json",
            content_encoding="utf-8",
            application_headers={},
            **properties,
        )
        self._channel.basic_publish(message, exchange="nameko-rpc", routing_key=f"echo.{method}")

    def receive(self, correlation_id: str) -> dict[str, Any]:
        while correlation_id not in self._answers:
            self._connection.drain_events(timeout=30)
        return self._answers.pop(correlation_id)

    def call(self, method: str, request: Any) -> dict[str, Any]:
        return self.receive(self.send(method, request))

    def close(self) -> None:
        self._connection.close()

    def _receive(self, message: amqp.Message) -> None:
        self._answers[message.properties["correlation_id"]] = json.loads(message.body)


@pytest.fixture
def client(settings: Settings) -> Iterator[Client]:
    with closing(Client(settings)) as connected:
        yield connected


def request(**fields: object) -> dict[str, object]:
    return {
        "caller": {"user_id": None, "company_id": None, "role": "ops"},
        "correlation_id": str(uuid4()),
        **fields,
    }


def refusal(answer: dict[str, Any]) -> tuple[str, Sequence[str]]:
    return answer["error"]["exc_type"], answer["error"]["exc_args"]

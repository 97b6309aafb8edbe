"""Asks the service `tasks` over RabbitMQ, in nameko's protocol, from a process without nameko."""

import json
import uuid
from contextlib import closing
from typing import Any

import amqp
from pydantic import BaseModel

from shared import broker
from shared.contracts.rpc import Caller
from shared.contracts.tasks import ChangedTask, ReopenTask
from shared.errors import Conflict, NotFound, ParleyError, Refused, Retryable
from shared.settings import Settings

_RPC_EXCHANGE = "nameko-rpc"
_SECONDS = 15


class TasksUnavailable(Retryable):
    """The service `tasks` did not answer: see whether it runs, then try again."""


def reopen(settings: Settings, task_id: uuid.UUID) -> ChangedTask:
    """
    Bring a task back that was closed automatically, as an operator.

    Raises what tasks refuses it with, and TasksUnavailable.
    """
    request = ReopenTask(
        caller=Caller(user_id=None, company_id=None, role="ops", name="ai-resolver"),
        correlation_id=uuid.uuid4(),
        task_id=task_id,
    )
    return ChangedTask.model_validate(_call(settings, "tasks.reopen_task", request))


def _call(settings: Settings, routing_key: str, request: BaseModel) -> Any:
    answers: list[bytes] = []
    with closing(broker.connect(settings.amqp_url, heartbeat=_SECONDS, name="ai-resolver")) as connection:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True, auto_delete=True).queue
        channel.exchange_declare(_RPC_EXCHANGE, type="topic", durable=True, auto_delete=False)
        channel.queue_bind(queue, exchange=_RPC_EXCHANGE, routing_key=queue)
        channel.basic_consume(queue, callback=lambda message: answers.append(message.body), no_ack=True)
        channel.basic_publish(
            amqp.Message(
                json.dumps({"args": [request.model_dump(mode="json")], "kwargs": {}}),
                content_type="application/json",
                content_encoding="utf-8",
                reply_to=queue,
                correlation_id=str(uuid.uuid4()),
                # Nobody waits for it any longer than this.
                expiration=str(_SECONDS * 1000),
            ),
            exchange=_RPC_EXCHANGE,
            routing_key=routing_key,
        )
        try:
            while not answers:
                connection.drain_events(timeout=_SECONDS)
        except broker.BROKEN as error:
            raise TasksUnavailable("The service `tasks` does not answer: see whether it runs.") from error
    return _result(json.loads(answers[0]))


_REFUSALS: dict[str, type[Refused]] = {"NotFound": NotFound, "Conflict": Conflict}


def _result(answer: Any) -> Any:
    error = answer.get("error")
    if error is None:
        return answer["result"]
    arguments = error.get("exc_args") or []
    refusal = _REFUSALS.get(error.get("exc_type", ""), Refused)
    if len(arguments) > 1:
        raise refusal(*arguments)
    raise ParleyError(error.get("value") or str(arguments))

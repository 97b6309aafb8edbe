"""
Load on an HTTP API: closed loops of senders, and an open loop that keeps to its schedule.

A closed loop measures how much is accepted: each sender waits for its answer and sends again. An open loop
measures how long people wait: its clock starts at the instant a request was due, whether or not it could be
sent by then, so that a slow server cannot hide its queue.
"""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.bench.lean_http import Answer, Connection

MakeRequest = Callable[[int], bytes]


def same(request: bytes) -> MakeRequest:
    """Return what makes the same request again and again."""
    return lambda _: request


@dataclass(slots=True)
class Accepted:
    """What a closed loop brought about."""

    count: int = 0
    refused: int = 0
    seconds: float = 0
    latencies: list[float] = field(default_factory=list)
    last_answer: Answer | None = None
    generator_cpu_seconds: float = 0

    @property
    def per_second(self) -> float:
        return self.count / self.seconds


async def closed_loop(base_url: str, make: MakeRequest, *, senders: int, seconds: float) -> Accepted:
    """
    Let each sender send, wait for the answer and send again, for that long; a 2xx answer counts as accepted.

    Request numbers are unique over all senders.
    """
    outcome = Accepted()
    numbers = itertools.count()
    connections = await asyncio.gather(*(Connection.open(base_url) for _ in range(senders)))
    cpu_before, start = time.process_time(), time.perf_counter()
    end = start + seconds

    async def sender(connection: Connection) -> None:
        while (sent := time.perf_counter()) < end:
            answer = await connection.ask(make(next(numbers)))
            outcome.latencies.append(time.perf_counter() - sent)
            if answer.status < 300:
                outcome.count += 1
                outcome.last_answer = answer
            else:
                outcome.refused += 1
                if outcome.refused == 1:
                    print(f"first refusal: {answer.status} {answer.body[:300]!r}")

    await asyncio.gather(*(sender(connection) for connection in connections))
    outcome.seconds = time.perf_counter() - start
    outcome.generator_cpu_seconds = time.process_time() - cpu_before
    for connection in connections:
        connection.close()
    return outcome


async def open_loop(
    base_url: str,
    make: MakeRequest,
    *,
    per_second: float,
    seconds: float,
    on_answer: Callable[[int, float, float, Answer], None],
) -> None:
    """
    Send request n at n / `per_second`, whatever became of the earlier ones.

    `on_answer(number, due, answered, answer)` gets the due instant and the answer's, by `perf_counter`.
    """
    idle: asyncio.LifoQueue[Connection] = asyncio.LifoQueue()
    for _ in range(8):
        idle.put_nowait(await Connection.open(base_url))
    start = time.perf_counter() + 0.1

    async def send(number: int, due: float) -> None:
        connection = idle.get_nowait() if not idle.empty() else await Connection.open(base_url)
        answer = await connection.ask(make(number))
        on_answer(number, due, time.perf_counter(), answer)
        idle.put_nowait(connection)

    async with asyncio.TaskGroup() as group:
        for number in range(int(per_second * seconds)):
            due = start + number / per_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(send(number, due))
    while not idle.empty():
        idle.get_nowait().close()

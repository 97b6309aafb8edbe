"""How long it takes from the instant a message is due until the other side sees it, and its task."""

import asyncio
import json
import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import partial
from uuid import UUID, uuid5

import uvloop

from tests.bench import floor, lean_http
from tests.bench.appending import BODY
from tests.bench.lean_http import Answer, Connection, LiveEvent
from tests.bench.load import open_loop, same
from tests.bench.report import Figure, percentiles
from tests.bench.setting import Setting
from tests.bench.town import Resident, Town

PER_SECOND = 20
READ_EVERY = 5
LIVE_TARGETS = {"p50": 0.020, "p99": 0.050}
OK, CREATED = 200, 201
_WARM_UP_SECONDS = 3
_PATIENCE_SECONDS = 20
_LOOK_SECONDS = 0.05

Sight = tuple[UUID, UUID]
"""A company that is to see a message, and the id of the task it gets for it: one for each message."""


def measure_floor(setting: Setting) -> tuple[float, float, float]:
    """Return p50, p95 and p99 of `HTTP + RPC + bare insert` at the same pace."""
    setting.tell(f"floor of latency at {PER_SECOND} requests/s")
    seen: list[float] = []
    body = json.dumps({"body": BODY}).encode()
    with floor.running(setting.settings) as running:
        uvloop.run(
            open_loop(
                running.url,
                same(running.post("/insert", body)),
                per_second=PER_SECOND,
                seconds=setting.seconds(15, 5),
                on_answer=lambda _, due, answered, __: seen.append(answered - due),
            )
        )
    return percentiles(seen)


def measure(setting: Setting, town: Town, floor_times: tuple[float, float, float] | None) -> None:
    """Write at a steady pace while everybody listens."""
    setting.tell(f"latency at {PER_SECOND} messages/s")
    uvloop.run(Observation.made(town, seconds=_WARM_UP_SECONDS))
    observed = uvloop.run(Observation.made(town, seconds=setting.seconds(60, 10)))
    live = observed.live
    floors = dict(zip(("p50", "p95", "p99"), floor_times, strict=True)) if floor_times else {}
    for name, values in (
        ("POST answered", observed.answered),
        ("POST to the other side's live stream", live),
        ("POST to the task on the live stream", observed.task_live),
        ("POST to the task by read (1 in 5)", observed.task_read),
    ):
        for percentile, value in zip(("p50", "p95", "p99"), percentiles(values), strict=True):
            bound = LIVE_TARGETS.get(percentile) if values is live else None
            setting.report.add(
                Figure(
                    bench=f"latency at {PER_SECOND}/s",
                    name=f"{name}, {percentile}",
                    value=value * 1e3,
                    unit="ms",
                    floor=floors[percentile] * 1e3 if floors else None,
                    floor_name="HTTP + RPC + bare insert",
                    target=f"≤ {bound * 1e3:.0f} ms" if bound else "",
                    met=value <= bound if bound else None,
                )
            )
    setting.report.remark(
        f"latency: {len(observed.answered)} messages, {observed.missing} sights never came; "
        "open loop, the clock starts at the scheduled instant"
    )


class Observation:
    """Everybody listens while somebody writes; afterwards each list has one entry per message, in seconds."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self._conversation = town.conversation()
        self._due: dict[Sight, float] = {}
        self._messages: dict[Sight, float] = {}
        self._tasks: dict[Sight, float] = {}
        self.answered: list[float] = []
        self.task_read: list[float] = []

    @classmethod
    async def made(cls, town: Town, *, seconds: float) -> "Observation":
        """Write for that long and wait for what is still on its way."""
        observation = cls(town)
        async with AsyncExitStack() as stack:
            reading = await stack.enter_async_context(asyncio.TaskGroup())
            for reader in town.listeners:
                stream = lean_http.event_stream(
                    town.api, "/api/v1/live", token=reader.token, on_event=observation.ear_of(reader)
                )
                await stack.enter_async_context(stream)
            await open_loop(
                town.api,
                observation._conversation.request,
                per_second=PER_SECOND,
                seconds=seconds,
                on_answer=partial(observation._answered, reading),
            )
            for _ in range(round(_PATIENCE_SECONDS / _LOOK_SECONDS)):
                if not observation.missing:
                    break
                await asyncio.sleep(_LOOK_SECONDS)
        return observation

    @property
    def live(self) -> list[float]:
        return [self._messages[sight] - due for sight, due in self._due.items() if sight in self._messages]

    @property
    def task_live(self) -> list[float]:
        return [self._tasks[sight] - due for sight, due in self._due.items() if sight in self._tasks]

    @property
    def missing(self) -> int:
        """How many messages or tasks have not come in live."""
        return len(self._due.keys() - self._messages.keys()) + len(self._due.keys() - self._tasks.keys())

    def ear_of(self, reader: Resident) -> Callable[[LiveEvent], None]:
        """Return what takes note of the live events of the reader."""

        def hear(event: LiveEvent) -> None:
            if event.type not in {"message.posted", "task.opened"}:
                return
            identifier = UUID(json.loads(event.data)["id"])
            if event.type == "task.opened":
                self._tasks[reader.company_id, identifier] = event.at
            else:
                self._messages[reader.company_id, _task_of(identifier, reader)] = event.at

        return hear

    def _answered(
        self, reading: asyncio.TaskGroup, number: int, due: float, at: float, answer: Answer
    ) -> None:
        if answer.status != CREATED:
            raise RuntimeError(f"refused: {answer.status} {answer.body[:300]!r}")
        reader = self._conversation.reader(number)
        task_id = _task_of(UUID(answer.json()["id"]), reader)
        self._due[reader.company_id, task_id] = due
        self.answered.append(at - due)
        if number % READ_EVERY == 0:
            position = answer.header("Parley-Position") or ""
            reading.create_task(self._read_task(reader, task_id, position, due))

    async def _read_task(self, reader: Resident, task_id: UUID, position: str, due: float) -> None:
        connection = await Connection.open(self._town.api)
        request = lean_http.request(
            "GET",
            f"/api/v1/tasks/{task_id}",
            host=self._town.host,
            token=reader.token,
            headers={"Parley-Min-Position": position},
        )
        answer = await connection.ask(request)
        connection.close()
        if answer.status != OK:
            raise RuntimeError(f"the task cannot be read: {answer.status} {answer.body[:300]!r}")
        self.task_read.append(time.perf_counter() - due)


def _task_of(message_id: UUID, reader: Resident) -> UUID:
    return uuid5(message_id, str(reader.company_id))

"""How many messages a second are accepted, and how soon everything that follows from them is done."""

import json
from collections.abc import Mapping

import uvloop

from shared.testing import Processes
from tests.bench import floor, pgbench, stack
from tests.bench.appending import BODY
from tests.bench.load import Accepted, closed_loop, same
from tests.bench.progress import watching
from tests.bench.report import Figure, percentiles
from tests.bench.setting import Setting
from tests.bench.town import Town

SENDERS = (1, 16, 64)
HELD_AT = 16
TARGET = 0.35
CATCH_UP_TARGET = 5.0
FOLLOWERS = ("tasks", "notifier")

Floors = Mapping[int, float]


def measure_floors(setting: Setting) -> Floors:
    """Measure the floors and return messages a second of `HTTP + RPC + bare insert` by number of senders."""
    seconds = setting.seconds(8, 3)
    body = json.dumps({"client_message_id": "x" * 30, "body": BODY, "attachment_ids": []}).encode()
    floors: dict[int, float] = {}
    with floor.running(setting.settings) as running:
        for senders in SENDERS:
            setting.tell(f"floors with {_senders(senders)}")
            found: dict[str, Accepted] = {}
            for path in ("/empty", "/insert"):
                meter = stack.CpuMeter(running.pids)
                request = same(running.post(path, body))
                found[path] = uvloop.run(closed_loop(running.url, request, senders=senders, seconds=seconds))
                spent = meter.milliseconds_for_each(found[path].count)
                setting.report.remark(f"floor {path}, {_senders(senders)}: CPU per request {_listed(spent)}")
            rows = pgbench.inserts_per_second(
                setting.settings.database_url, clients=senders, seconds=seconds, folder=setting.folder
            )
            floors[senders] = found["/insert"].per_second
            for name, value, unit in (
                ("HTTP to an empty endpoint", found["/empty"].per_second, "requests/s"),
                ("HTTP + RPC + bare insert", found["/insert"].per_second, "requests/s"),
                ("pgbench single-row inserts", rows, "rows/s"),
            ):
                setting.report.add(
                    Figure(bench="floors", name=f"{name}, {_senders(senders)}", value=value, unit=unit)
                )
    return floors


def measure(setting: Setting, processes: Processes, town: Town, floors: Floors) -> None:
    """Let senders write as fast as they get answers, then wait for tasks and notifier."""
    for senders in SENDERS:
        seconds = setting.seconds(30 if senders == HELD_AT else 10, 5)
        setting.tell(f"{_senders(senders)} for {seconds:.0f} s")
        meter = stack.CpuMeter(stack.pids(processes))
        outcome = uvloop.run(
            closed_loop(town.api, town.conversation().request, senders=senders, seconds=seconds)
        )
        with watching(setting.settings) as progress:
            caught_up = progress.until_caught_up(FOLLOWERS, within=300)
        spent = meter.milliseconds_for_each(outcome.count)
        held = senders == HELD_AT
        p50, p95, p99 = percentiles(outcome.latencies)
        setting.report.add(
            Figure(
                bench="accepted",
                name=f"messages, {_senders(senders)}",
                value=outcome.per_second,
                unit="messages/s",
                floor=floors.get(senders),
                floor_name="HTTP + RPC + bare insert",
                target=f"≥ {TARGET} of floor" if held else "",
                met=outcome.per_second >= TARGET * floors[senders] if held and senders in floors else None,
            ),
            Figure(
                bench="accepted",
                name=f"tasks and notifier caught up after the last, {_senders(senders)}",
                value=caught_up,
                unit="s",
                target=f"≤ {CATCH_UP_TARGET:.0f} s" if held else "",
                met=caught_up <= CATCH_UP_TARGET if held else None,
            ),
        )
        setting.report.remark(
            f"{_senders(senders)}: answered in p50 {p50 * 1e3:.1f}, p95 {p95 * 1e3:.1f}, "
            f"p99 {p99 * 1e3:.1f} ms; {outcome.refused} refused; CPU per message until caught up: "
            f"{_listed(spent)}, load generator {outcome.generator_cpu_seconds / outcome.count * 1e3:.2f}"
        )


def _listed(milliseconds: Mapping[str, float]) -> str:
    parts = ", ".join(f"{name} {spent:.2f}" for name, spent in milliseconds.items())
    return f"{sum(milliseconds.values()):.2f} ms: {parts}"


def _senders(count: int) -> str:
    return "1 sender" if count == 1 else f"{count} senders"

"""
`make bench`: how fast Parley is, each figure beside the least that could do the job, in the same run.

Servers and processes are the bench's own, on free ports, with their data in a temporary folder and fsync on.
They and the load generator share this machine's cores: every figure is of the whole.
"""

import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

import click
from rich.console import Console

from shared.garbage import leave_out_what_is_there
from shared.testing import Processes, running
from tests.bench import (
    accepting,
    backlog,
    engines,
    filing,
    latency,
    log_append,
    mailing,
    reading,
    rebuilding,
    resolving,
    stack,
    surveying,
    task_lists,
    town,
)
from tests.bench.report import Figure, Report
from tests.bench.setting import Setting

BENCHES = (
    "log",
    "accepted",
    "latency",
    "files",
    "memory",
    "backlog",
    "rebuild",
    "surveys",
    "tasks",
    "reading",
    "mails",
    "resolver",
)
WIDTH = 170


@click.command()
@click.option("--quick", is_flag=True, help="A short run, to see that it works; its figures mean little.")
@click.option("--only", type=click.Choice(BENCHES), multiple=True, help="Measure this alone; repeatable.")
@click.option(
    "--json",
    "json_file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("bench-results.json"),
    show_default=True,
    help="Where the figures go.",
)
def main(*, quick: bool, only: tuple[str, ...], json_file: Path) -> None:
    """Measure how fast Parley is on this machine; exit code 1 where a target was missed."""
    # As our processes and commands do: some of what they do is measured in this one.
    leave_out_what_is_there()
    console = Console() if sys.stdout.isatty() else Console(width=WIDTH)
    report = Report(quick=quick)
    try:
        with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
            console.print("[dim]starting PostgreSQL and RabbitMQ …[/]")
            with stack.servers(Path(folder)) as settings:
                measure(Setting(settings, Path(folder), report, console, quick), only or BENCHES)
    finally:
        report.write_json(json_file)
        report.print_table(console)
        console.print(f"[dim]figures written to {json_file}[/]")
    sys.exit(1 if report.missed else 0)


# What needs no Parley that runs, or starts its own.
_ALONE = {
    "resolver": (resolving.measure,),
    "log": (log_append.measure, engines.measure),
    "surveys": (surveying.measure,),
    "mails": (mailing.measure,),
    "tasks": (task_lists.measure_sweep,),
}


def measure(setting: Setting, wanted: tuple[str, ...]) -> None:
    """Take the measurements that are wanted, in an order in which each leaves the next what it needs."""
    for measure_alone in [part for name, parts in _ALONE.items() if name in wanted for part in parts]:
        measure_alone(setting)
    floors = accepting.measure_floors(setting) if "accepted" in wanted else {}
    floor_times = latency.measure_floor(setting) if "latency" in wanted else None
    plain_copy = filing.measure_floor(setting) if "files" in wanted else None
    if set(wanted) <= {"log", "surveys", "mails", "resolver"}:
        return
    setting.tell("starting Parley")
    with running(setting.settings, *stack.PROCESSES) as processes:
        place = town.build(setting.settings)
        if "accepted" in wanted:
            accepting.measure(setting, processes, place, floors)
        if "latency" in wanted:
            latency.measure(setting, place, floor_times)
        _measure_the_rest(setting, wanted, processes, place, plain_copy)
    if "backlog" in wanted:
        backlog.measure(setting, place)
    if "rebuild" in wanted:
        rebuilding.measure(setting)


def _measure_the_rest(
    setting: Setting,
    wanted: tuple[str, ...],
    processes: Processes,
    place: town.Town,
    plain_copy: filing.Speeds | None,
) -> None:
    if "files" in wanted:
        filing.measure(setting, processes, place, plain_copy)
    if "memory" in wanted:
        _measure_memory(setting, stack.resident_mb(processes))
    if "tasks" in wanted:
        task_lists.measure_lists(setting, place)
    if "reading" in wanted:
        # Last of what needs the processes: a million messages more would slow the others.
        reading.measure(setting, place)


def _measure_memory(setting: Setting, resident_mb: Mapping[str, float]) -> None:
    for name, megabytes in resident_mb.items():
        setting.report.add(
            Figure(
                bench="memory",
                name=f"{name}, resident after the load",
                value=megabytes,
                unit="MB",
                target=f"≤ {stack.MEMORY_TARGET_MB} MB",
                met=megabytes <= stack.MEMORY_TARGET_MB,
            )
        )


if __name__ == "__main__":
    main()

"""`parley messaging import`: what the platform tells, from a file."""

import os
import sys
from contextlib import closing
from datetime import datetime
from typing import IO, Any

import click
from rich.console import Console
from rich.progress import Progress

from services.messaging import handlers
from shared.cli_support import current_settings, json_option, now_option, print_json
from shared.eventlog.factory import open_log


@click.command("import")
@click.argument("file", type=click.File("rb"))
@json_option
@now_option
def import_(file: IO[bytes], *, as_json: bool, now: datetime | None) -> None:
    """
    Bring in companies, users, partnerships and cases from FILE, one JSON object a line.

    `-` reads standard input. Lines take effect in order. What is wrong with a line is said and the others are
    carried out; then the exit code is 1. Importing the same file again changes nothing, where it tells each
    thing once; lines that tell what happened later need ids of their own, as messages have.
    """
    settings = current_settings()
    at = now or settings.system_clock().now()
    counts = {"applied": 0, "unchanged": 0, "refused": 0}
    refused: list[dict[str, Any]] = []
    position: int | None = None
    errors = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
    with (
        closing(open_log(settings)) as log,
        Progress(console=errors, transient=True, disable=not sys.stderr.isatty()) as progress,
    ):
        bar = progress.add_task("Importing", total=_size(file))
        for line in handlers.import_lines(handlers.open_archive(log), file, at=at):
            progress.advance(bar, line.size)
            if line.outcome != "blank":
                counts[line.outcome] += 1
            if line.problem is not None:
                progress.console.print(f"line {line.number}: {line.problem}")
                refused.append({"line": line.number, "problem": line.problem})
            position = line.position or position
    if as_json:
        print_json({**counts, "position": position, "problems": refused})
    else:
        click.echo("{applied} lines applied, {unchanged} unchanged, {refused} refused.".format(**counts))
    if refused:
        raise SystemExit(1)


def _size(file: IO[bytes]) -> int | None:
    """Return how many bytes there are to read, None for a pipe or terminal."""
    try:
        return os.fstat(file.fileno()).st_size or None
    except OSError:
        return None

"""What the verbs of `parley` have in common: settings, options, output and errors."""

import errno
import json
import os
import sys
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import click
import psycopg
from pydantic import BaseModel
from rich.console import Console
from rich.table import Table
from rich.text import Text

from shared import stack_state
from shared.errors import ParleyError, Refused
from shared.settings import PREFIX, Settings, SettingsError, load

# Wide enough that a table written to a file or a pipe is never cut.
_PIPE_WIDTH = 1000

_SERVERS = ("database_url", "amqp_url", "eventlog_url")


def current_settings(*needed: str) -> Settings:
    """
    Return the settings a verb acts with: the environment's, completed by the running stack of PARLEY_HOME.

    The stack is left out where the environment names other servers than it uses. `needed` names settings that
    the verb cannot do without; `database_url` is one always. Raises SettingsError, which says how to give
    what is missing.
    """
    given = load()
    state = stack_state.read(given.home)
    if state is not None and state.is_alive() and not _names_other_servers(given, state.settings()):
        given = load({**os.environ, **state.environment})
    missing = [name for name in ("database_url", *needed) if not getattr(given, name)]
    if missing:
        variables = ", ".join(PREFIX + name.upper() for name in dict.fromkeys(missing))
        raise SettingsError(
            f"No stack runs for PARLEY_HOME={given.home}: start one with `parley up`, or set {variables}"
        )
    return given


def _names_other_servers(given: Settings, of_stack: Settings) -> bool:
    return any(getattr(given, name) not in ("", getattr(of_stack, name)) for name in _SERVERS)


# At the ends of the calendar no clock of another zone can show a time.
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(3000, 1, 1, tzinfo=UTC)


class Instant(click.ParamType[datetime]):
    """
    An instant in ISO 8601 with its offset from UTC; a time without one could mean any zone: refused.
    """

    name = "instant"

    def convert(
        self, value: str | datetime, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            instant = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a time: write it as 2026-11-20T15:00:00+01:00", param, ctx)
        if instant.tzinfo is None:
            self.fail(f"{value} names no zone: add an offset, as in {instant.isoformat()}+01:00", param, ctx)
        if not _EARLIEST <= instant < _LATEST:
            self.fail(f"{value} is not of these centuries: check the year", param, ctx)
        return instant


now_option = click.option(
    "--now",
    type=Instant(),
    default=None,
    help="Act as if it were this instant, such as 2026-11-20T15:00:00+01:00 (default: the stack's clock).",
)
"""`now: datetime | None`; None means `settings.system_clock().now()`."""

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs.")
"""`as_json: bool`."""


def print_json(value: Any) -> None:
    """Print JSON that a program can read; models as they travel, times in UTC."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_plain))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json")
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print rows under headings, times in UTC; what looks like markup in a value is shown as it is."""
    console = Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else _PIPE_WIDTH)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*("" if cell is None else Text(_shown(cell)) for cell in row))
    console.print(table)


def _shown(cell: Any) -> str:
    return f"{cell.astimezone(UTC):%Y-%m-%d %H:%M:%SZ}" if isinstance(cell, datetime) else str(cell)


class Failure(click.ClickException):
    """It did not work, and not for what was typed: one line, exit code 1."""


class Mistake(click.ClickException):
    """What was asked for is refused or not set up: one line, exit code 2 as for wrong usage."""

    exit_code = 2


class VerbGroup(click.Group):
    """A group whose verbs may raise Parley's errors: each becomes a clear line and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (Refused, SettingsError) as error:
            raise Mistake(str(error)) from error
        except (ParleyError, psycopg.OperationalError) as error:
            raise Failure(str(error) or type(error).__name__) from error
        except UnicodeEncodeError as error:
            raise Mistake(f"No text that {error.encoding} could hold: {error.object[:80]!r}") from error
        except OSError as error:
            if error.errno == errno.EPIPE:
                # Whoever read our output has enough: click ends quietly.
                raise
            where = f"{error.filename}: " if error.filename is not None else ""
            raise Failure(f"{where}{error.strerror or error}") from error

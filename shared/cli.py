"""The command `parley`: the local stack and processes here, every service's verbs by entry point."""

import os
import sys
from importlib.metadata import EntryPoint, entry_points
from typing import Any, NoReturn

import click

from shared import migrate as migrations
from shared import stack, stack_state
from shared.cli_support import (
    Failure,
    VerbGroup,
    current_settings,
    json_option,
    print_json,
    print_table,
)
from shared.garbage import leave_out_what_is_there
from shared.settings import load, to_environment

_GROUP = "parley.commands"
_EVENTS = EntryPoint(name="events", value="shared.eventlog.cli:events", group=_GROUP)


class _Root(VerbGroup):
    """Adds what entry points bring, loaded when it is used: one broken group leaves the others working."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*super().list_commands(ctx), *_brought()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        own = super().get_command(ctx, cmd_name)
        entry_point = _brought().get(cmd_name)
        return own if own is not None or entry_point is None else _load(entry_point)


def _brought() -> dict[str, EntryPoint]:
    return {entry_point.name: entry_point for entry_point in (_EVENTS, *entry_points(group=_GROUP))}


def _load(entry_point: EntryPoint) -> click.Command:
    try:
        command = entry_point.load()
        leave_out_what_is_there()
    except Exception as error:  # noqa: BLE001 - whatever is wrong there must not end the other verbs
        return _broken(entry_point, f"{type(error).__name__}: {error}")
    if not isinstance(command, click.Command):
        return _broken(entry_point, "it is no click command")
    return command


def _broken(entry_point: EntryPoint, reason: str) -> click.Command:
    def fail(**_: Any) -> NoReturn:
        raise Failure(f"`parley {entry_point.name}` could not be loaded from {entry_point.value}: {reason}")

    return click.Command(
        entry_point.name,
        callback=fail,
        params=[click.Argument(["rest"], nargs=-1)],
        context_settings={"ignore_unknown_options": True},
        help=f"(cannot be loaded: {reason})",
        add_help_option=False,
    )


@click.group(cls=_Root, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="parley")
def main() -> None:
    """
    Parley: creditors and collection partners talk, and no question goes unanswered.

    Verbs act on the stack that runs for PARLEY_HOME (default: .parley in this folder) unless the environment
    names other servers. Exit codes: 0 done, 1 failed, 2 refused or wrong usage.
    """


@main.command()
@click.option("--demo", is_flag=True, help="Load the demo data when everything is ready.")
@click.option("--detach", is_flag=True, help="Return when everything is ready; stop with `parley down`.")
def up(*, demo: bool, detach: bool) -> None:
    """
    Start the local stack: PostgreSQL, RabbitMQ, a mail server and every service.

    PARLEY_DATABASE_URL, PARLEY_AMQP_URL and PARLEY_SMTP_URL name servers that are used instead. PARLEY_CLOCK
    starts the stack at another instant.
    """
    start = stack.up_detached if detach else stack.up
    start(load(), demo=demo, say=_say)


@main.command()
def down() -> None:
    """Stop the local stack and everything it started."""
    stack.down(load().home, say=_say)


@main.command()
@json_option
def status(*, as_json: bool) -> None:
    """Show the local stack: addresses and processes. Exit code 1 unless all is up."""
    home = load().home
    state = stack_state.read(home)
    if state is None or not state.is_alive():
        raise Failure(f"No stack runs for PARLEY_HOME={home}: start one with `parley up`")
    report = stack_state.report(state)
    if as_json:
        print_json(report)
    else:
        for name in ("api", "mail", "mail_dir", "amqp", "database", "logs"):
            _say(f"{name:<10}{report[name] or '-'}")
        _say("")
        rows = [tuple(process.values()) for process in report["processes"]]
        print_table(["process", "pid", "state", "restarts", "MB"], rows)
    if not state.is_up():
        sys.exit(1)


@main.command()
@click.argument("name")
def run(name: str) -> None:
    """Run one process, as a deployment does: a service, the relay, the gateway."""
    settings = current_settings("amqp_url")
    arguments = [sys.executable, "-m", "shared.runner", name]
    # The runner must be the first to import: services run under eventlet.
    os.execve(sys.executable, arguments, {**os.environ, **to_environment(settings)})  # noqa: S606 - it is ours


@main.command()
def migrate() -> None:
    """Create or change the database so that this version can use it; safe to repeat."""
    applied = migrations.migrate(current_settings())
    for file in applied:
        _say(f"applied {file}")
    if not applied:
        _say("Nothing to do: the database is up to date.")


def _say(line: str) -> None:
    click.echo(line)


if __name__ == "__main__":
    main(prog_name="parley")

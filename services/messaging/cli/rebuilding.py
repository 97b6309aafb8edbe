"""`parley messaging rebuild`."""

import sys
from contextlib import closing

import click
from rich.console import Console
from rich.progress import Progress

from services.messaging import handlers
from shared.cli_support import current_settings
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.rebuild import rebuild
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition


def definition(settings: Settings, log: EventLog) -> SubscriptionDefinition:
    """Return what messaging makes of the log."""
    del settings
    return handlers.subscription(handlers.open_archive(log))


@click.command("rebuild")
def rebuild_() -> None:
    """Build the read model anew from the log, beside the live one, and swap it in."""
    settings = current_settings()
    with (
        closing(open_log(settings)) as log,
        Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress,
    ):
        bar = progress.add_task("Rebuilding messaging", total=None)
        position = rebuild(
            definition(settings, log),
            log,
            settings,
            lambda done, total: progress.update(bar, completed=done, total=total),
        )
    click.echo(f"The read model of messaging was rebuilt up to position {position}.")

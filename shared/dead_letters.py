"""The verbs `dead-letters list` and `dead-letters retry` of a service."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict

import click

from shared.cli_support import Failure, VerbGroup, current_settings, json_option, print_json, print_table
from shared.contracts.envelope import Stream
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.handling import SubscriptionDefinition
from shared.parking import list_parked, retry
from shared.settings import Settings

DefinitionFactory = Callable[[Settings, EventLog], SubscriptionDefinition]


class _StreamName(click.ParamType[Stream]):
    name = "stream"

    def convert(
        self, value: str | Stream, param: click.Parameter | None, ctx: click.Context | None
    ) -> Stream:
        try:
            return value if isinstance(value, Stream) else Stream.parse(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def dead_letters_group(service: str, definition_factory: DefinitionFactory) -> click.Group:
    """
    Return the verb group `dead-letters` of a service.

    `definition_factory(settings, log)` returns the service's subscription, which a retry runs the events
    through.
    """

    @click.group("dead-letters", cls=VerbGroup)
    def group() -> None:
        """Events that could not be handled, and what waits behind them."""

    @group.command("list")
    @json_option
    def list_(*, as_json: bool) -> None:
        """List parked events in log order."""
        parked = list_parked(current_settings(), service)
        if as_json:
            print_json([asdict(event) for event in parked])
            return
        print_table(
            ("Position", "Type", "Stream", "State", "Attempts", "Parked", "Error"),
            (
                (
                    event.position,
                    event.type,
                    event.stream,
                    "poisoned" if event.poisoned else "waiting",
                    event.attempts,
                    event.parked_at,
                    event.error,
                )
                for event in parked
            ),
        )

    @group.command("retry")
    @click.option("--all", "everything", is_flag=True, help="Try the parked events of every stream.")
    @click.option("--stream", type=_StreamName(), help="Try the parked events of this stream.")
    def retry_(*, everything: bool, stream: Stream | None) -> None:
        """Try parked events again, each stream in order; exit code 1 where some still fail."""
        if everything is (stream is not None):
            raise click.UsageError("Give either --all or --stream STREAM.")
        settings = current_settings()
        with closing(open_log(settings)) as log:
            outcome = retry(definition_factory(settings, log), log, settings, stream=stream)
        click.echo(f"{outcome.handled} parked events took effect.")
        if outcome.failed:
            lines = [f"{event.stream}, position {event.position}: {event.error}" for event in outcome.failed]
            raise Failure("\n".join(["Still failing:", *lines]))

    return group

"""`parley events`: the log, as operators see it."""

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any
from uuid import UUID

import click

from shared.cli_support import Failure, VerbGroup, current_settings, json_option, print_table
from shared.contracts.envelope import ERASED, EventData, RecordedEvent, UnknownEvent
from shared.errors import NotFound
from shared.eventlog import inspection
from shared.eventlog.codec import UnreadableEvent, personal_fields
from shared.eventlog.factory import open_log
from shared.eventlog.protocol import EventLog
from shared.eventlog.wire import to_wire

_MASK = "[personal]"
_SECONDS_TO_WAIT = 1.0
_SHOWN_AT_FIRST = 20

reveal_option = click.option("--reveal", is_flag=True, help="Show personal fields in the clear.")


@click.group(cls=VerbGroup)
def events() -> None:
    """The event log: read it, check it, erase a person from it."""


@contextmanager
def _log() -> Iterator[EventLog]:
    with closing(open_log(current_settings())) as log:
        yield log


@events.command()
@click.option(
    "--after", type=click.IntRange(min=0), help="Start behind this position (default: the last 20)."
)
@click.option("--category", "categories", multiple=True, help="Only streams of this category; repeatable.")
@click.option("--follow", is_flag=True, help="Go on with new events until Ctrl-C.")
@json_option
@reveal_option
def tail(
    after: int | None, categories: tuple[str, ...], *, follow: bool, as_json: bool, reveal: bool
) -> None:
    """Print the last 20 events in order, one a line; with --json one object a line."""
    with _log() as log:
        wanted = categories or None
        start = log.before_last(_SHOWN_AT_FIRST, categories=wanted) if after is None else after
        reader = inspection.LogReader(log, after=start, categories=wanted)
        while True:
            for event in reader.available():
                if isinstance(event, UnreadableEvent):
                    click.echo(str(event), err=True)
                elif as_json:
                    click.echo(json.dumps(_shown(event, reveal=reveal), ensure_ascii=False))
                else:
                    click.echo(_in_one_line(event))
            if not follow:
                return
            log.wait_for_news(after=reader.position, timeout=_SECONDS_TO_WAIT)


@events.command()
@click.argument("event", metavar="POSITION|EVENT_ID")
@json_option
@reveal_option
def show(event: str, *, as_json: bool, reveal: bool) -> None:
    """Show one event with everything the log knows of it."""
    with _log() as log:
        found = _find(log, event)
    shown = _shown(found, reveal=reveal)
    if as_json:
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    data = shown.pop("data")
    width = max(len(name) for name in shown)
    for name, value in shown.items():
        click.echo(f"{name:<{width}}  {'' if value is None else value}")
    click.echo(json.dumps(data, indent=2, ensure_ascii=False))


@events.command()
@json_option
def stats(*, as_json: bool) -> None:
    """Count events by type."""
    with _log() as log:
        counted = inspection.count(log)
    if as_json:
        click.echo(json.dumps(counted.to_json(), indent=2))
        return
    print_table(
        ["service", "type", "events"],
        [(source, kind, number) for (source, kind), number in sorted(counted.by_type.items())],
    )
    click.echo(f"{counted.events} events in {counted.streams} streams, head at {counted.head}")


@events.command()
@json_option
def verify(*, as_json: bool) -> None:
    """
    Check the whole log: no gap in the versions of a stream, and every event can be read.

    Exit code 1 with what is wrong.
    """
    with _log() as log:
        faults = inspection.verify(log)
        head = log.head()
    if as_json:
        click.echo(json.dumps({"head": head, "faults": faults}, indent=2))
    else:
        for fault in faults:
            click.echo(fault)
        if not faults:
            click.echo(f"The log is sound up to position {head}.")
    if faults:
        sys.exit(1)


@events.command()
@click.argument("subject")
@click.option("--yes", is_flag=True, help="Do not ask.")
def erase(subject: str, *, yes: bool) -> None:
    """
    Destroy the key of SUBJECT (case:<id>, user:<id>, partnership:<id>), so that its personal fields are gone.

    Nothing brings them back. Read models hold their own copies until they are rebuilt.
    """
    if not yes:
        click.confirm(f"Erase the personal data of {subject} for ever?", abort=True)
    with _log() as log:
        if not log.erase_subject(subject):
            raise Failure(f"{subject} has no key in the log: nothing to erase")
    click.echo(f"Erased {subject}. Rebuild the read models to erase their copies.")


def _find(log: EventLog, wanted: str) -> RecordedEvent:
    try:
        position = int(wanted)
    except ValueError:
        return _find_by_id(log, wanted)
    page = log.read_all(after=position - 1, until=position, limit=1) if position > 0 else None
    if page is None or not page.events:
        raise NotFound("no_such_event", f"There is no event at position {wanted}")
    return page.events[0]


def _find_by_id(log: EventLog, wanted: str) -> RecordedEvent:
    try:
        event_id = UUID(wanted)
    except ValueError:
        raise click.BadParameter(f"{wanted!r} is neither a position nor an event id") from None
    for event in inspection.LogReader(log).available():
        if isinstance(event, UnreadableEvent):
            if event.event_id == event_id:
                raise event
        elif event.id == event_id:
            return event
    raise NotFound("no_such_event", f"There is no event with the id {wanted}")


def _in_one_line(event: RecordedEvent) -> str:
    time = event.time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return f"{event.position:>8}  {time}  {event.type:<24}  {event.stream}@{event.version}  {event.actor}"


def _shown(event: RecordedEvent, *, reveal: bool) -> dict[str, Any]:
    shown = to_wire(event, event.position - 1)
    del shown["previousposition"]
    if not reveal:
        shown["data"] = _masked(event.data, shown["data"])
    return shown


def _masked(data: EventData, content: dict[str, Any]) -> dict[str, Any]:
    # Without a contract nobody knows what is personal, so everything may be.
    personal = tuple(content) if isinstance(data, UnknownEvent) else personal_fields(type(data))
    return {
        name: _MASK if name in personal and value not in (None, ERASED) else value
        for name, value in content.items()
    }

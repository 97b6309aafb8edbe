"""Looking through the whole log: what there is in it, and whether it is sound."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

from shared.contracts.envelope import RecordedEvent, Stream, UnknownEvent
from shared.eventlog.codec import UnreadableEvent
from shared.eventlog.protocol import EventLog


class LogReader:
    """Goes through the log in order from `position`, also past events that cannot be read."""

    def __init__(self, log: EventLog, *, after: int = 0, categories: Collection[str] | None = None) -> None:
        self._log = log
        self._categories = categories
        self.position = after

    def available(self) -> Iterator[RecordedEvent | UnreadableEvent]:
        """
        Yield what there is up to the head as of now; an event that cannot be read is yielded as its error.
        """
        head = self._log.head()
        while self.position < head:
            try:
                page = self._log.read_all(after=self.position, until=head, categories=self._categories)
            except UnreadableEvent as error:
                self.position = error.position
                yield error
                continue
            yield from page.events
            if page.position == self.position:
                # An append that began meanwhile hides for a moment what could be read before.
                return
            self.position = page.position


@dataclass
class Count:
    """How many events there are, by service and type."""

    head: int = 0
    events: int = 0
    streams: int = 0
    unreadable: int = 0
    by_type: Counter[tuple[str, str]] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        return {
            "head": self.head,
            "events": self.events,
            "streams": self.streams,
            "unreadable": self.unreadable,
            "types": [
                {"source": source, "type": kind, "events": number}
                for (source, kind), number in sorted(self.by_type.items())
            ],
        }


def count(log: EventLog) -> Count:
    """Count the events of the log as of now."""
    counted = Count()
    streams = set()
    reader = LogReader(log)
    for event in reader.available():
        counted.events += 1
        streams.add(event.stream)
        if isinstance(event, UnreadableEvent):
            counted.unreadable += 1
        else:
            counted.by_type[event.source, event.type] += 1
    counted.head = reader.position
    counted.streams = len(streams)
    return counted


def verify(log: EventLog) -> list[str]:
    """
    Return what is wrong with the log, one sentence each; empty where it is sound.

    The versions of each stream must count from 1 without gaps, positions too where the engine promises it and
    grow everywhere else, and each event must be readable by a contract of this process.
    """
    faults = []
    position = 0
    versions: dict[Stream, int] = {}
    for event in LogReader(log).available():
        if log.consecutive and event.position != position + 1:
            faults.append(f"Position {event.position} follows {position}: {position + 1} is missing.")
        elif event.position <= position:
            faults.append(f"Position {event.position} follows {position}.")
        position = event.position
        version = versions.get(event.stream, 0)
        if event.version != version + 1:
            faults.append(
                f"Position {position}: version {event.version} of {event.stream} follows version {version}."
            )
        versions[event.stream] = event.version
        if isinstance(event, UnreadableEvent):
            faults.append(f"Position {position}: {event}.")
        elif isinstance(event.data, UnknownEvent):
            faults.append(f"Position {position}: there is no contract for {event.source}'s {event.type}.")
    return faults

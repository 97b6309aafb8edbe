"""
Which event ids a stream has, as far as this process has seen it.

EventStoreDB/KurrentDB has no index by event id, and its own idempotence looks no further than the version an
append expects. So an append must know every id in its stream. Streams are only added to: what was seen once
stays true, and only what came since has to be read.
"""

from collections import ChainMap, OrderedDict
from collections.abc import Iterable, MutableMapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from uuid import UUID

from shared.contracts.envelope import Stream

# About 200 bytes each.
_CAPACITY = 100_000


@dataclass(slots=True)
class Known:
    """The version of each event id of a stream, of all up to `version` and maybe of some that came since."""

    version: int = 0
    versions: MutableMapping[UUID, int] = field(default_factory=dict)

    def versions_of(self, ids: Iterable[UUID]) -> list[int]:
        """Return the versions of those of the ids that are there, up to `version`."""
        found = (self.versions.get(each) for each in ids)
        return [version for version in found if version is not None and version <= self.version]

    def followed_by(self, ids: Sequence[UUID]) -> "Known":
        """Return what is known once these ids have followed."""
        news = {each: self.version + n for n, each in enumerate(ids, start=1)}
        return Known(self.version + len(ids), ChainMap(news, self.versions)) if news else self


class KnownIds:
    """The ids of the streams that were used last. Safe to share between threads."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._held: OrderedDict[Stream, Known] = OrderedDict()
        self._number = 0
        self._lock = Lock()

    def of(self, stream: Stream) -> Known:
        """Return what is known of the stream, as of now; of one not used for long that is nothing."""
        with self._lock:
            known = self._held.get(stream)
            if known is None:
                return Known()
            self._held.move_to_end(stream)
            return Known(known.version, known.versions)

    def note(self, stream: Stream, after_version: int, ids: Sequence[UUID]) -> None:
        """Take in the ids that follow that version, where nothing before them is missing."""
        with self._lock:
            known = self._held.get(stream) or Known()
            news = ids[known.version - after_version :] if after_version <= known.version else ()
            if news:
                known.versions.update({each: known.version + n for n, each in enumerate(news, start=1)})
                known.version += len(news)
                self._number += len(news)
            if known.version:
                self._held[stream] = known
                self._held.move_to_end(stream)
            while self._number > self._capacity and len(self._held) > 1:
                _, forgotten = self._held.popitem(last=False)
                self._number -= forgotten.version

    def forget(self, stream: Stream) -> None:
        """Know nothing of the stream any more."""
        with self._lock:
            forgotten = self._held.pop(stream, None)
            self._number -= 0 if forgotten is None else forgotten.version

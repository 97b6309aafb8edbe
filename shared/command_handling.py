"""Load, decide, append: how every command is carried out on the stream that decides it."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID
from weakref import WeakValueDictionary

from shared.contracts.envelope import NewEvent, RecordedEvent, Stream
from shared.errors import Refused, Retryable
from shared.eventlog.protocol import (
    Append,
    Appended,
    EventLog,
    LogUnavailable,
    Snapshot,
    VersionConflict,
)

logger = logging.getLogger(__name__)

S = TypeVar("S")
C = TypeVar("C")
S_co = TypeVar("S_co", covariant=True)


class ContendedStream(Retryable):
    """Other writers were quicker every time: the command was not carried out and may be sent again."""


class SnapshotCodec(Protocol[S]):
    """
    How a state is kept as JSON.

    `schema` counts the shapes of that JSON: a snapshot of another schema is passed over and the state folded
    from the log. `every` is how many events a stream grows by before its next snapshot. A snapshot is in the
    clear, so leave personal fields out of it: an erasure removes the snapshots that there are, but a state
    that a process holds in memory may be written once more.
    """

    @property
    def schema(self) -> int: ...

    @property
    def every(self) -> int: ...

    def to_json(self, state: S) -> Mapping[str, Any]: ...

    def from_json(self, json: Mapping[str, Any]) -> S: ...


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S_co]):
    """A stream's state folded up to `version`; version 0 is a stream without events."""

    state: S_co
    version: int


class _StreamLock:
    """
    A lock that is gone when nobody holds or awaits it: a bare one cannot be referred to weakly everywhere.
    """

    __slots__ = ("__weakref__", "_lock")

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


class StateStore(Generic[S]):
    """
    The states of one category's streams, folded from the log and held in memory.

    States are values: `evolve` returns a new one and nobody changes one in place. Safe to share between
    threads.
    """

    def __init__(
        self,
        log: EventLog,
        category: str,
        *,
        initial: Callable[[], S],
        evolve: Callable[[S, RecordedEvent], S],
        snapshots: SnapshotCodec[S] | None = None,
        cache_size: int = 10_000,
    ) -> None:
        self.log = log
        self.category = category
        self._initial = initial
        self._evolve = evolve
        self._snapshots = snapshots
        self._cache_size = cache_size
        self._cache: OrderedDict[UUID, Loaded[S]] = OrderedDict()
        self._cache_lock = threading.Lock()
        self._locks: WeakValueDictionary[UUID, _StreamLock] = WeakValueDictionary()

    def stream(self, stream_id: UUID) -> Stream:
        return Stream(self.category, stream_id)

    def load(self, stream_id: UUID) -> Loaded[S]:
        """Return the stream's state as of now: what is held in memory, brought up to date from the log."""
        held = self.held(stream_id) or self.from_snapshot(stream_id)
        return self.advance(
            stream_id, held, self.log.read_stream(self.stream(stream_id), after_version=held.version)
        )

    def held(self, stream_id: UUID) -> Loaded[S] | None:
        """Return the state as it is held in memory, which may be behind the log, or None."""
        with self._cache_lock:
            loaded = self._cache.get(stream_id)
            if loaded is not None:
                self._cache.move_to_end(stream_id)
            return loaded

    def from_snapshot(self, stream_id: UUID) -> Loaded[S]:
        """Return the state in the stream's snapshot, or the initial one where there is none that fits."""
        if self._snapshots is not None:
            snapshot = self.log.load_snapshot(self.stream(stream_id))
            if snapshot is not None and snapshot.schema == self._snapshots.schema:
                return Loaded(self._snapshots.from_json(snapshot.state), snapshot.version)
        return Loaded(self._initial(), 0)

    def advance(self, stream_id: UUID, loaded: Loaded[S], events: Sequence[RecordedEvent]) -> Loaded[S]:
        """
        Fold the events that follow `loaded`, hold the outcome in memory, and take a snapshot when one is due.
        """
        state = loaded.state
        for event in events:
            state = self._evolve(state, event)
        advanced = Loaded(state, loaded.version + len(events))
        self._hold(stream_id, advanced)
        self._snapshot_if_due(stream_id, loaded.version, advanced)
        return advanced

    def foresee(self, stream_id: UUID, loaded: Loaded[S], events: Sequence[NewEvent]) -> Loaded[S]:
        """
        Return the state that appending these events would lead to; nothing is held in memory.

        They have no position yet: `evolve` is shown 0.
        """
        state, stream = loaded.state, self.stream(stream_id)
        for n, event in enumerate(events, start=1):
            state = self._evolve(state, _foreseen(event, loaded.version + n, stream))
        return Loaded(state, loaded.version + len(events))

    def forget(self, stream_id: UUID) -> None:
        """Hold the stream's state no longer."""
        with self._cache_lock:
            self._cache.pop(stream_id, None)

    def lock(self, stream_id: UUID) -> "_StreamLock":
        """Return the lock that writers of the stream in this process take turns by."""
        with self._cache_lock:
            return self._locks.setdefault(stream_id, _StreamLock())

    def _hold(self, stream_id: UUID, loaded: Loaded[S]) -> None:
        with self._cache_lock:
            held = self._cache.get(stream_id)
            if held is None or held.version <= loaded.version:
                self._cache[stream_id] = loaded
            self._cache.move_to_end(stream_id)
            while len(self._cache) > self._cache_size:
                self._cache.popitem(last=False)

    def _snapshot_if_due(self, stream_id: UUID, before: int, loaded: Loaded[S]) -> None:
        codec = self._snapshots
        if codec is None or loaded.version // codec.every == before // codec.every:
            return
        try:
            self.log.save_snapshot(
                self.stream(stream_id), Snapshot(loaded.version, codec.schema, codec.to_json(loaded.state))
            )
        except LogUnavailable as error:
            # The command has been carried out or the state been read; the next one will take the snapshot.
            logger.warning(
                "Snapshot not taken",
                extra={
                    "action": "snapshot_failed",
                    "stream": str(self.stream(stream_id)),
                    "error": str(error),
                },
            )


def load_together(log: EventLog, wanted: Sequence[tuple[StateStore[Any], UUID]]) -> list[Loaded[Any]]:
    """
    Return the states of several streams as of one moment, in the order given, in one round trip to the log.
    """
    held = [store.held(stream_id) or store.from_snapshot(stream_id) for store, stream_id in wanted]
    after_versions: dict[Stream, int] = {}
    for (store, stream_id), loaded in zip(wanted, held, strict=True):
        stream = store.stream(stream_id)
        after_versions[stream] = min(loaded.version, after_versions.get(stream, loaded.version))
    events: dict[Stream, list[RecordedEvent]] = {stream: [] for stream in after_versions}
    for event in log.read_streams(after_versions):
        events[event.stream].append(event)
    return [
        store.advance(
            stream_id, loaded, [e for e in events[store.stream(stream_id)] if e.version > loaded.version]
        )
        for (store, stream_id), loaded in zip(wanted, held, strict=True)
    ]


def append_decided(
    store: StateStore[S],
    stream_id: UUID,
    decide: Callable[[Loaded[S]], Sequence[NewEvent]],
    *,
    attempts: int = 5,
) -> Appended | None:
    """
    Decide on the stream's state and append what was decided at the version it was decided on.

    `decide` may be called several times and its last answer counts. It is first asked with the state that is
    held in memory: where it decides on events, the append proves that nothing had come after that state. In
    every other case it is asked again with the state as of now. Writers of one stream in this process take
    turns.

    Returns None where `decide` returns no events. Raises what `decide` raises; ContendedStream after
    `attempts` version conflicts, which are retried here and nowhere else.
    """
    stream = store.stream(stream_id)
    with store.lock(stream_id):
        appended = _append_decided_on_held(store, stream_id, decide)
        if appended is not None:
            return appended
        for _ in range(attempts):
            loaded = store.load(stream_id)
            events = decide(loaded)
            if not events:
                return None
            try:
                appended = store.log.append(stream, events, expected=loaded.version)
            except VersionConflict as conflict:
                _forget_what_never_was(store, stream_id, loaded, conflict)
                continue
            if not appended.duplicate:
                store.advance(stream_id, loaded, appended.events)
            return appended
    raise ContendedStream(f"stream {stream} changed {attempts} times while a command was decided")


def _append_decided_on_held(
    store: StateStore[S], stream_id: UUID, decide: Callable[[Loaded[S]], Sequence[NewEvent]]
) -> Appended | None:
    """Return the outcome where the state in memory proves to be the newest and leads to events, else None."""
    held = store.held(stream_id)
    if held is None:
        return None
    try:
        events = decide(held)
    except Refused:
        return None
    if not events:
        return None
    try:
        appended = store.log.append(store.stream(stream_id), events, expected=held.version)
    except VersionConflict as conflict:
        _forget_what_never_was(store, stream_id, held, conflict)
        return None
    if appended.duplicate:
        return None
    store.advance(stream_id, held, appended.events)
    return appended


def _forget_what_never_was(
    store: StateStore[S], stream_id: UUID, loaded: Loaded[S], conflict: VersionConflict
) -> None:
    """
    Drop a state that is ahead of its stream: the log was restored from a backup under a running process.
    """
    if conflict.actual < loaded.version:
        store.forget(stream_id)


@dataclass(slots=True)
class _Planned(Generic[S, C]):
    """What one stream is to get: the state it was decided on, the state it leads to, and for whom."""

    base: Loaded[S]
    foreseen: Loaded[S]
    events: list[NewEvent] = field(default_factory=list)
    commands: list[C] = field(default_factory=list)


class Plan(Generic[S, C]):
    """
    Commands decided one after the other, each on what the earlier ones lead to, then appended several streams
    at a time.

    What is decided on a state in memory is only sure once it is appended at that state's version: a stream
    that somebody else has written to meanwhile gets nothing, and its commands are handed back, to be carried
    out one by one. For one thread.
    """

    def __init__(self, store: StateStore[S], decide: Callable[[C, S], Sequence[NewEvent]]) -> None:
        self._store = store
        self._decide = decide
        self._planned: dict[UUID, _Planned[S, C]] = {}
        self.size = 0

    def add(self, stream_id: UUID, command: C) -> bool:
        """
        Decide the command on the stream's foreseen state; return False where that leads to no events.

        Then nothing was planned for it, though it may be that only the state in memory was behind. Raises
        what deciding raises.
        """
        planned = self._planned.get(stream_id)
        if planned is None:
            base = self._store.held(stream_id) or self._store.load(stream_id)
            planned = _Planned(base, base)
        events = self._decide(command, planned.foreseen.state)
        if not events:
            return False
        planned.foreseen = self._store.foresee(stream_id, planned.foreseen, events)
        planned.events += events
        planned.commands.append(command)
        self._planned[stream_id] = planned
        self.size += len(events)
        return True

    def concerns(self, stream_id: UUID) -> bool:
        """Say whether anything is planned for the stream."""
        return stream_id in self._planned

    def append(self) -> tuple[list[Appended], list[C]]:
        """
        Append what was planned and plan afresh; return the outcomes, and the commands that are still to do.
        """
        planned, self._planned, self.size = self._planned, {}, 0
        if not planned:
            return [], []
        outcomes = self._store.log.append_several(
            [
                Append(self._store.stream(stream_id), each.events, each.base.version)
                for stream_id, each in planned.items()
            ]
        )
        done: list[Appended] = []
        left: list[C] = []
        for (stream_id, each), outcome in zip(planned.items(), outcomes, strict=True):
            if isinstance(outcome, Appended) and not outcome.duplicate:
                self._store.advance(stream_id, each.base, outcome.events)
                done.append(outcome)
            else:
                if isinstance(outcome, VersionConflict):
                    _forget_what_never_was(self._store, stream_id, each.base, outcome)
                left += each.commands
        return done, left


def _foreseen(event: NewEvent, version: int, stream: Stream) -> RecordedEvent:
    return RecordedEvent(
        id=event.id,
        source=event.data.SOURCE,
        type=type(event.data).__name__,
        schema_version=event.data.SCHEMA_VERSION,
        stream=stream,
        version=version,
        position=0,
        time=event.time,
        actor=event.actor,
        audience=event.audience,
        subject=event.subject,
        correlation_id=event.correlation_id,
        causation_id=event.causation_id,
        data=event.data,
    )

"""
One connection to a node of an EventStoreDB/KurrentDB, and the calls that are made through it.

The client's own methods repeat calls and reconnect by themselves, in part without a time limit. What a call
may do here is decided here: its services are called directly, each with a deadline.
"""

import contextlib
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import grpc
from kurrentdbclient import KurrentDBClient, NewEvent, RecordedEvent, StreamState, exceptions
from kurrentdbclient.common import AbstractCatchupSubscription, GrpcOptions
from kurrentdbclient.gossip import ClusterMember

from shared.eventlog.kurrentdb_events import streams_pattern
from shared.eventlog.kurrentdb_url import Address
from shared.eventlog.kurrentdb_version import refuse_if_too_old
from shared.eventlog.protocol import UnknownPosition

# So many events the server looks at before it looks whether somebody else wants something.
_WINDOW = 1000
# How many events a read looks at together by itself where the server did not find anything in time.
_STRETCH = 2000
# So long the server, and then this process, looks for what is rare among other things. A reader may hold a
# transaction meanwhile, which PostgreSQL ends when it stands idle for 30 seconds.
_SEARCH_SECONDS = 5.0
# So long it is looked for whether anything in the database is ours at all.
_PROBE_SECONDS = 2.0
_CHANNEL_OPTIONS: GrpcOptions = (
    # A new client after a failure is to connect at once, not when an older one's pause is over.
    ("grpc.use_local_subchannel_pool", 1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 2000),
)
_ALL_OF_OURS = streams_pattern(None)
_BAD_POSITION = re.compile(r"(?i)invalid ?position")
_FAILED = "ReadAllResult: Error"

WrongVersion = exceptions.WrongCurrentVersionError


class _Client(KurrentDBClient):
    """The vendor's client as Parley wants it: reconnecting at once, with user and password as they are."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self.channel: grpc.Channel
        super().__init__(address.uri)

    def construct_call_credentials(
        self, username: str | None, password: str | None
    ) -> grpc.CallCredentials | None:
        del username, password  # still quoted as they stand in the URL
        return super().construct_call_credentials(self._address.user, self._address.password)

    def _construct_grpc_channel(self, grpc_target: str, grpc_options: GrpcOptions = ()) -> grpc.Channel:
        self.channel = super()._construct_grpc_channel(grpc_target, (*grpc_options, *_CHANNEL_OPTIONS))
        return self.channel

    def _select_preferred_member(self, cluster_members: Sequence[ClusterMember]) -> ClusterMember:
        try:
            return super()._select_preferred_member(cluster_members)
        except exceptions.DiscoveryFailedError:
            # So answers a node that lost the others, too: the next attempt asks the next node first.
            targets = cast("list[str]", self.connection_spec.targets)
            targets.append(targets.pop(0))
            raise


@dataclass(frozen=True, slots=True)
class Stretch:
    """Records as they were found, and how far the search went: everything wanted up to there is in them."""

    records: tuple[RecordedEvent, ...]
    reached: int


class Session:
    """
    One client, connected to one node for as long as it lasts.

    `newest` is the newest position that was seen through it: a read that begins later sees everything up to
    there. Of another node that would not be known.
    """

    def __init__(self, address: Address, origin: int) -> None:
        self._client = _Client(address)
        self._origin = origin
        self._seconds = address.seconds
        self._credentials = self._client.construct_call_credentials(None, None)
        self._metadata = (("connection-name", self._client.connection_spec.options.connection_name),)
        self._has_events = False
        self.newest = 0
        try:
            refuse_if_too_old(
                self._client.channel,
                timeout=self._seconds,
                metadata=self._metadata,
                credentials=self._credentials,
            )
        except BaseException:
            self.close()
            raise

    def append(self, stream: str, version: int, events: Sequence[NewEvent]) -> None:
        """Append at exactly that version (0: no stream). Raises WrongVersion."""
        self._client.streams.append(
            stream,
            StreamState.NO_STREAM if version == 0 else version - 1,
            events,
            timeout=self._seconds,
            metadata=self._metadata,
            credentials=self._credentials,
        )

    def read_streams(self, wanted: Sequence[tuple[str, int]], limit: int) -> list[tuple[RecordedEvent, ...]]:
        """Return of each stream at most `limit` events after a version; the reads are under way together."""
        responses = [
            self._client.streams.read(
                stream_name=stream,
                stream_position=after_version,
                limit=limit,
                timeout=self._seconds,
                metadata=self._metadata,
                credentials=self._credentials,
            )
            for stream, after_version in wanted
        ]
        found = []
        try:
            for response in responses:
                try:
                    found.append(tuple(response))
                except exceptions.NotFoundError:
                    found.append(())
        finally:
            for response in responses[len(found) :]:
                response.stop(cancel=True)
        for records in found:
            if records:
                self.newest = max(self.newest, records[-1].commit_position)
        return found

    def tail(self) -> int:
        """
        Return the position of the database's last event, 0 where none of them is ours.

        Where others wrote so much after our last event that it is not found soon, there is taken to be one.
        """
        if not self._has_events:
            try:
                ours, _ = self._read(pattern=_ALL_OF_OURS, backwards=True, limit=1, seconds=_PROBE_SECONDS)
            except exceptions.GrpcDeadlineExceededError:
                self._has_events = True
            else:
                self._has_events = bool(ours) and ours[0].commit_position > self._origin
        if self._has_events:
            for last in self._read(pattern=None, backwards=True, limit=1)[0]:
                self.newest = max(self.newest, last.commit_position)
        return self.newest

    def last_of_ours(self, number: int, pattern: str) -> tuple[RecordedEvent, ...]:
        """Return the newest events of these streams, the newest first."""
        return self._read_all(pattern=pattern, backwards=True, limit=number)[0]

    def read_all(self, *, after: int, limit: int, pattern: str, until: int | None) -> Stretch:
        """
        Return the next events after that position in streams that match the pattern.

        Raises UnknownPosition where no event of the database has the position `after`, unless exactly the
        next position is asked for.
        """
        tail = self.newest if self.newest > after else self.tail()
        end = tail if until is None else min(tail, until)
        if end <= after:
            return Stretch((), after)
        # Reads begin with the event at the position, and what precedes one event need not be one.
        start = until if until == after + 1 else after
        found, complete = self._read_all(position=start or None, pattern=pattern, limit=limit + 1)
        found = tuple(each for each in found if each.commit_position > after)
        if not complete:
            found, end = (found, found[-1].commit_position) if found else self._search(start, after, pattern)
        if until is not None:
            found = tuple(each for each in found if each.commit_position <= until)
            end = min(end, until)
        if len(found) >= limit:
            return Stretch(found[:limit], found[limit - 1].commit_position)
        return Stretch(found, max(end, after, *(each.commit_position for each in found)))

    def _search(self, start: int, after: int, pattern: str) -> tuple[tuple[RecordedEvent, ...], int]:
        """
        Look through everything after that position until something matches, the log ends or the time is up;
        return what matches, and how far that was.

        For where the server did not find anything in time: it does not say how far it came.
        """
        until = time.monotonic() + _SEARCH_SECONDS
        reached = after
        while True:
            every, _ = self._read_all(position=start or None, pattern=None, limit=_STRETCH)
            news = [each for each in every if each.commit_position > reached]
            found = tuple(each for each in news if re.fullmatch(pattern, each.stream_name))
            start = reached = news[-1].commit_position if news else reached
            if found or not news or time.monotonic() > until:
                return found, reached

    def subscribe(self, after: int) -> AbstractCatchupSubscription:
        """Return an endless iterator over what is appended to streams of ours after that position."""
        return self._client.streams.read(
            commit_position=after or None,
            filter_include=(_ALL_OF_OURS,),
            filter_by_stream_name=True,
            window_size=_WINDOW,
            subscribe=True,
            metadata=self._metadata,
            credentials=self._credentials,
        )

    def close(self) -> None:
        """End every call and close the connection."""
        with contextlib.suppress(exceptions.KurrentDBClientError, ValueError):
            self._client.close()

    def _read_all(
        self, *, pattern: str | None, limit: int, position: int | None = None, backwards: bool = False
    ) -> tuple[tuple[RecordedEvent, ...], bool]:
        """
        Return what was read, and whether it is all that was asked for rather than what came in time.

        Raises UnknownPosition where the server says in one of its ways that no event begins there.
        """
        try:
            return self._read(
                pattern=pattern,
                limit=limit,
                position=position,
                backwards=backwards,
                seconds=None if pattern is None or backwards else _SEARCH_SECONDS,
            )
        except exceptions.KurrentDBClientError as error:
            if position is None or not self._is_unknown(position, str(error)):
                raise
            raise UnknownPosition(position) from error

    def _read(
        self,
        *,
        pattern: str | None,
        limit: int,
        position: int | None = None,
        backwards: bool = False,
        seconds: float | None = None,
    ) -> tuple[tuple[RecordedEvent, ...], bool]:
        """As _read_all, within `seconds` where that is less than a call may take anyway."""
        found: list[RecordedEvent] = []
        # Its types leave out the window, which it takes also where it does not subscribe.
        read: Any = self._client.streams.read
        response = read(
            commit_position=position,
            backwards=backwards,
            filter_include=() if pattern is None else (pattern,),
            filter_by_stream_name=pattern is not None,
            window_size=_WINDOW,
            limit=limit,
            timeout=self._seconds if seconds is None else min(seconds, self._seconds),
            metadata=self._metadata,
            credentials=self._credentials,
        )
        try:
            found.extend(response)
        except exceptions.GrpcDeadlineExceededError:
            # Where not even a stretch without a filter comes in time, there is no answer at all.
            if backwards or (not found and pattern is None):
                raise
            return tuple(found), False
        return tuple(found), True

    def _is_unknown(self, position: int, told: str) -> bool:
        if _FAILED not in told:
            return _BAD_POSITION.search(told) is not None
        # Servers before 24.2 tell no reason: it is the position where it alone fails, and again.
        self._read(pattern=None, limit=1, backwards=True)
        try:
            self._read(pattern=None, limit=1, position=position)
        except exceptions.UnknownError as again:
            return _FAILED in str(again)
        return False


def actual_version(conflict: WrongVersion) -> int:
    """Return the version at which the server says the stream is."""
    actual = conflict.actual_version
    return actual + 1 if isinstance(actual, int) else 0

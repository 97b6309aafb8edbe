"""The gRPC services of the stand-in, on the servicer classes that the vendor's client ships."""

import threading
import time
from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NoReturn
from uuid import UUID

import grpc
from kurrentdbclient.protos.v1 import gossip_pb2, gossip_pb2_grpc, shared_pb2, streams_pb2, streams_pb2_grpc

from tests.kurrentdb_stand_in.store import (
    ANY,
    EXISTS,
    NO_STREAM,
    Filter,
    InvalidPosition,
    Kept,
    Proposed,
    Record,
    Store,
    StreamDeleted,
    WrongVersion,
)

_LOOK_AROUND_SECONDS = 0.5
_SERVER_OPTIONS = [
    ("grpc.so_reuseport", 0),
    ("grpc.max_receive_message_length", -1),
    # The vendor's server does not mind clients that see every few seconds whether it is still there.
    ("grpc.http2.min_ping_interval_without_data_ms", 1000),
    ("grpc.keepalive_permit_without_calls", 1),
]


@dataclass
class Fault:
    """
    Something to go wrong, as often as `times` says.

    `rpc` is Append, Read, or ReadAll for one of everything that wants several events. `after` says whether an
    append is kept, or the first event of a ReadAll sent, before. `kind` is `delay` (by `seconds`), `cut` (the
    connection) or the name of a gRPC status.
    """

    rpc: str
    kind: str
    after: bool = False
    seconds: float = 0.0
    times: int = 1
    details: str = "told to"


@dataclass(frozen=True)
class Manners:
    """
    What servers differ in.

    Those before 22.10 tell no positions of a stream's events. A read from where no record begins is answered
    with `invalid_position`, a status and its details, in which those before 24.2 only say `Error`. The nodes
    `cut_off` do not reach the others and know of no leader. Those before 21.10 do not tell their `version`:
    None.
    """

    version: str | None = "25.1.0"

    tells_no_positions: bool = False
    invalid_position: tuple[str, str] = ("UNKNOWN", "Unexpected {result}: InvalidPosition")
    largest_append: int = 1024 * 1024
    cut_off: tuple[int, ...] = ()


@dataclass
class Cluster:
    """What all nodes of the stand-in share."""

    store: Store = field(default_factory=Store)
    user: str = ""
    password: str = ""
    ports: list[int] = field(default_factory=list)
    leader: int = 0
    manners: Manners = field(default_factory=Manners)
    faults: list[Fault] = field(default_factory=list)
    cut: Callable[[], None] = lambda: None
    calls: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, rpc: str) -> None:
        with self.lock:
            self.calls[rpc] = self.calls.get(rpc, 0) + 1

    def take_fault(self, rpc: str, *, after: bool) -> Fault | None:
        with self.lock:
            for fault in self.faults:
                if fault.rpc == rpc and fault.after == after and fault.times > 0:
                    fault.times -= 1
                    return fault
        return None


class Node:
    """One node's checks before and mishaps within each call."""

    def __init__(self, cluster: Cluster, number: int) -> None:
        self.cluster = cluster
        self.number = number

    def admit(self, context: grpc.ServicerContext) -> None:
        """Abort the call of who may not call, or who wanted the leader and is not talking to it."""
        sent = dict(context.invocation_metadata())
        if self.cluster.password:
            expected = b64encode(f"{self.cluster.user}:{self.cluster.password}".encode()).decode()
            given = sent.get("authorization", "")
            given = given.decode() if isinstance(given, bytes) else given
            if not given:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "Access Denied")
            if given != f"Basic {expected}":
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "Authentication failed")
        if self.number in self.cluster.manners.cut_off:
            context.abort(grpc.StatusCode.UNKNOWN, "No leader info available in response")
        if sent.get("requires-leader") == "true" and self.number != self.cluster.leader:
            context.set_trailing_metadata(
                (
                    ("exception", "not-leader"),
                    ("leader-endpoint-host", "127.0.0.1"),
                    ("leader-endpoint-port", str(self.cluster.ports[self.cluster.leader])),
                )
            )
            context.abort(grpc.StatusCode.NOT_FOUND, "Leader info available")

    def mishap(self, rpc: str, context: grpc.ServicerContext, *, after: bool = False) -> None:
        """Let go wrong what is to go wrong now."""
        fault = self.cluster.take_fault(rpc, after=after)
        if fault is None:
            return
        if fault.kind == "delay":
            time.sleep(fault.seconds)
        elif fault.kind == "cut":
            self.cluster.cut()
        else:
            context.abort(grpc.StatusCode[fault.kind], fault.details)


class Streams(streams_pb2_grpc.StreamsServicer):
    """Append and read."""

    def __init__(self, node: Node) -> None:
        self._node = node
        self._store = node.cluster.store

    def Append(self, request_iterator: Iterator[Any], context: grpc.ServicerContext) -> Any:  # noqa: N802
        self._node.cluster.count("Append")
        self._node.admit(context)
        options = next(request_iterator).options
        events = [_proposed(request.proposed_message) for request in request_iterator]
        if sum(event.size for event in events) > (largest := self._node.cluster.manners.largest_append):
            _abort(context, grpc.StatusCode.INVALID_ARGUMENT, f"Maximum Append Size of {largest} Exceeded.")
        # From here on it is kept, whether or not the client still waits.
        self._node.mishap("Append", context)
        stream = options.stream_identifier.stream_name.decode()
        try:
            outcome = self._store.append(stream, _expected(options), events)
        except StreamDeleted:
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, f"Event stream '{stream}' is deleted.")
        self._node.cluster.count("AppendKept")
        self._node.mishap("Append", context, after=True)
        if isinstance(outcome, WrongVersion):
            refusal = streams_pb2.AppendResp.WrongExpectedVersion()
            if outcome.current == NO_STREAM:
                refusal.current_no_stream.SetInParent()
            else:
                refusal.current_revision = outcome.current
            return streams_pb2.AppendResp(wrong_expected_version=refusal)
        return streams_pb2.AppendResp(success=_success(outcome))

    def Read(self, request: Any, context: grpc.ServicerContext) -> Iterator[Any]:  # noqa: N802
        self._node.cluster.count("Read")
        self._node.admit(context)
        self._node.mishap("Read", context)
        options = request.options
        try:
            if options.WhichOneof("count_option") == "subscription":
                yield from self._follow(options, context)
            elif options.WhichOneof("stream_option") == "stream":
                yield from self._read_stream(options)
            else:
                for number, record in enumerate(islice(self._read_all(options), options.count)):
                    yield self._told(record)
                    if number == 0 and options.count > 1:
                        self._node.mishap("ReadAll", context, after=True)
        except InvalidPosition:
            code, details = self._node.cluster.manners.invalid_position
            result = "FilteredReadAllResult" if options.HasField("filter") else "ReadAllResult"
            _abort(context, grpc.StatusCode[code], details.format(result=result))
        except StreamDeleted as deleted:
            _abort(context, grpc.StatusCode.FAILED_PRECONDITION, f"Event stream '{deleted}' is deleted.")

    def _read_all(self, options: Any) -> Iterator[Record]:
        wanted = _filter(options)
        if options.read_direction == streams_pb2.ReadReq.Options.Backwards:
            return self._store.backwards(wanted)
        return self._store.forwards(_position(options.all), wanted)

    def _read_stream(self, options: Any) -> Iterator[Any]:
        name = options.stream.stream_identifier.stream_name.decode()
        records = self._store.stream(name)
        if records is None:
            missing = streams_pb2.ReadResp.StreamNotFound(stream_identifier=options.stream.stream_identifier)
            yield streams_pb2.ReadResp(stream_not_found=missing)
            return
        if options.read_direction == streams_pb2.ReadReq.Options.Backwards:
            wanted = records[::-1]
        else:
            wanted = records[max(0, options.stream.revision - records[0].revision) :]
        for record in wanted[: options.count]:
            yield self._told(record, without_position=self._node.cluster.manners.tells_no_positions)

    def _follow(self, options: Any, context: grpc.ServicerContext) -> Iterator[Any]:
        which = options.all.WhichOneof("all_option")
        following = self._store.follow(
            _position(options.all), from_end=which == "end", wanted=_filter(options)
        )
        confirmation = streams_pb2.ReadResp.SubscriptionConfirmation(subscription_id=str(UUID(int=0)))
        yield streams_pb2.ReadResp(confirmation=confirmation)
        yield streams_pb2.ReadResp(caught_up=streams_pb2.ReadResp.CaughtUp())
        while context.is_active():
            records = following.next(_LOOK_AROUND_SECONDS)
            if records is None:
                context.abort(grpc.StatusCode.UNAVAILABLE, "the server is shutting down")
                return
            for record in records:
                yield self._told(record)
            if following.position and options.HasField("filter"):
                checkpoint = streams_pb2.ReadResp.Checkpoint(
                    commit_position=following.position, prepare_position=following.position
                )
                yield streams_pb2.ReadResp(checkpoint=checkpoint)

    @staticmethod
    def _told(record: Record, *, without_position: bool = False) -> Any:
        event = streams_pb2.ReadResp.ReadEvent.RecordedEvent(
            id=shared_pb2.UUID(string=record.event.id),
            stream_identifier=shared_pb2.StreamIdentifier(stream_name=record.stream.encode()),
            stream_revision=record.revision,
            prepare_position=record.position,
            commit_position=record.position,
            metadata={
                "type": record.event.type,
                "content-type": record.event.content_type,
                "created": str(record.created),
            },
            custom_metadata=record.event.metadata,
            data=record.event.data,
        )
        if without_position:
            read = streams_pb2.ReadResp.ReadEvent(event=event, no_position=shared_pb2.Empty())
        else:
            read = streams_pb2.ReadResp.ReadEvent(event=event, commit_position=record.position)
        return streams_pb2.ReadResp(event=read)


class Gossip(gossip_pb2_grpc.GossipServicer):
    """Tells who leads."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def Read(self, request: Any, context: grpc.ServicerContext) -> Any:  # noqa: N802
        cluster = self._node.cluster
        cluster.count("Gossip")
        return gossip_pb2.ClusterInfo(
            members=[
                gossip_pb2.MemberInfo(
                    state=self._state_of(number),
                    is_alive=True,
                    http_end_point=gossip_pb2.EndPoint(address="127.0.0.1", port=port),
                )
                for number, port in enumerate(cluster.ports)
            ]
        )

    def _state_of(self, number: int) -> Any:
        states, cluster = gossip_pb2.MemberInfo.VNodeState, self._node.cluster
        if {self._node.number, number}.intersection(cluster.manners.cut_off):
            return states.Unknown
        return states.Leader if number == cluster.leader else states.Follower


class ServerFeatures:
    """Tells the version. The vendor's client has no classes for this service."""

    name = "event_store.client.server_features.ServerFeatures"

    def __init__(self, node: Node) -> None:
        self._node = node

    def handler(self) -> grpc.GenericRpcHandler:
        methods = {"GetSupportedMethods": grpc.unary_unary_rpc_method_handler(self._tell, bytes, bytes)}
        return grpc.method_handlers_generic_handler(self.name, methods)

    def _tell(self, request: bytes, context: grpc.ServicerContext) -> bytes:
        cluster = self._node.cluster
        cluster.count("ServerFeatures")
        version = cluster.manners.version
        if version is None:
            _abort(context, grpc.StatusCode.UNIMPLEMENTED, "Service is unimplemented.")
        # The first field lists methods, the second is the version.
        return b"".join(
            bytes([number << 3 | 2, len(content)]) + content
            for number, content in ((1, b"\n\x04read"), (2, version.encode()))
        )


def _abort(context: grpc.ServicerContext, code: grpc.StatusCode, details: str) -> NoReturn:
    context.abort(code, details)
    raise AssertionError("abort raises")


def _expected(options: Any) -> int:
    match options.WhichOneof("expected_stream_revision"):
        case "revision":
            return int(options.revision)
        case "no_stream":
            return NO_STREAM
        case "stream_exists":
            return EXISTS
        case _:
            return ANY


def _proposed(message: Any) -> Proposed:
    return Proposed(
        id=str(UUID(message.id.string)),
        type=message.metadata["type"],
        content_type=message.metadata["content-type"],
        metadata=message.custom_metadata,
        data=message.data,
    )


def _success(outcome: Kept) -> Any:
    return streams_pb2.AppendResp.Success(
        current_revision=outcome.last.revision,
        position=streams_pb2.AppendResp.Position(
            commit_position=outcome.last.position, prepare_position=outcome.last.position
        ),
    )


def _position(options: Any) -> int | None:
    return int(options.position.commit_position) if options.WhichOneof("all_option") == "position" else None


def _filter(options: Any) -> Filter | None:
    if not options.HasField("filter"):
        return None
    of = options.filter.WhichOneof("filter")
    expression = getattr(options.filter, of)
    return Filter(
        "stream" if of == "stream_identifier" else "type", expression.regex, tuple(expression.prefix)
    )


def serve(
    cluster: Cluster, number: int, port: int, *, threads: int, certificate: tuple[bytes, bytes] | None
) -> tuple[grpc.Server, int]:
    """Start one node of the cluster; return it with the port that it listens on."""
    server = grpc.server(ThreadPoolExecutor(threads), options=_SERVER_OPTIONS)
    node = Node(cluster, number)
    streams_pb2_grpc.add_StreamsServicer_to_server(Streams(node), server)
    gossip_pb2_grpc.add_GossipServicer_to_server(Gossip(node), server)
    server.add_generic_rpc_handlers((ServerFeatures(node).handler(),))
    address = f"127.0.0.1:{port}"
    if certificate is None:
        bound = server.add_insecure_port(address)
    else:
        bound = server.add_secure_port(address, grpc.ssl_server_credentials([certificate]))
    server.start()
    return server, bound

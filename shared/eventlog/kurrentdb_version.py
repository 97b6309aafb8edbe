"""
Whether the server is one that Parley can use.

Servers tell their version to whoever asks for their features. The vendor's client for Python leaves that
call out, so it is made here.
"""

import re
from collections.abc import Sequence

import grpc
from google.protobuf.unknown_fields import UnknownFieldSet
from kurrentdbclient import exceptions
from kurrentdbclient.common import handle_rpc_error
from kurrentdbclient.protos.v1 import shared_pb2

OLDEST = (23, 10)
_FEATURES = "/event_store.client.server_features.ServerFeatures/GetSupportedMethods"
_VERSION_FIELD = 2
_NUMBERS = re.compile(r"(?P<major>\d+)\.(?P<minor>\d+)")


class ServerTooOld(exceptions.KurrentDBClientError):
    """The server says that it has a version which lacks something that Parley needs."""


def refuse_if_too_old(
    channel: grpc.Channel,
    *,
    timeout: float,
    metadata: Sequence[tuple[str, str]],
    credentials: grpc.CallCredentials | None,
) -> None:
    """
    Raise ServerTooOld where the server tells a version before 23.10, and what the vendor's client raises
    where it is not there or does not answer. One that says nothing of its version is given the benefit of
    the doubt: what it lacks shows when it is used.
    """
    ask = channel.unary_unary(
        _FEATURES,
        request_serializer=shared_pb2.Empty.SerializeToString,
        response_deserializer=shared_pb2.Empty.FromString,
    )
    try:
        answer = ask(shared_pb2.Empty(), timeout=timeout, metadata=metadata, credentials=credentials)
    except grpc.RpcError as error:
        if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED):
            raise handle_rpc_error(error) from None
        return
    version = _version(answer)
    found = _NUMBERS.match(version)
    # A server that its makers built for themselves says 0.0.
    if found is not None and (0, 0) < (int(found["major"]), int(found["minor"])) < OLDEST:
        raise ServerTooOld(version)


def _version(answer: shared_pb2.Empty) -> str:
    """Return the text of the answer's one field that is of interest, empty where there is none."""
    for field in UnknownFieldSet(answer):
        if field.field_number == _VERSION_FIELD and isinstance(field.data, bytes):
            return field.data.decode(errors="replace")
    return ""

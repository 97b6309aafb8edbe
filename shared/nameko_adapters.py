"""nameko's extensions as Parley uses them: resources built once, a subscription, background loops, validated RPC."""

import threading
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

from nameko.extensions import DependencyProvider
from psycopg_pool import ConnectionPool

from shared.clock import Clock
from shared.contracts.rpc import Request
from shared.db import DatabaseConnection
from shared.eventlog.protocol import EventLog
from shared.settings import Settings
from shared.subscription import SubscriptionDefinition

SETTINGS_KEY = "parley_settings"
Method = TypeVar("Method", bound=Callable[..., Any])


class ServiceResources(Protocol):
    """What every service's resources have; a service adds its stores and adapters."""

    @property
    def settings(self) -> Settings: ...
    @property
    def log(self) -> EventLog: ...
    @property
    def pool(self) -> ConnectionPool[DatabaseConnection]: ...
    @property
    def clock(self) -> Clock: ...


class Resources(DependencyProvider):
    """
    Builds the service's resources once when it starts and closes pool and log when it stops.

    Every worker sees the same object; the service class calls it `resources`.
    """

    def __init__(self, build: Callable[[Settings], ServiceResources]) -> None:
        self._build = build


class SubscriptionExtension(DependencyProvider):
    """Runs the service's subscription while the service runs: `subscription = SubscriptionExtension(definition)`."""

    def __init__(self, definition: Callable[[Any], SubscriptionDefinition]) -> None:
        self._definition = definition


class BackgroundLoop(DependencyProvider):
    """
    Runs a loop while the service runs: `flush = BackgroundLoop(make)`.

    `make(resources)` returns the loop, a callable that takes the event which tells it to stop, and returns soon after.
    """

    def __init__(self, make: Callable[[Any], Callable[[threading.Event], None]]) -> None:
        self._make = make


def endpoint(request: type[Request]) -> Callable[[Method], Method]:
    """
    Make a method an RPC entrypoint whose single argument `request` is a JSON object of that shape.

    `@endpoint(ListTasks)` over `def list_tasks(self, request: ListTasks) -> TaskPage`. An object of another shape is
    refused as Invalid. The answer, a model, travels as JSON. The log lines of the call carry the correlation id.
    """
    raise NotImplementedError

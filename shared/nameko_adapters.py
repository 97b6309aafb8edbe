"""
nameko's extensions as Parley uses them: resources built once, a subscription, background loops, validated
RPC.
"""

import functools
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import psycopg
import psycopg_pool
from nameko.extensions import DependencyProvider
from psycopg_pool import ConnectionPool
from pydantic import BaseModel, ValidationError

from shared import metrics
from shared.clock import Clock
from shared.contracts.rpc import Request
from shared.db import DatabaseConnection
from shared.errors import Conflict, Forbidden, Invalid, NotFound, Refused, Retryable
from shared.eventlog.protocol import EventLog
from shared.logs import CORRELATION_ID
from shared.nameko_rpc import rpc
from shared.settings import Settings
from shared.subscription import NotYetHandled, Subscription, SubscriptionDefinition
from shared.wakeups import RabbitWakeups

logger = logging.getLogger(__name__)

SETTINGS_KEY = "PARLEY_SETTINGS"
"""Where the runner puts the settings in nameko's configuration."""

RESOURCES_KEY = "PARLEY_RESOURCES"
"""Where it puts the service's resources."""

# A finer refusal travels as the nearest of these, so that the gateway's table of errors is complete.
_REFUSALS: tuple[type[Refused], ...] = (Invalid, NotFound, Forbidden, Conflict, Refused)
_STOP_SECONDS = 20.0

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
    Says how the service's resources are built, hands them to its workers, and closes pool and log in the end.

    The runner calls `build` once, before nameko starts: a wrong setting is then told in one line and not from
    the depth of its threads. The service class calls this `resources`.
    """

    def __init__(self, build: Callable[[Settings], ServiceResources]) -> None:
        self.build = build
        self.built: ServiceResources | None = None

    def setup(self) -> None:
        self.built = self.container.config[RESOURCES_KEY]

    def stop(self) -> None:
        # nameko stops all dependencies at once, and the loops still need pool and log for what they have in
        # hand.
        for loop in self.container.dependencies:
            if isinstance(loop, BackgroundLoop):
                loop.stop()
        self._close()

    def kill(self) -> None:
        self._close()

    def get_dependency(self, worker_ctx: Any) -> ServiceResources | None:
        del worker_ctx
        return self.built

    def _close(self) -> None:
        built, self.built = self.built, None
        if built is not None:
            built.pool.close()
            built.log.close()


class BackgroundLoop(DependencyProvider):
    """
    Runs a loop while the service runs: `flush = BackgroundLoop(make)`.

    `make(resources)` returns the loop: a callable that takes the event which tells it to stop and returns
    soon after. A loop that raises takes the service down, so that its supervisor starts it again.
    """

    def __init__(self, make: Callable[[Any], Callable[[threading.Event], None]]) -> None:
        self._make = make
        self._stop = threading.Event()
        self._finished = threading.Event()
        self._finished.set()

    def start(self) -> None:
        (resources,) = (each for each in self.container.dependencies if isinstance(each, Resources))
        loop = self._make(resources.built)
        self._finished.clear()

        def run() -> None:
            try:
                loop(self._stop)
            finally:
                self._finished.set()

        self.container.spawn_managed_thread(run, identifier=self.attr_name)

    def stop(self) -> None:
        self._stop.set()
        if not self._finished.wait(_STOP_SECONDS):
            logger.warning(
                "Loop did not stop in time", extra={"action": "loop_cut_off", "loop": self.attr_name}
            )

    def kill(self) -> None:
        self._stop.set()


class SubscriptionExtension(BackgroundLoop):
    """
    Runs the service's subscription while the service runs: `subscription =
    SubscriptionExtension(definition)`.
    """

    def __init__(self, definition: Callable[[Any], SubscriptionDefinition]) -> None:
        def make(resources: ServiceResources) -> Callable[[threading.Event], None]:
            defined = definition(resources)
            wakeups = RabbitWakeups(resources.settings, defined.name, defined.sources)
            return Subscription(defined, resources.log, resources.settings, wakeups).run

        super().__init__(make)


def endpoint(shape: type[Request]) -> Callable[[Method], Method]:
    """
    Make a method an RPC entrypoint whose single argument `request` is a JSON object of that shape.

    `@endpoint(ListTasks)` over `def list_tasks(self, request: ListTasks) -> TaskPage`. An object of another
    shape is refused as Invalid. The answer, a model, travels as JSON. The log lines of the call carry the
    correlation id. An error travels as the nearest of Invalid, NotFound, Forbidden, Conflict, Refused,
    NotYetHandled and Retryable; a database that cannot be reached is Retryable.
    """

    def decorate(method: Method) -> Method:
        name = method.__name__
        answered, failed = (metrics.RPC_SECONDS.labels(name, outcome) for outcome in ("answered", "failed"))

        @functools.wraps(method)
        def call(self: Any, request: Any) -> Any:
            started = time.perf_counter()
            try:
                model = _validated(shape, request)
                CORRELATION_ID.set(str(model.correlation_id))
                answer: BaseModel = method(self, model)
                told = answer.model_dump(mode="json")
            except Exception as error:
                failed.observe(time.perf_counter() - started)
                told_error = _told_as(error)
                if told_error is error:
                    raise
                raise told_error from error
            answered.observe(time.perf_counter() - started)
            return told

        entrypoint: Method = rpc(expected_exceptions=(Refused, Retryable))(call)
        return entrypoint

    return decorate


def _validated(shape: type[Request], request: Any) -> Request:
    try:
        return shape.model_validate(request)
    except ValidationError as error:
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        field = ".".join(str(part) for part in problem["loc"])
        raise Invalid("invalid_request", f"{field or 'request'}: {problem['msg']}", field or None) from error


def _told_as(error: Exception) -> Exception:
    """Return the error as it travels: of a type that the gateway knows, where it is not a mistake of ours."""
    if isinstance(error, psycopg.OperationalError | psycopg_pool.PoolTimeout):
        return Retryable("the database cannot be reached now")
    if isinstance(error, Refused):
        kind = next(kind for kind in _REFUSALS if isinstance(error, kind))
        refusal = kind(error.code, error.detail, error.field)
        if error.field is None:
            # nameko would send None as the text "None".
            refusal.args = (error.code, error.detail)
        return refusal
    if isinstance(error, Retryable) and not isinstance(error, NotYetHandled):
        return Retryable(str(error))
    return error

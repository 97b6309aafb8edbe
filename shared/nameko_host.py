"""
Runs one nameko service in this process, which eventlet has patched: waits for its servers, serves, stops in
order.
"""

import logging
import signal
import time
from collections.abc import Callable
from contextlib import closing

import eventlet
import eventlet.debug
import psycopg
from nameko.runners import ServiceRunner

from shared import broker, metrics
from shared.errors import Retryable
from shared.nameko_adapters import RESOURCES_KEY, SETTINGS_KEY, Resources, ServiceResources
from shared.settings import Settings

logger = logging.getLogger(__name__)

MAX_WORKERS = 32

_HEARTBEAT_SECONDS = 30
_LOOK_FOR_SIGNAL_SECONDS = 0.1
_STOP_SECONDS = 30
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0


def serve(service: type, settings: Settings) -> None:
    """
    Run the service until SIGTERM or SIGINT, then let it finish what it has in hand and return.

    Raises what one of its loops raised.
    """
    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: signals.append(received))

    def asked_to_stop() -> bool:
        return bool(signals)

    if not wait_for_servers(settings, asked_to_stop):
        return
    metrics.serve(settings)
    # Whatever ends a green thread reaches `runner.wait`, so the hub need not print it as well.
    eventlet.debug.hub_exceptions(False)
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.amqp_url,
            "HEARTBEAT": _HEARTBEAT_SECONDS,
            "max_workers": MAX_WORKERS,
            SETTINGS_KEY: settings,
            RESOURCES_KEY: _build_resources(service, settings),
        }
    )
    runner.add_service(service)
    runner.start()
    logger.info("Service started", extra={"action": "service_started"})
    eventlet.spawn(_stop_when_asked, asked_to_stop, runner)
    eventlet.spawn(runner.wait).wait()
    logger.info("Service stopped", extra={"action": "service_stopped"})


def _build_resources(service: type, settings: Settings) -> ServiceResources | None:
    resources = getattr(service, "resources", None)
    return resources.build(settings) if isinstance(resources, Resources) else None


def wait_for_servers(settings: Settings, given_up: Callable[[], bool]) -> bool:
    """
    Return True once PostgreSQL and RabbitMQ answer, False when told to give up; say once what is missing.
    """
    pause = _FIRST_PAUSE
    told = ""
    while not given_up():
        try:
            psycopg.connect(settings.database_url, connect_timeout=5).close()
            with closing(broker.connect(settings.amqp_url, heartbeat=_HEARTBEAT_SECONDS, name="starting")):
                return True
        except (psycopg.OperationalError, Retryable) as error:
            if str(error) != told:
                told = str(error)
                logger.warning(
                    "Service waits for its servers", extra={"action": "waiting_for_servers", "error": told}
                )
        time.sleep(pause)
        pause = min(pause * 2, _LONGEST_PAUSE)
    return False


def _stop_when_asked(asked_to_stop: Callable[[], bool], runner: ServiceRunner) -> None:
    # A signal's handler runs at any point, where nothing of eventlet may be called: so it only leaves a note.
    while not asked_to_stop():
        eventlet.sleep(_LOOK_FOR_SIGNAL_SECONDS)
    try:
        with eventlet.Timeout(_STOP_SECONDS):
            runner.stop()
    except eventlet.Timeout:
        logger.warning("Service did not stop in time and is cut off", extra={"action": "service_cut_off"})
        runner.kill()

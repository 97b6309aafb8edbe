"""
Starts one process of Parley, as `parley run NAME` and a deployment do: `python -m shared.runner NAME`.

NAME is looked up among the entry points `parley.services`. A class is a nameko service and runs under
eventlet, which must be in place before anything else is imported: so this module imports nothing of ours at
its top, and an entry point whose attribute begins with a capital is taken for a class. A function is called
with the settings.
"""

import logging
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.settings import Settings

GROUP = "parley.services"
MAX_WORKERS = 32

_WRONG_USE = 2
_FAILED = 1
_HEARTBEAT_SECONDS = 30
_LOOK_FOR_SIGNAL_SECONDS = 0.1
_STOP_SECONDS = 30
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 5.0

logger = logging.getLogger(__name__)


def main() -> None:
    """
    Run the process that the command line names and exit: 0 when it was asked to stop, 2 for wrong settings.
    """
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and one name
        sys.exit("usage: python -m shared.runner NAME")
    sys.exit(run(sys.argv[1]))


def run(name: str) -> int:
    """
    Run the process to its end and return the exit code. Call it at most once, before anything else is
    imported.
    """
    found = {each.name: each for each in entry_points(group=GROUP)}
    if name not in found:
        print(f"There is no service {name!r}. There are: {', '.join(sorted(found))}.", file=sys.stderr)
        return _WRONG_USE
    is_service = found[name].attr[:1].isupper()
    if is_service:
        _go_green()

    from shared import logs, settings

    try:
        loaded = settings.load()
        logs.configure(loaded, name)
        target = found[name].load()
        if isinstance(target, type) is not is_service:
            raise TypeError(
                f"entry point {found[name].value}: a service is a class in CapWords, all else a function"
            )
        if is_service:
            return _serve(target, loaded)
        target(loaded)
    except settings.SettingsError as error:
        print(error, file=sys.stderr)
        return _WRONG_USE
    except KeyboardInterrupt:
        return 0
    except Exception as error:
        logger.critical(
            "Process failed", extra={"action": "process_failed", "error": str(error)}, exc_info=True
        )
        return _FAILED
    return 0


def _go_green() -> None:
    """
    Patch the standard library for eventlet and make psycopg wait in a way that lets other green threads run.

    Raises RuntimeError where psycopg would block them all: with its wait function in C one slow query stops
    the whole service, which is worse than a service that does not start.
    """
    import eventlet

    eventlet.monkey_patch()
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_selector"

    from psycopg import waiting

    if waiting.wait is not waiting.wait_selector:
        raise RuntimeError(
            "psycopg was imported before eventlet was in place: start services in a process of their own"
        )


def _serve(service: type, settings: "Settings") -> int:
    """Run the nameko service until SIGTERM or SIGINT, then let it finish what it has in hand."""
    import eventlet
    from nameko.runners import ServiceRunner

    from shared import metrics
    from shared.nameko_adapters import SETTINGS_KEY

    asked_to_stop = eventlet.event.Event()

    def watch() -> None:
        # A signal's handler may run anywhere, where nothing of eventlet may be called.
        while not signals:
            eventlet.sleep(_LOOK_FOR_SIGNAL_SECONDS)
        asked_to_stop.send()

    signals: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda received, _: signals.append(received))
    eventlet.spawn(watch)

    if not _wait_for_servers(settings, lambda: bool(signals)):
        return 0
    metrics.serve(settings)
    runner = ServiceRunner(
        {
            "AMQP_URI": settings.amqp_url,
            "HEARTBEAT": _HEARTBEAT_SECONDS,
            "max_workers": MAX_WORKERS,
            SETTINGS_KEY: settings,
        }
    )
    runner.add_service(service)
    runner.start()
    logger.info("Service started", extra={"action": "service_started"})
    end = eventlet.spawn(runner.wait)
    eventlet.spawn(_stop_when_asked, asked_to_stop, runner)
    end.wait()
    logger.info("Service stopped", extra={"action": "service_stopped"})
    return 0


def _stop_when_asked(asked_to_stop: Any, runner: Any) -> None:
    import eventlet

    asked_to_stop.wait()
    try:
        with eventlet.Timeout(_STOP_SECONDS):
            runner.stop()
    except eventlet.Timeout:
        logger.warning("Service did not stop in time and is cut off", extra={"action": "service_cut_off"})
        runner.kill()


def _wait_for_servers(settings: "Settings", given_up: Callable[[], bool]) -> bool:
    """
    Return True once PostgreSQL and RabbitMQ answer, False when told to give up; say once what is missing.
    """
    from contextlib import closing

    import psycopg

    from shared import broker
    from shared.errors import Retryable

    pause = _FIRST_PAUSE
    told = ""
    while not given_up():
        try:
            with closing(psycopg.connect(settings.database_url, connect_timeout=5)):
                pass
            broker.connect(settings.amqp_url, heartbeat=_HEARTBEAT_SECONDS, name="starting").close()
        except (psycopg.OperationalError, Retryable) as error:
            if str(error) != told:
                told = str(error)
                logger.warning(
                    "Service waits for its servers", extra={"action": "waiting_for_servers", "error": told}
                )
            time.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        else:
            return True
    return False


if __name__ == "__main__":
    main()

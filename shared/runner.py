"""
Starts one process of Parley, as `parley run NAME` and a deployment do: `python -m shared.runner NAME`.

NAME is looked up among the entry points `parley.services`. A class is a nameko service and runs under
eventlet, which must be in place before anything else is imported. So this module imports nothing of ours at
its top, and an entry point whose attribute begins with a capital is taken for a class. A function is called
with the settings.
"""

# ruff: noqa: PLC0415 - what is imported late here must not be imported before eventlet is in place

import gc
import logging
import os
import sys
import warnings
from importlib import import_module
from importlib.metadata import entry_points

GROUP = "parley.services"

# Where the log is in a database that is spoken to over gRPC.
_OVER_GRPC = ("kurrentdb:", "kurrentdb+", "esdb:", "esdb+")

_WRONG_USE = 2
_FAILED = 1

logger = logging.getLogger(__name__)


def main() -> None:
    """
    Run the process that the command line names and exit: 0 when it was asked to stop, 2 for wrong settings.
    """
    if len(sys.argv) != 2:  # noqa: PLR2004 - the program and one name
        sys.exit("usage: python -m shared.runner NAME")
    sys.exit(run(sys.argv[1]))


def run(name: str) -> int:
    """Run the process to its end and return the exit code. Call it once, before anything else is imported."""
    found = {each.name: each for each in entry_points(group=GROUP)}
    if name not in found:
        return _complain(f"There is no service {name!r}. There are: {', '.join(sorted(found))}.")
    is_service = found[name].attr[:1].isupper()
    if is_service:
        go_green()

    from shared import logs, settings
    from shared.garbage import leave_out_what_is_there

    try:
        loaded = settings.load()
        logs.configure(loaded, name)
        target = found[name].load()
        gc.collect()
        leave_out_what_is_there()
        if is_service:
            from shared.nameko_host import serve

            serve(target, loaded)
        else:
            target(loaded)
    except settings.SettingsError as error:
        return _complain(str(error))
    except KeyboardInterrupt:
        return 0
    except Exception:
        logger.critical("Process failed", extra={"action": "process_failed"}, exc_info=True)
        return _FAILED
    return 0


def go_green() -> None:
    """
    Patch the standard library for eventlet and make psycopg wait in a way that lets other green threads run.

    Raises RuntimeError where psycopg would block them all: with its wait function in C one slow query stops
    the whole service, which is worse than a service that does not start.
    """
    # Read by eventlet when it is imported; see green_names.
    os.environ["EVENTLET_NO_GREENDNS"] = "yes"
    with warnings.catch_warnings():
        # eventlet says that it is deprecated; nameko stands on it.
        warnings.simplefilter("ignore")
        import eventlet

    if os.environ.get("PARLEY_EVENTLOG_URL", "").startswith(_OVER_GRPC):
        _import_grpc()
    eventlet.monkey_patch()
    os.environ["PSYCOPG_WAIT_FUNC"] = "wait_select"

    from psycopg import waiting

    if waiting.wait is not waiting.wait_select:
        raise RuntimeError("psycopg was imported before eventlet: start each service in a process of its own")

    from shared import green_names, green_wait

    green_names.install()
    waiting.wait = green_wait.wait


def _import_grpc() -> None:
    """
    Import gRPC and the log's client with a `threading` that stays as it is.

    gRPC has real threads of its own and waits for them with locks: with eventlet's in their place it waits
    for ever. Its calls are made in real threads too (`shared/eventlog/blocking.py`).
    """
    from eventlet import patcher

    # It would write to the standard error by itself; what goes wrong is logged by whoever called.
    os.environ.setdefault("GRPC_VERBOSITY", "NONE")
    # What others use as well must not get hold of the copy.
    for name in ("asyncio", "concurrent.futures.thread", "concurrent.futures.process", "queue", "ssl"):
        import_module(name)
    ours = sys.modules["threading"]
    sys.modules["threading"] = patcher.original("threading")
    try:
        # gRPC would import the others when the first connection is made.
        for name in ("kurrentdbclient.client", "grpc._channel", "grpc._plugin_wrapping", "grpc._auth"):
            import_module(name)
    finally:
        sys.modules["threading"] = ours


def _complain(sentence: str) -> int:
    print(sentence, file=sys.stderr)  # noqa: T201 - there is no log before the settings are read
    return _WRONG_USE


if __name__ == "__main__":
    main()

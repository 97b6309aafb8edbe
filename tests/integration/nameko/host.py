"""Runs one of the services beside this module as the runner would: `python -m` this module CLASS."""

import sys

from shared import runner

runner.go_green()

from shared import logs, settings  # noqa: E402 - eventlet comes first
from shared.nameko_host import serve  # noqa: E402
from tests.integration.nameko import echo  # noqa: E402

if __name__ == "__main__":
    loaded = settings.load()
    logs.configure(loaded, sys.argv[1])
    serve(getattr(echo, sys.argv[1]), loaded)

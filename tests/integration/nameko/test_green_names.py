"""Under eventlet a name is looked up without holding up others."""

import subprocess
import sys

SCRIPT = """
from shared import runner
runner.go_green()

import socket
import eventlet
from eventlet import patcher
from shared import green_names

resolver = green_names._look_up
somebody_else_ran = patcher.original("threading").Event()

def slow(*_):
    if not somebody_else_ran.wait(20):
        raise OSError("the lookup held up everybody")
    return ["found"]

def unknown(*_):
    raise socket.gaierror("no such host")

green_names._look_up = slow
lookup = eventlet.spawn(socket.getaddrinfo, "slow.example", 25)
eventlet.spawn_after(0, somebody_else_ran.set)
assert lookup.wait() == ["found"]

green_names._look_up = unknown
try:
    socket.create_connection(("unknown.example", 25))
except socket.gaierror as error:
    print(error)

green_names._look_up = resolver
with socket.create_server(("127.0.0.1", 0)) as server:
    for host in ("127.0.0.1", "localhost"):
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()
print("connected")
"""


def test_a_slow_resolver_holds_up_only_who_asked() -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", SCRIPT],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split("\n") == ["no such host", "connected", ""]

"""Children end with their parent, whatever happens to it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from shared import child_process
from shared.child_process import Command
from shared.testing import eventually

# A parent that starts a child, says who it is, and waits to be killed.
_PARENT = """
import sys, time
from pathlib import Path
from shared import child_process
child = child_process.start(
    child_process.Command(argv=("sleep", "600"), environment={"PATH": "/usr/bin:/bin"}), Path(sys.argv[1])
)
print(child.pid, flush=True)
time.sleep(600)
"""

_SLEEP = Command(argv=("sleep", "600"), environment={"PATH": os.environ["PATH"]})


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_a_child_dies_with_a_parent_that_was_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT, tmp_path / "output"], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = psutil.Process(int(parent.stdout.readline()))

        parent.kill()

    eventually(lambda: not child.is_running())


def test_a_frozen_child_is_woken_to_hear_that_it_should_end(tmp_path: Path) -> None:
    process = child_process.start(_SLEEP, tmp_path / "output")
    process.send_signal(signal.SIGSTOP)

    assert child_process.stop(process, _SLEEP, within=10) == -signal.SIGTERM


def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    command = Command(
        argv=("sh", "-c", "trap '' TERM; echo ready; while :; do sleep 1; done"),
        environment={"PATH": os.environ["PATH"]},
    )
    process = child_process.start(command, tmp_path / "output")
    eventually(lambda: (tmp_path / "output").read_text() == "ready\n")

    assert child_process.stop(process, command, within=0.1) == -signal.SIGKILL


def test_a_child_gets_the_environment_it_is_given_and_no_other(tmp_path: Path) -> None:
    output = tmp_path / "output"

    child_process.start(Command(argv=("/usr/bin/env",), environment={"ONLY": "this"}), output).wait()

    # Python itself may add its locale.
    assert {line.partition("=")[0] for line in output.read_text().splitlines()} <= {"ONLY", "LC_CTYPE"}

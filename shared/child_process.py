"""
Child processes that never outlive their parent, whatever happens to it.

Run as a script, this file is the short step between fork and the program: it gives up root where asked,
asks the kernel for a signal at the parent's death, and becomes the program. A step of its own needs no
Python code between fork and exec, which is unsafe in a process with threads.
"""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_PR_SET_PDEATHSIG = 1  # from linux/prctl.h
_NOBODY_ELSE = "-"


@dataclass(frozen=True, kw_only=True)
class Command:
    """
    A program to run: with exactly this environment, as `user` where we are root.

    `stop_signal` asks it to end in order; `orphan_signal` is what it gets when its parent dies. `inherits`
    are open files of ours that it gets under the same numbers.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    inherits: tuple[int, ...] = ()


def start(command: Command, output: Path) -> subprocess.Popen[bytes]:
    """
    Start the program in a process group of its own, its output appended to the file.

    Call it from a thread that lives as long as the parent should: the kernel counts the thread's end as its
    death.
    """
    output.parent.mkdir(parents=True, exist_ok=True)
    tether = (str(command.orphan_signal.value), str(os.getpid()), command.user or _NOBODY_ELSE)
    with output.open("ab") as file:
        return subprocess.Popen(  # noqa: S603 - the command is ours
            [sys.executable, "-I", "-S", __file__, *tether, *command.argv],
            env=dict(command.environment),
            pass_fds=command.inherits,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def stop(process: subprocess.Popen[bytes], command: Command, *, within: float) -> int:
    """Ask the program to end, kill its group if it has not after `within` seconds, return its exit code."""
    ask_to_stop(process, command)
    try:
        process.wait(within)
    except subprocess.TimeoutExpired:
        kill(process)
    return process.wait()


def ask_to_stop(process: subprocess.Popen[bytes], command: Command) -> None:
    """Send the signal that ends the program in order; a frozen one is woken to see it."""
    if process.poll() is None:
        process.send_signal(command.stop_signal)
        process.send_signal(signal.SIGCONT)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill the program and what it started, as a crash would."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _become(orphan_signal: int, parent: int, user: str, argv: list[str]) -> None:
    if user != _NOBODY_ELSE:
        account = pwd.getpwnam(user)
        os.setgroups([])
        os.setgid(account.pw_gid)
        os.setuid(account.pw_uid)
    # After the change of user: that clears the kernel's note.
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, orphan_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")
    os.execvp(argv[0], argv)  # noqa: S606 - becoming the program is the point


if __name__ == "__main__":
    _become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])

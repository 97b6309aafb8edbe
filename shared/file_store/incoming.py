"""
Uploads under way: each a file in a folder, checked there before it becomes an object of the store.

Its process holds a lock on it, which the kernel takes back however the process ends: what nobody holds was
left by a crash and may be swept away at any time.
"""

import fcntl
import hashlib
import os
from pathlib import Path
from typing import IO
from uuid import uuid4


class IncomingFile:
    """One upload under way. Its methods block: call them in a thread, one at a time."""

    def __init__(self, path: Path, file: IO[bytes]) -> None:
        self.path = path
        self.file = file
        self.size = 0
        self._digest = hashlib.sha256()

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def write(self, pieces: list[bytes]) -> None:
        """Add what came in."""
        # As one: each of the two calls gives the interpreter away and has to wait until it comes back.
        content = b"".join(pieces)
        self._digest.update(content)
        self.file.write(content)
        self.size += len(content)

    def sync(self) -> None:
        """Make sure that what was written outlives a power cut."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def discard(self) -> None:
        """Leave nothing behind; harmless where the file was moved into the store."""
        self.path.unlink(missing_ok=True)
        self.file.close()


class Incoming:
    """The folder of uploads under way, which several processes may share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self) -> IncomingFile:
        """Return a new, empty upload. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            path = self.folder / f"{uuid4()}.part"
            file = path.open("x+b")
            path.chmod(0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            # Somebody may have swept it away before it was locked.
            if os.fstat(file.fileno()).st_nlink:
                return IncomingFile(path, file)
            file.close()

    def sweep(self) -> int:
        """Remove what crashed processes left, and return how many uploads that were."""
        swept = 0
        for path in self.folder.glob("*.part"):
            try:
                file = path.open("rb")
            except FileNotFoundError:
                continue
            with file:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    continue
                path.unlink(missing_ok=True)
                swept += 1
        return swept

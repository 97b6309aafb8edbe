"""A mail server on the loopback address that goes wrong at a step and in a way that a test names."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Literal

Wrong = Literal["hang", "drop", "nonsense", "drip", "endless", "refuse", "busy"]

_ANSWERS = {
    "connect": b"220 server\r\n",
    "EHLO": b"250-server\r\n250-PIPELINING\r\n250-STARTTLS\r\n250 AUTH PLAIN\r\n",
    "STARTTLS": b"220 go on\r\n",
    "AUTH": b"235 welcome\r\n",
    "MAIL": b"250 ok\r\n",
    "RCPT": b"250 ok\r\n",
    "DATA": b"354 go on\r\n",
    "content": b"250 taken\r\n",
    "RSET": b"250 ok\r\n",
    "QUIT": b"221 bye\r\n",
}


@dataclass
class Script:
    """What the server does, and what it was told."""

    step: str = ""
    wrong: Wrong = "drop"
    # Only the first time: servers mend themselves, and connections get old.
    once: bool = False
    refusal: bytes = b"550 5.7.1 no"
    pipelining: bool = True
    tls: ssl.SSLContext | None = None
    taken: list[bytes] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    connections: int = 0
    port: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def serving(self) -> Iterator["Script"]:
        """Listen until the end of the block; whoever hangs is let go then."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self.port = listener.getsockname()[1]
            thread = threading.Thread(target=self._accept, args=(listener,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                self._over.set()
                listener.shutdown(socket.SHUT_RDWR)
        thread.join()

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                connection, _ = listener.accept()
                self.connections += 1
                threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        with suppress(OSError, _HungUp), connection:
            self._answer(connection, "connect")
            buffer = b""
            end = b"\r\n"
            while packet := connection.recv(4096):
                buffer += packet
                while end in buffer:
                    line, buffer = buffer.split(end, 1)
                    if end == b"\r\n.\r\n":
                        self._answer(connection, "content", line)
                        end = b"\r\n"
                        continue
                    step = line.split()[0].decode().upper()
                    self.said.append(step)
                    went_right = self._answer(connection, step)
                    if step == "DATA" and went_right:
                        end = b"\r\n.\r\n"
                    elif step == "STARTTLS" and self.tls is not None:
                        connection = self.tls.wrap_socket(connection, server_side=True)
                    elif step == "STARTTLS" and went_right:
                        connection.recv(4096)
                        connection.sendall(b"250 in the clear\r\n")
                    elif step == "QUIT":
                        return

    def _answer(self, connection: socket.socket, step: str, content: bytes = b"") -> bool:
        """Answer, or go wrong where the script says so; say whether it was the right answer."""
        if step == self.step:
            if self.once:
                self.step = ""
            self._go_wrong(connection)
            return False
        answer = _ANSWERS[step] if self.pipelining else _ANSWERS[step].replace(b"250-PIPELINING\r\n", b"")
        if step == "content":
            self.taken.append(content)
        connection.sendall(answer)
        return True

    def _go_wrong(self, connection: socket.socket) -> None:
        match self.wrong:
            case "hang":
                self._over.wait()
            case "drop":
                pass
            case "drip":
                while not self._over.wait(0.02):
                    connection.sendall(b"2")
            case "endless":
                while not self._over.is_set():
                    connection.sendall(b"250-and more\r\n" * 100)
            case "nonsense":
                connection.sendall(b"\x00\xffwhat?\r\n")
                return
            case "refuse":
                connection.sendall(self.refusal + b"\r\n")
                return
            case "busy":
                connection.sendall(b"421 4.3.2 come back later\r\n")
        raise _HungUp


class _HungUp(Exception):
    """The connection is to be closed."""

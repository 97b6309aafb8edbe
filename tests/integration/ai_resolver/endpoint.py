"""A language model's HTTP endpoint on loopback that answers as it is told to."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Answer:
    """`late` waits until the endpoint is closed, `hangs_up` ends the connection without a word."""

    status: int = 200
    content: str | None = '{"act": "thanks"}'
    finish_reason: str = "stop"
    body: str | None = None
    late: bool = False
    hangs_up: bool = False

    def text(self) -> str:
        if self.body is not None:
            return self.body
        if self.status != 200:
            return json.dumps({"error": {"message": "no", "type": "server_error", "code": self.status}})
        return json.dumps(
            {
                "id": "1",
                "object": "chat.completion",
                "created": 1,
                "model": "test",
                "choices": [
                    {
                        "index": 0,
                        "finish_reason": self.finish_reason,
                        "message": {"role": "assistant", "content": self.content},
                    }
                ],
                "usage": {"prompt_tokens": 40, "completion_tokens": 5, "total_tokens": 45},
            }
        )


@dataclass
class Endpoint:
    """
    Gives its answers in turn, the last one for ever, and keeps what it was asked.

    `to` has answers of its own for questions with a certain text in them.
    """

    url: str = ""
    answers: list[Answer] = field(default_factory=lambda: [Answer()])
    to: dict[str, list[Answer]] = field(default_factory=dict)
    asked: list[Mapping[str, Any]] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def next_answer(self, question: Mapping[str, Any]) -> Answer:
        words = question["messages"][-1]["content"]
        answers = next((answers for text, answers in self.to.items() if text in words), self.answers)
        return answers.pop(0) if len(answers) > 1 else answers[0]


@contextmanager
def endpoint() -> Iterator[Endpoint]:
    told = Endpoint()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            question = json.loads(self.rfile.read(length))
            told.asked.append(question)
            answer = told.next_answer(question)
            if answer.late:
                told.closing.wait(30)
                return
            if answer.hangs_up:
                self.close_connection = True
                self.connection.close()
                return
            payload = answer.text().encode()
            self.send_response(answer.status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(payload)))
            self.end_headers()
            self.wfile.write(payload)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - so the library names it
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        told.url = f"http://127.0.0.1:{server.server_address[1]}/v1"
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield told
        finally:
            told.closing.set()
            server.shutdown()
            thread.join()

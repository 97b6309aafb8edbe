"""
The least that could do the job, on the same parts: an empty endpoint, and a nameko method that inserts a row.

`floor_web` serves `/empty` and `/insert` with the gateway's own HTTP server, framework and RPC client, and
`floor_service` runs the method behind `/insert` as our runner runs services: it takes a request like any
other, inserts one bare row with psycopg and answers. No sign-in, no decision, no log.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from shared.contracts.rpc import Caller, Request
from shared.settings import Settings, to_environment
from shared.testing import eventually
from tests.bench import lean_http

SERVICE = "floor"
TABLE = "create table public.floor (id uuid primary key, body text not null)"
INSERT = "insert into public.floor (id, body) values (%s, %s)"


class Insert(Request):
    """What the floor's method takes: the envelope of every request, and a text."""

    id: UUID
    body: str


def request(body: str) -> Insert:
    """Return a request to insert the text."""
    nobody = Caller(user_id=None, company_id=None, role="ops")
    return Insert(caller=nobody, correlation_id=uuid4(), id=uuid4(), body=body)


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor's processes: the address of the web one, and the names of both by their ids."""

    url: str
    pids: Mapping[int, str]

    def post(self, path: str, body: bytes) -> bytes:
        """Return the request that posts the body there."""
        return lean_http.request("POST", path, host=self.url.removeprefix("http://"), body=body)


@contextmanager
def running(settings: Settings) -> Iterator[Floor]:
    """Run both processes for the time of the block."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    environment |= to_environment(settings)
    base_url = f"http://{settings.api_host}:{settings.api_port}"

    def answers() -> bool:
        try:
            return httpx.post(f"{base_url}/insert", content=b"x", timeout=2).is_success
        except httpx.HTTPError:
            return False

    pids: dict[int, str] = {}
    with ExitStack() as stack:
        for part in ("floor_service", "floor_web"):
            output = stack.enter_context((Path(settings.home) / f"{part}.log").open("wb"))
            process = subprocess.Popen(
                [sys.executable, "-m", f"tests.bench.{part}"], env=environment, stdout=output, stderr=output
            )
            pids[process.pid] = part
            stack.callback(process.wait)
            stack.callback(process.terminate)
        eventually(answers, within=60)
        yield Floor(base_url, pids)

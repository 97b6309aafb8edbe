"""
The event log's append beside a bare insert: client processes of their own, one event or row a commit.

Both pay for psycopg in the same way; what the log adds is the codec with its encryption, the locks, the
look at the stream's version, two more indexes and the wider row.
"""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier
from uuid import UUID, uuid4

import psycopg

from shared.contracts.envelope import NewEvent, Stream
from shared.contracts.messaging import MessagePosted
from shared.eventlog.postgres import PostgresEventLog
from shared.garbage import leave_out_what_is_there
from shared.settings import Settings
from tests.bench import floor

STREAMS_PER_CLIENT = 16
BODY = (
    "The debtor offers 4 200 EUR as a final settlement, payable in two weeks. "
    "Would you accept that, or shall we insist on the full amount and go on?"
)


def appends_per_second(settings: Settings, *, clients: int, seconds: float) -> float:
    """Return how many events a second the clients append, one by one, each at its stream's version."""
    return _race(_append, settings, clients, seconds)


def inserts_per_second(settings: Settings, *, clients: int, seconds: float) -> float:
    """Return how many bare rows a second the clients insert with psycopg, each a commit."""
    return _race(_insert, settings, clients, seconds)


Client = Callable[[Settings], Iterator[None]]


def _race(client: Client, settings: Settings, clients: int, seconds: float) -> float:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(clients)
    with context.Manager() as manager:
        counts = manager.list([0.0] * clients)
        processes = [
            context.Process(
                target=_run,
                args=(client, settings, start, seconds),
                kwargs={"counts": counts, "number": number},
            )
            for number in range(clients)
        ]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
            if process.exitcode != 0:
                raise RuntimeError(f"a client of the bench ended with {process.exitcode}")
        return float(sum(counts))


def _run(
    client: Client,
    settings: Settings,
    start: Barrier,
    seconds: float,
    *,
    counts: list[float],
    number: int,
) -> None:
    work = client(settings)
    for _ in range(20):
        next(work)
    # As our processes do.
    leave_out_what_is_there()
    start.wait(60)
    begun = time.perf_counter()
    done = 0
    while time.perf_counter() - begun < seconds:
        next(work)
        done += 1
    counts[number] = done / (time.perf_counter() - begun)


def _append(settings: Settings) -> Iterator[None]:
    log = PostgresEventLog(settings, pool_size=2)
    streams = [Stream("thread", uuid4()) for _ in range(STREAMS_PER_CLIENT)]
    # What a message says is made and checked before it comes to the log.
    messages = [message(stream.id) for stream in streams]
    version = 0
    while True:
        for stream, event in zip(streams, messages, strict=True):
            log.append(stream, [replace(event, id=uuid4())], expected=version)
            yield
        version += 1


def _insert(settings: Settings) -> Iterator[None]:
    with psycopg.connect(settings.database_url, autocommit=True) as connection:
        while True:
            connection.execute(floor.INSERT, (uuid4(), BODY))
            yield


def message(thread_id: UUID) -> NewEvent:
    """Return a message such as messaging appends."""
    message_id, company_id = uuid4(), uuid4()
    return NewEvent(
        id=message_id,
        data=MessagePosted(
            message_id=message_id,
            thread_id=thread_id,
            thread_kind="invoice_chat",
            case_id=thread_id,
            case_reference="B-0001",
            partnership_id=None,
            client_message_id=str(message_id),
            role="partner",
            author_id=company_id,
            author_name="Bob Brandt",
            author_company_id=company_id,
            recipient_ids=(uuid4(),),
            body=BODY,
        ),
        time=datetime.now(UTC),
        actor=f"user:{company_id}",
        audience=frozenset({company_id, uuid4()}),
        subject=f"case:{thread_id}",
        correlation_id=message_id,
    )

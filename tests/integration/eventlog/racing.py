"""What the writing processes of the racing test run."""

from contextlib import closing
from uuid import uuid4

from shared.contracts.envelope import Stream
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from tests.contract.event_examples import an_event


def write(settings: Settings, appends: int) -> None:
    """Append, one or three events at a time, to streams of two categories."""
    with closing(PostgresEventLog(settings)) as log:
        for number in range(appends):
            stream = Stream(("thread", "case")[number % 2], uuid4())
            log.append(stream, [an_event() for _ in range(1 + number % 3)], expected="no_stream")

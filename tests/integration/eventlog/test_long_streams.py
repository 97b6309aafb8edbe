"""Nothing the log does costs more where a stream is long, also before PostgreSQL has statistics."""

from collections.abc import Callable
from contextlib import closing
from uuid import uuid4

import pytest

from shared.contracts.envelope import Stream
from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import Append
from shared.settings import Settings
from shared.testing import eventually
from tests.contract.event_examples import a_stream, an_event

LENGTH = 300
FEW = 10


@pytest.mark.parametrize(
    "use",
    [
        lambda log, stream: log.append(stream, [an_event()], expected=LENGTH),
        lambda log, stream: log.append(stream, [an_event(), an_event()], expected=LENGTH),
        lambda log, stream: log.append_several(
            [Append(stream, [an_event()], LENGTH), Append(a_stream(), [an_event()], 0)]
        ),
        lambda log, stream: log.read_stream(stream, after_version=LENGTH - 1),
        lambda log, stream: log.read_streams({stream: LENGTH - 1, a_stream(): 0}),
        lambda log, stream: log.find(stream, uuid4()),
    ],
    ids=["append", "append of two events", "append_several", "read_stream", "read_streams", "find"],
)
def test_no_call_looks_through_the_whole_stream(
    database_settings: Settings, use: Callable[[PostgresEventLog, Stream], object]
) -> None:
    stream = a_stream()
    with closing(PostgresEventLog(database_settings)) as log:
        log.append(stream, [an_event() for _ in range(LENGTH)], expected="no_stream")
    before = rows_fetched_by_those_gone(database_settings)

    with closing(PostgresEventLog(database_settings)) as log:
        use(log, stream)

    assert rows_fetched_by_those_gone(database_settings) - before <= FEW


def rows_fetched_by_those_gone(settings: Settings) -> int:
    """Return how many events were fetched by an index; a session has told so by the time it is over."""
    with connect(settings, schema="eventlog", autocommit=True) as connection:
        eventually(
            lambda: (
                connection.execute(
                    """
                    select true where not exists (
                        select from pg_stat_activity
                        where datname = current_database() and pid <> pg_backend_pid()
                    )
                    """
                ).fetchone()
                is not None
            )
        )
        row = connection.execute(
            """
            select coalesce(idx_tup_fetch, 0) from pg_stat_user_tables
            where relid = 'eventlog.events'::regclass
            """
        ).fetchone()
    assert row is not None
    return int(row[0])

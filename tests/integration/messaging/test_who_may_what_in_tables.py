"""What the queries show is what the model says, whatever happens; a missing fence is found."""

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.messaging import handlers
from services.messaging.queries import Reads, tables
from shared.db import open_pool
from shared.settings import Settings
from tests.unit.messaging.who_may_bid import WhoMayBid
from tests.unit.messaging.who_may_log import WhoMayLog
from tests.unit.messaging.who_may_what import Tables, WhoMayWhat

THOROUGH = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
VERY_THOROUGH = settings(THOROUGH, max_examples=60, stateful_step_count=40, phases=[Phase.generate])
SEARCH = settings(THOROUGH, max_examples=60, derandomize=True, phases=[Phase.generate])

FENCE = re.compile(
    rb"\n    and \(\n        %\(viewer\)s::uuid is null\n        or exists \(.*?\n    \)(?:\n|$)", re.DOTALL
)


WithTables = Callable[..., type[WhoMayWhat]]


@pytest.fixture
def with_tables(database_settings: Settings) -> Iterator[WithTables]:
    """Give what makes a machine of its parts with tables; each of its runs has companies of its own."""
    pool = open_pool(database_settings, schema=handlers.NAME, size=2, autocommit=True)
    with pool.connection() as connection:
        yield lambda *parts: type("WithTables", parts, {"tables": Tables(connection, Reads(pool))})
    pool.close()


@pytest.mark.parametrize("thoroughly", [THOROUGH, pytest.param(VERY_THOROUGH, marks=pytest.mark.slow)])
def test_everybody_is_shown_what_the_model_says_and_nothing_else(
    with_tables: WithTables, thoroughly: settings
) -> None:
    run_state_machine_as_test(with_tables(WhoMayLog, WhoMayBid), settings=thoroughly)


OF_LEADS = re.compile(rb"\n    and \(view\.sees_all or own\.partner_id is not null\)\n")
OF_BIDS = re.compile(
    rb"\n            and \(\n                %\(viewer\)s::uuid is null\n.*?\n            \)\n", re.DOTALL
)


@pytest.mark.parametrize(
    ("part", "query", "fence"),
    [
        pytest.param(WhoMayWhat, "list_threads", FENCE, id="threads"),
        pytest.param(WhoMayWhat, "list_older_messages", FENCE, id="messages"),
        pytest.param(WhoMayLog, "list_notes", FENCE, id="notes"),
        pytest.param(WhoMayLog, "list_files_of_case", FENCE, id="files of a case"),
        pytest.param(WhoMayLog, "get_file", FENCE, id="a file"),
        pytest.param(WhoMayBid, "list_leads", OF_LEADS, id="leads"),
        pytest.param(WhoMayBid, "list_leads", OF_BIDS, id="bids"),
    ],
)
def test_a_missing_fence_is_found(
    with_tables: WithTables,
    part: type[WhoMayWhat],
    query: str,
    fence: re.Pattern[bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fenced = tables._QUERIES[query]
    unfenced = fence.sub(b"\n", fenced, count=1)
    assert unfenced != fenced, "the fence looks different now: plant the fault anew"
    monkeypatch.setitem(tables._QUERIES, query, unfenced)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(with_tables(part), settings=SEARCH)

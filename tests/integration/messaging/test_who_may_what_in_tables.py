"""What the queries show is what the model says, whatever happens; a missing fence is found."""

import re
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from services.messaging import handlers
from services.messaging.queries import Reads, tables
from shared.db import open_pool
from shared.settings import Settings
from tests.unit.messaging.who_may_what import Tables, WhoMayWhat

THOROUGH = settings(
    max_examples=12,
    stateful_step_count=20,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
SEARCH = settings(THOROUGH, max_examples=60, derandomize=True, phases=[Phase.generate])

FENCE = re.compile(
    rb"\n    and \(\n        %\(viewer\)s::uuid is null\n        or exists \(.*?\n    \)\n", re.DOTALL
)


@pytest.fixture
def machine(database_settings: Settings) -> Iterator[type[WhoMayWhat]]:
    """Give the machine with tables; each of its runs has companies of its own in them."""
    pool = open_pool(database_settings, schema=handlers.NAME, size=2, autocommit=True)
    with pool.connection() as connection:

        class WithTables(WhoMayWhat):
            tables = Tables(connection, Reads(pool))

        yield WithTables
    pool.close()


def test_everybody_is_shown_what_the_model_says_and_nothing_else(machine: type[WhoMayWhat]) -> None:
    run_state_machine_as_test(machine, settings=THOROUGH)


@pytest.mark.parametrize("query", ["list_threads", "list_older_messages"])
def test_a_missing_fence_is_found(
    machine: type[WhoMayWhat], query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fenced = tables._QUERIES[query]
    unfenced = FENCE.sub(b"\n", fenced, count=1)
    assert unfenced != fenced, "the fence looks different now: plant the fault anew"
    monkeypatch.setitem(tables._QUERIES, query, unfenced)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine, settings=SEARCH)

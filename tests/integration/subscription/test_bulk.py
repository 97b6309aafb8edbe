"""A bulk verb waits for who follows the log, however far apart its positions are."""

from contextlib import closing

import pytest

from shared.bulk import holding_back
from shared.db import connect
from shared.settings import Settings
from tests.integration.subscription.ledger import NAME, create_schema


def put_checkpoint(settings: Settings, position: int) -> None:
    with closing(connect(settings, schema=NAME, autocommit=True)) as connection:
        connection.execute(
            "insert into checkpoints (name, position) values (%s, %s)"
            " on conflict (name) do update set position = excluded.position",
            [NAME, position],
        )


@pytest.mark.parametrize("distance", [1, 60_000], ids=["without gaps", "byte offsets"])
def test_a_bulk_verb_waits_while_a_follower_is_more_portions_behind_than_it_may(
    database_settings: Settings, distance: int
) -> None:
    create_schema(database_settings)
    put_checkpoint(database_settings, 1)
    waited: list[tuple[str, int]] = []

    def follower_handles_two_portions(name: str, behind: int) -> None:
        waited.append((name, behind))
        put_checkpoint(database_settings, 1 + 2 * distance)

    with holding_back(
        database_settings, [NAME], most_behind=3, tell=follower_handles_two_portions
    ) as hold_back:
        for portion in range(1, 4):
            hold_back(1 + portion * distance)
        assert waited == []
        for portion in range(4, 6):
            hold_back(1 + portion * distance)

    assert waited == [(NAME, 4)]


def test_a_follower_that_has_never_run_is_not_waited_for(database_settings: Settings) -> None:
    create_schema(database_settings)

    with holding_back(database_settings, [NAME], most_behind=1) as hold_back:
        for portion in range(1, 10):
            hold_back(portion * 1000)

"""The log is append-only because the database says so."""

import psycopg
import pytest

from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings
from tests.contract.event_examples import a_personal_event, a_stream

CHANGES = [
    "update eventlog.events set actor = 'nobody'",
    "delete from eventlog.events",
    "truncate eventlog.events",
]


@pytest.fixture
def settings_with_an_event(database_settings: Settings) -> Settings:
    log = PostgresEventLog(database_settings)
    log.append(a_stream("user"), [a_personal_event()], expected="any")
    log.close()
    return database_settings


@pytest.mark.parametrize(
    "change", [*CHANGES, "drop table eventlog.events", "alter table eventlog.events disable trigger all"]
)
def test_the_application_cannot_change_the_log(settings_with_an_event: Settings, change: str) -> None:
    with (
        connect(settings_with_an_event, schema="eventlog") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute(change.encode())


@pytest.mark.parametrize("change", CHANGES)
def test_not_even_the_owner_changes_the_log_by_mistake(settings_with_an_event: Settings, change: str) -> None:
    with (
        psycopg.connect(settings_with_an_event.database_url) as connection,
        pytest.raises(psycopg.Error) as refused,
    ):
        connection.execute(change.encode())

    assert refused.value.sqlstate == "PLV02"


def test_the_application_can_destroy_a_key_and_cannot_replace_one(settings_with_an_event: Settings) -> None:
    with connect(settings_with_an_event, schema="eventlog", autocommit=True) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("update subject_keys set key = decode(repeat('00', 32), 'hex')")

        assert connection.execute("delete from subject_keys").rowcount == 1


def test_a_position_or_version_cannot_be_given_twice(settings_with_an_event: Settings) -> None:
    copy = """
        insert into events select {position}, category, stream_id, {version}, {id}, source, type,
        schema_version, time, actor, audience, subject, correlation_id, causation_id, data from events
    """
    twice = [
        {"position": "1", "version": "2", "id": "gen_random_uuid()"},
        {"position": "2", "version": "1", "id": "gen_random_uuid()"},
        {"position": "2", "version": "2", "id": "id"},
    ]
    with connect(settings_with_an_event, schema="eventlog", autocommit=True) as connection:
        for values in twice:
            with pytest.raises(psycopg.errors.UniqueViolation):
                connection.execute(copy.format(**values).encode())

"""Migrations: applied once, in order, by whoever is first, and never changed afterwards."""

import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from shared import migrate as migrations
from shared.db import connect
from shared.eventlog.postgres import PostgresEventLog
from shared.migrate import MigrationError, migrate, migrate_schema
from shared.settings import Settings
from shared.testing import fresh_database
from tests.contract.event_examples import a_stream, an_event

COLUMNS = """
    select table_name, column_name, data_type, is_nullable, column_default
    from information_schema.columns where table_schema = %s
    order by table_name, ordinal_position
"""


@pytest.fixture
def empty(postgres_url: str) -> Iterator[Settings]:
    """Give settings of a database in which nothing is."""
    with fresh_database(postgres_url) as url:
        yield Settings(environment="test", database_url=url)


@pytest.fixture
def migrated(database_settings: Settings) -> Settings:
    """Give settings of a migrated database: a template's copy lacks the role's rights to the original."""
    migrate(database_settings)
    return database_settings


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder that stands for the SQL of a service called `pets`."""
    folder = tmp_path / "pets_sql"
    folder.mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


@pytest.fixture
def other_role(postgres_url: str) -> Iterator[str]:
    """Give the name of a role of this test's own; ask for it first, so that the databases go before it."""
    name = f'Parley "test" {secrets.token_hex(4)}'
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as superuser:
        superuser.execute(sql.SQL("drop role if exists {}").format(sql.Identifier(name)))


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text)


def apply(settings: Settings, **options: Any) -> list[str]:
    with connect(settings, schema="public", autocommit=True) as connection:
        return migrate_schema(connection, "pets", "pets_sql", **options)


def test_a_database_is_migrated_once(empty: Settings) -> None:
    applied = migrate(empty)

    assert "eventlog/001_event_log.pre.sql" in applied
    assert any(file.startswith("tasks/subscription_001") for file in applied)
    assert migrate(empty) == []


def test_several_migrations_at_once_apply_everything_once(empty: Settings) -> None:
    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(lambda _: migrate(empty), range(4)))

    applied = [file for outcome in outcomes for file in outcome]
    assert len(applied) == len(set(applied)) > 0


def test_a_file_that_was_changed_after_it_had_been_applied_is_refused(
    migrated: Settings, package: Path
) -> None:
    write(package, "001_pets.pre.sql", "create table pets (name text)")
    apply(migrated)
    write(package, "001_pets.pre.sql", "create table pets (name text, legs integer)")

    with pytest.raises(MigrationError, match=r"pets/001_pets.pre.sql was changed"):
        apply(migrated)


def test_a_database_of_another_role_is_refused_in_a_sentence(other_role: str, migrated: Settings) -> None:
    with pytest.raises(MigrationError, match=r"schema \w+ cannot be changed: it belongs to another role"):
        migrate(migrated.model_copy(update={"database_role": other_role}))


def test_the_applications_role_may_have_any_name(other_role: str, empty: Settings) -> None:
    named = empty.model_copy(update={"database_role": other_role})
    migrate(named)

    with closing(PostgresEventLog(named)) as log:
        assert log.append(a_stream(), [an_event()], expected="no_stream").position == 1


def test_a_file_that_fails_leaves_nothing_and_is_tried_again(migrated: Settings, package: Path) -> None:
    write(package, "001_pets.pre.sql", "create table pets (name text)")
    write(package, "002_legs.pre.sql", "create table legs (n integer); select 1/0")
    with pytest.raises(MigrationError, match=r"002_legs.pre.sql: division by zero"):
        apply(migrated)

    write(package, "002_legs.pre.sql", "create table legs (n integer)")

    assert apply(migrated) == ["pets/002_legs.pre.sql"]


def test_files_of_the_second_stage_wait_until_they_are_asked_for(migrated: Settings, package: Path) -> None:
    write(package, "001_pets.pre.sql", "create table pets (name text, old text)")
    write(package, "002_drop_old.post.sql", "alter table pets drop column old")

    before = apply(migrated, stages=["pre"])
    after = apply(migrated)

    assert before[-1] == "pets/001_pets.pre.sql"
    assert after == ["pets/002_drop_old.post.sql"]


def test_a_file_with_another_kind_of_name_is_refused(migrated: Settings, package: Path) -> None:
    write(package, "pets.pre.sql", "select 1")

    with pytest.raises(MigrationError, match="is not named"):
        apply(migrated)


def test_a_package_that_is_not_there_is_refused(migrated: Settings) -> None:
    with (
        connect(migrated, schema="public", autocommit=True) as connection,
        pytest.raises(MigrationError, match=r"no package services.pets.sql"),
    ):
        migrate_schema(connection, "pets", "services.pets.sql")


def test_the_application_owns_the_read_models_and_can_rebuild_them(
    migrated: Settings,
) -> None:
    with connect(migrated, schema="tasks", autocommit=True) as connection:
        migrate_schema(connection, "tasks_rebuild", "services.tasks.sql")

        live = connection.execute(COLUMNS, ["tasks"]).fetchall()
        rebuilt = connection.execute(COLUMNS, ["tasks_rebuild"]).fetchall()
        assert live == rebuilt != []
        connection.execute("alter schema tasks rename to tasks_old")
        connection.execute("alter schema tasks_rebuild rename to tasks")
        connection.execute("drop schema tasks_old cascade")

    assert migrate(migrated) == []


def test_the_application_does_not_own_the_log(database_settings: Settings) -> None:
    with (
        connect(database_settings, schema="eventlog") as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("alter schema eventlog rename to away")


def test_every_shipped_file_is_named_as_the_rules_say() -> None:
    for package in (
        "shared.eventlog.sql",
        "shared.sql",
        "services.messaging.sql",
        "services.tasks.sql",
        "services.notifier.sql",
    ):
        files = migrations._files_in(package)
        numbers = [file.name.split("_")[0 if file.name[0].isdigit() else 1] for file in files]
        assert numbers == sorted(set(numbers)), f"{package} gives a number twice"

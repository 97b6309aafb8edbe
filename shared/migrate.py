"""
Migrations: the application's role, the schemas, and numbered SQL files applied once each, forward only.

A file is `NNN_name.pre.sql` (the old code still runs beside it) or `NNN_name.post.sql` (the old code is
gone). What was applied is remembered with its checksum in the table `migrations` of the schema itself, so
that the memory moves along when a rebuilt schema takes the place of the live one.
"""

import hashlib
import logging
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Any, Literal

import psycopg
from psycopg import Connection, sql

from shared.db import DatabaseUnavailable
from shared.errors import ParleyError
from shared.settings import Settings

logger = logging.getLogger(__name__)

Stage = Literal["pre", "post"]
STAGES: tuple[Stage, ...] = ("pre", "post")

_FILE_NAME = re.compile(r"^(subscription_)?(?P<number>\d{3})_[a-z0-9_]+\.(?P<stage>pre|post)\.sql$")
_LOG_SCHEMA = "eventlog"
_LOG_PACKAGE = "shared.eventlog.sql"
_SUBSCRIPTION_PACKAGE = "shared.sql"
_ENTRY_POINTS = "parley.schemas"
# One migration at a time in a database, whoever starts it; the number only has to differ from the log's own
# lock.
_ADVISORY_LOCK = 7_209_001


class MigrationError(ParleyError):
    """A migration cannot be applied: the message names the file and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Migration:
    """One SQL file as it stands in its package."""

    name: str
    stage: Stage
    text: bytes

    @property
    def checksum(self) -> str:
        return hashlib.sha256(self.text).hexdigest()


def migrate(settings: Settings, *, stages: Collection[Stage] = STAGES) -> list[str]:
    """
    Bring the event log and every read-model schema up to date; return what was applied, as `schema/file`.

    Safe to run again and from several places at once: one runs, the others wait and find nothing to do.
    Connects as the user of the URL, who must be allowed to create roles and schemas. The log's schema is made
    also where another engine keeps the log: its keys, snapshots and the relay's checkpoint lie there. Raises
    MigrationError, DatabaseUnavailable.
    """
    applied = []
    with _open_for_migration(settings.log_database_url) as connection:
        _create_role(connection, settings.database_role)
        applied += _migrate_log(connection, settings.database_role, stages)
    with _open_for_migration(settings.database_url) as connection:
        _create_role(connection, settings.database_role)
        _let_role_create_schemas(connection, settings.database_role)
        connection.execute(sql.SQL("set role {}").format(sql.Identifier(settings.database_role)))
        for entry_point in sorted(metadata.entry_points(group=_ENTRY_POINTS), key=lambda each: each.name):
            applied += migrate_schema(connection, entry_point.name, entry_point.value, stages=stages)
    return applied


def migrate_schema(
    connection: Connection[Any], schema: str, package: str, *, stages: Collection[Stage] = STAGES
) -> list[str]:
    """
    Build one read-model schema under the name `schema`, or bring it up to date; return what was applied.

    The files of the subscription come first, then those of `package`. The connection acts as the role that
    shall own the schema and is not inside a transaction; each file is a transaction of its own. Its search
    path is put back. Raises MigrationError.
    """
    files = [*_files_in(_SUBSCRIPTION_PACKAGE), *_files_in(package)]
    return _apply(connection, schema, [file for file in files if file.stage in stages])


def _migrate_log(connection: Connection[Any], role: str, stages: Collection[Stage]) -> list[str]:
    # The grants in the log's files ask for the role's name by this setting: a grant takes no parameter.
    connection.execute("select set_config('parley.application_role', %s, false)", [role])
    return _apply(connection, _LOG_SCHEMA, [file for file in _files_in(_LOG_PACKAGE) if file.stage in stages])


def _open_for_migration(url: str) -> Connection[Any]:
    try:
        # A migration that waits long for a table's lock holds up everyone who queues behind it: better to
        # fail.
        connection = psycopg.connect(
            url,
            autocommit=True,
            connect_timeout=10,
            options="-c lock_timeout=10s -c client_min_messages=warning",
        )
        connection.execute("set lock_timeout = 0")
        connection.execute("select pg_advisory_lock(%s)", [_ADVISORY_LOCK])
        connection.execute("reset lock_timeout")
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(str(error)) from error
    return connection


def _create_role(connection: Connection[Any], role: str) -> None:
    name = sql.Identifier(role)
    known = connection.execute("select 1 from pg_roles where rolname = %s", [role]).fetchone()
    if known is None:
        try:
            connection.execute(sql.SQL("create role {} nologin").format(name))
        except (psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation):
            # Roles belong to the whole server: the migration of another database was quicker.
            logger.info("Role was created by somebody else", extra={"action": "role_exists", "role": role})
    may_act = connection.execute("select pg_has_role(current_user, %s, 'MEMBER')", [role]).fetchone()
    if may_act != (True,):
        connection.execute(sql.SQL("grant {} to current_user").format(name))


def _let_role_create_schemas(connection: Connection[Any], role: str) -> None:
    """Let the role own the read-model schemas, which it builds anew beside the live ones and renames."""
    row = connection.execute(
        "select current_database(), has_database_privilege(%s, current_database(), 'CREATE')", [role]
    ).fetchone()
    if row is not None and not row[1]:
        connection.execute(
            sql.SQL("grant create on database {} to {}").format(sql.Identifier(row[0]), sql.Identifier(role))
        )


def _files_in(package: str) -> list[Migration]:
    """Return the package's migrations by number; of two with one number the names decide."""
    try:
        folder = resources.files(package)
    except ModuleNotFoundError as error:
        raise MigrationError(f"there is no package {package} to take migrations from") from error
    found = []
    for file in folder.iterdir():
        if not file.name.endswith((".pre.sql", ".post.sql")):
            continue
        match = _FILE_NAME.match(file.name)
        if match is None:
            raise MigrationError(f"{package}/{file.name} is not named NNN_name.pre.sql or NNN_name.post.sql")
        stage: Stage = "pre" if match["stage"] == "pre" else "post"
        found.append(Migration(file.name, stage, file.read_bytes()))
    return sorted(found, key=lambda migration: migration.name)


def _apply(connection: Connection[Any], schema: str, files: Iterable[Migration]) -> list[str]:
    try:
        known = _known_in(connection, schema)
    except (psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidSchemaName) as error:
        raise MigrationError(
            f"schema {schema} cannot be changed: it belongs to another role than PARLEY_DATABASE_ROLE, or"
            f" the user of the URL is not the one who migrates ({error})"
        ) from error
    applied = []
    for file in files:
        if file.name in known:
            if known[file.name] != file.checksum:
                raise MigrationError(
                    f"{schema}/{file.name} was changed after it had been applied: add a new file instead"
                )
            continue
        with connection.transaction():
            _enter(connection, schema)
            try:
                connection.execute(file.text)
            except psycopg.Error as error:
                raise MigrationError(f"{schema}/{file.name}: {error}") from error
            connection.execute(
                "insert into migrations (file, checksum) values (%s, %s)", [file.name, file.checksum]
            )
        logger.info(
            "Migration applied", extra={"action": "migration_applied", "schema": schema, "file": file.name}
        )
        applied.append(f"{schema}/{file.name}")
    return applied


def _known_in(connection: Connection[Any], schema: str) -> dict[str, str]:
    """Make the schema where there is none, and return the checksums of the files that were applied to it."""
    with connection.transaction():
        _enter(connection, schema)
        row = connection.execute("select to_regnamespace(quote_ident(%s)) is not null", [schema]).fetchone()
        if row != (True,):
            connection.execute(sql.SQL("create schema {}").format(sql.Identifier(schema)))
        connection.execute(
            """
            create table if not exists migrations (
                file       text primary key,
                checksum   text not null,
                applied_at timestamptz not null default now()
            )
            """
        )
        return dict(connection.execute("select file, checksum from migrations").fetchall())


def _enter(connection: Connection[Any], schema: str) -> None:
    """Act in the schema until the end of the transaction."""
    connection.execute("select set_config('search_path', quote_ident(%s), true)", [schema])

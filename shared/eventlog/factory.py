"""Which engine keeps the log: the scheme of its URL says so."""

import os

from shared.eventlog.kurrentdb_url import SCHEMES
from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.settings import Settings, SettingsError


def open_log(settings: Settings) -> EventLog:
    """
    Return the event log that `settings.log_url` names; it connects when it is first used.

    Raises SettingsError where no engine has such a URL or the URL says something wrong.
    """
    scheme = settings.log_url.partition("://")[0]
    if settings.keeps_log_in_postgres:
        return PostgresEventLog(settings)
    if scheme in SCHEMES:
        # gRPC would write to the standard error by itself; what goes wrong is logged by whoever called.
        os.environ.setdefault("GRPC_VERBOSITY", "NONE")
        # It is large: only who has chosen this engine carries it.
        from shared.eventlog.kurrentdb import KurrentEventLog  # noqa: PLC0415

        return KurrentEventLog(settings)
    raise SettingsError(
        "PARLEY_EVENTLOG_URL (or PARLEY_DATABASE_URL) must be a postgresql:// address, or kurrentdb://, "
        f"kurrentdb+discover://, esdb:// or esdb+discover://, not {scheme!r}"
    )

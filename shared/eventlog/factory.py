"""Which engine keeps the log: the scheme of its URL says so."""

from shared.eventlog.postgres import PostgresEventLog
from shared.eventlog.protocol import EventLog
from shared.settings import Settings, SettingsError


def open_log(settings: Settings) -> EventLog:
    """
    Return the event log that `settings.log_url` names; it connects when it is first used.

    Raises SettingsError where no engine has such a URL.
    """
    scheme = settings.log_url.partition("://")[0]
    if scheme in {"postgresql", "postgres"}:
        return PostgresEventLog(settings)
    raise SettingsError(
        f"PARLEY_EVENTLOG_URL (or PARLEY_DATABASE_URL) must be a postgresql:// address, not {scheme!r}"
    )

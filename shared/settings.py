"""
Everything that can be configured: environment variables with the prefix `PARLEY_`, read once into one frozen
model.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from shared.clock import SystemClock

PREFIX = "PARLEY_"


# Deadlines and calendars must fit in on both sides.
_CLOCK_YEARS = range(1990, 2101)


class SettingsError(Exception):
    """A setting is missing or wrong; the message names the variable and what it takes."""


class Settings(BaseModel):
    """
    All settings of one process.

    Field `amqp_url` is read from `PARLEY_AMQP_URL`, and so on. Durations are in seconds of real time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    environment: Literal["development", "test", "production"] = Field(
        "development", description="`production` refuses what is only for development, such as PARLEY_CLOCK"
    )
    home: Path = Field(Path(".parley"), description="data folder of the local stack")
    database_url: str = Field(
        "", description="PostgreSQL of log and read models, `postgresql://user:pass@host:port/db`"
    )
    database_role: str = Field(
        "parley_app", description="role that services act as; it may only add to the log"
    )
    eventlog_url: str = Field(
        "",
        description="where the event log is: `postgresql://…`, or `kurrentdb://user:pass@host:port` "
        "(`kurrentdb+discover://`, `esdb://`); empty means PARLEY_DATABASE_URL",
    )
    amqp_url: str = Field("", description="RabbitMQ, `amqp://user:pass@host:port/vhost`")
    smtp_url: str = Field(
        "", description="mail server, `smtp://host:port`, `smtp+starttls://…` or `smtps://…`"
    )
    smtp_ca_file: Path | None = Field(
        None,
        description="certificates (PEM) of who may vouch for the mail server; empty means those that this "
        "machine trusts, or that SSL_CERT_FILE names",
    )
    mail_sink_port: int = Field(
        0,
        ge=0,
        le=65535,
        description="port of the page that shows captured mail; the local stack takes a free one",
    )
    mail_from: str = Field("Parley <notifications@parley.example>", description="From of every e-mail")
    mail_domain: str = Field(
        "parley.example", description="right side of every Message-ID; never change it later"
    )
    mail_link_secret: str = Field(
        "",
        description="signs the unsubscribe links of e-mails; empty means one derived from PARLEY_JWT_SECRET",
    )
    mail_senders: int = Field(
        4, ge=1, le=64, description="e-mails that a notifier process hands over at the same time"
    )
    mail_per_second: float = Field(
        0, ge=0, description="e-mails that a notifier process sends per second at most; 0 is no limit"
    )
    mail_quiet_seconds: float = Field(120, ge=0, description="a burst ends when nobody wrote for this long")
    mail_max_wait_seconds: float = Field(600, ge=0, description="the longest a message waits for its e-mail")
    survey_business_days: int = Field(
        5, ge=1, le=60, description="business days that a partner has for a monthly update"
    )
    portal_url: str = Field("http://127.0.0.1:8080", description="where links in e-mails lead")
    api_host: str = Field("127.0.0.1", description="address that the gateway listens on")
    api_port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="port that the gateway listens on; the local stack takes a free one if it is taken",
    )
    api_socket_fd: int | None = Field(
        None,
        ge=0,
        description="set by `parley up` for the gateway: the open socket that it listens on; not for people",
    )
    files_dir: Path | None = Field(
        None,
        description="folder of uploaded files; empty means `files` in PARLEY_HOME. "
        "With PARLEY_FILES_URL only uploads under way are there",
    )
    files_url: str = Field(
        "",
        description="S3-compatible store of uploaded files, `s3://BUCKET/PREFIX?endpoint=https://HOST"
        "&region=REGION`; credentials come from AWS_ACCESS_KEY_ID and its like",
    )
    file_link_secret: str = Field(
        "",
        description="secret that download links are signed with, 32 bytes or more; empty means "
        "PARLEY_JWT_SECRET",
    )
    ai_mode: Literal["off", "shadow", "live"] = Field(
        "live",
        description="what the nightly clean-up does where nobody waits: nothing, only say so, or close them",
    )
    ai_brake_rate: float = Field(
        0.02,
        ge=0,
        le=1,
        description="share of closed tasks brought back in 30 days beyond which runs close nothing; 1 never",
    )
    ai_model: str = Field(
        "", description="any model that litellm knows, such as `ollama/llama3.1`; empty judges without one"
    )
    ai_model_url: str = Field("", description="where that model answers, unless litellm knows it")
    ai_model_key: str = Field("", description="key for that model, unless its own variable has it")
    ai_timeout_seconds: float = Field(20, gt=0, description="how long one answer of the model may take")
    ai_concurrency: int = Field(4, ge=1, le=32, description="questions to the model at the same time")
    ai_max_calls: int = Field(
        2000, ge=0, description="questions to the model in one run; the rest waits a night"
    )
    ai_max_tokens: int = Field(2_000_000, ge=0, description="tokens in one run; the rest waits a night")
    ai_min_age_seconds: float = Field(
        14400, ge=0, description="how old a message must be at 02:00 for the clean-up to look at it"
    )
    ai_close_promises: bool = Field(
        default=False, description="also close where the sender promised to come back to it"
    )
    ai_close_absences: bool = Field(default=False, description="also close on an out-of-office note")
    jwt_secret: str = Field("", description="shared secret of HS256 tokens, 32 bytes or more")
    jwt_jwks_url: str = Field(
        "", description="key set of RS256/ES256 tokens; takes the place of the shared secret"
    )
    jwt_issuer: str = Field("parley", description="`iss` that a token must have")
    jwt_audience: str = Field("parley-api", description="`aud` that a token must have")
    rpc_timeout_seconds: float = Field(
        10,
        gt=0,
        description="how long the gateway waits for a service; then the request expires in the broker",
    )
    clock: AwareDatetime | None = Field(
        None, description="start the stack at this instant, ticking; refused in production"
    )
    clock_offset_seconds: float = Field(
        0,
        description="set by `parley up` from PARLEY_CLOCK, so that restarted processes agree; not for people",
    )
    metrics_port: int = Field(
        0, ge=0, le=65535, description="port for Prometheus in service processes; 0 is off"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="least severe line that is logged"
    )
    dead_letter_cap: int = Field(
        100, ge=1, description="poisoned events a subscription parks before it stops"
    )

    @field_validator("clock", mode="before")
    @classmethod
    def _plausible_instant(cls, value: object) -> object:
        # A plain number would be taken for seconds since 1970.
        instant = _instant(value) if isinstance(value, str) else value
        if isinstance(instant, datetime) and instant.year not in _CLOCK_YEARS:
            raise ValueError(f"must lie between {_CLOCK_YEARS[0]} and {_CLOCK_YEARS[-1]}")
        return instant

    @model_validator(mode="after")
    def _development_only(self) -> "Settings":
        if self.environment == "production" and (self.clock is not None or self.clock_offset_seconds):
            raise ValueError("PARLEY_CLOCK is refused in production: unset it")
        return self

    @property
    def log_url(self) -> str:
        return self.eventlog_url or self.database_url

    @property
    def keeps_log_in_postgres(self) -> bool:
        return self.log_url.partition("://")[0] in ("postgresql", "postgres")

    @property
    def log_database_url(self) -> str:
        """
        The PostgreSQL in whose schema `eventlog` lies what belongs to the log and must be changeable: the
        subjects' keys, snapshots, the relay's checkpoint; and the log itself where PostgreSQL keeps it.
        """
        return self.log_url if self.keeps_log_in_postgres else self.database_url

    def system_clock(self) -> SystemClock:
        """
        Return the clock of business time; `PARLEY_CLOCK` without a stack counts from this process's start.
        """
        offset = timedelta(seconds=self.clock_offset_seconds)
        if self.clock is not None and not self.clock_offset_seconds:
            offset = self.clock - datetime.now(UTC)
        return SystemClock(offset)


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise ValueError("write it with its offset, as in 2026-11-20T15:00:00+01:00")
    return instant


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """
    Read the settings from the environment (or the mapping given).

    Raises SettingsError with one line per wrong variable, unknown `PARLEY_` variables included:
    a misspelt setting that is silently ignored is worse than a process that does not start.
    """
    source = os.environ if environ is None else environ
    given = {
        name[len(PREFIX) :].lower(): value
        for name, value in source.items()
        if name.startswith(PREFIX) and value != ""
    }
    given = {name: value for name, value in given.items() if not name.startswith("test_")}
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = "".join(f"{PREFIX}{str(part).upper()}: " for part in problem["loc"])
            unknown = problem["type"] == "extra_forbidden"
            text = "is not a setting of Parley" if unknown else problem["msg"].removeprefix("Value error, ")
            lines.append(f"{name}{text}")
        raise SettingsError("\n".join(lines)) from error


def to_environment(settings: Settings) -> dict[str, str]:
    """Return the variables from which `load` reads these settings, to start another process with them."""
    given = settings.model_dump(mode="json", exclude_defaults=True)
    return {PREFIX + name.upper(): str(value) for name, value in given.items()}

"""What PARLEY_EVENTLOG_URL may say of an EventStoreDB/KurrentDB."""

from pathlib import Path

import pytest

from shared.eventlog.kurrentdb_url import parse
from shared.settings import SettingsError


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("kurrentdb://db.example:2114?tls=false", "kurrentdb://db.example:2114"),
        ("esdb://db.example?tls=false", "esdb://db.example:2113"),
        ("kurrentdb://ops:secret@a,b:2114,c", "kurrentdb://a:2113,b:2114,c:2113"),
        ("kurrentdb+discover://ops:secret@cluster.example", "kurrentdb+discover://cluster.example:2113"),
        ("esdb+discover://ops:secret@cluster.example:2115/", "esdb+discover://cluster.example:2115"),
        ("kurrentdb://[::1]?tls=false", "kurrentdb://[::1]:2113"),
    ],
)
def test_the_servers_are_shown_without_user_and_password(url: str, shown: str) -> None:
    assert parse(url).shown == shown


def test_user_and_password_may_be_quoted() -> None:
    address = parse("kurrentdb://o%40ps:p%3A%2F%40ss@db.example")

    assert (address.user, address.password) == ("o@ps", "p:/@ss")


def test_a_calls_deadline_is_ten_seconds_or_as_given() -> None:
    assert parse("kurrentdb://db?tls=false").seconds == 10
    assert parse("kurrentdb://db?tls=false&DefaultDeadline=3").seconds == 3


def test_the_clients_own_reading_of_the_url_agrees() -> None:
    from kurrentdbclient.connection_spec import ConnectionSpec  # noqa: PLC0415 - only here

    spec = ConnectionSpec(parse("kurrentdb://ops:secret@a:1,b:2?tls=true&maxDiscoverAttempts=7").uri)

    assert list(spec.targets) == ["a:1", "b:2"]
    assert (spec.options.max_discover_attempts, spec.options.gossip_timeout) == (7, 3)
    assert (spec.options.keep_alive_interval, spec.options.keep_alive_timeout) == (10000, 10000)


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("kurrent://db", "must be a postgresql:"),
        ("kurrentdb://?tls=false", "names no server"),
        ("kurrentdb://db:port?tls=false", "names a server that is none"),
        ("kurrentdb://db:70000?tls=false", "names a server that is none"),
        ("kurrentdb://db/stream?tls=false", "something behind the servers"),
        ("kurrentdb+discover://a,b?tls=false", r"leave \+discover out"),
        ("kurrentdb://db", "no user and password"),
        ("kurrentdb://ops@db", "no user and password"),
        ("kurrentdb://db?tls=false&poolSize=3", "unknown parameter, 'poolSize'"),
        ("kurrentdb://db?tls=false&tls=true", "'tls' twice"),
        ("kurrentdb://db?tls=", "true or false"),
        ("kurrentdb://db?tls=false&defaultDeadline=soon", "whole number"),
        ("kurrentdb://db?tls=false&gossipTimeout=0", "whole number"),
        ("kurrentdb://ops:secret@db?tlsVerifyCert=false", "not supported"),
        ("kurrentdb://ops:secret@db?tlsCaFile=/nowhere/ca.pem", "cannot be read"),
        ("kurrentdb://ops:secret@db?nodePreference=follower", "leader only"),
        ("kurrentdb://db?tls=false&connectionName=", "without a value"),
        ("kurrentdb://db?tls=false&connectionName=Br%C3%BCcke", "ASCII"),
        ("kurrentdb://db?tls=false&connectionName=a%0Ab", "ASCII"),
        ("kurrentdb://db?tls=false&keepAliveInterval=99999999999", "from 1 to 2147483647"),
        ("kurrentdb://[::1", "is no address"),
        ("kurrentdb://ops:p@ss@db", "more than one @ .* write @ as %40"),
        ("kurrentdb://ops:one@a,ops:two@b", "name user and password once"),
        ("kurrentdb://ops:pa/ss@db", "write .* / as %2F"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence_that_names_the_setting(url: str, complaint: str) -> None:
    with pytest.raises(SettingsError, match=f"PARLEY_EVENTLOG_URL .*{complaint}"):
        parse(url)


def test_a_certificate_needs_its_key(tmp_path: Path) -> None:
    file = tmp_path / "user.crt"
    file.write_text("certificate")

    with pytest.raises(SettingsError, match="userCertFile and userKeyFile together"):
        parse(f"kurrentdb://ops:secret@db?userCertFile={file}")


def test_a_parameter_may_have_what_a_password_must_quote() -> None:
    assert "connectionname=me%40here" in parse("kurrentdb://db?tls=false&connectionName=me@here").uri


@pytest.mark.parametrize(
    "url",
    [
        "kurrentdb://ops:secret@db?oops=1",
        "kurrentdb://ops:secret@[db",
        "kurrentdb://ops:secret?word@db",
        "kurrentdb://ops:12?secret@db",
        "kurrentdb://ops:12?secret=1@db",
        "kurrentdb://ops:secret/word@db",
        "kurrentdb://ops:12#secret@db",
        "kurrentdb://ops:secret\N{ACCOUNT OF}@db",
        "kurrentdb://ops:pass@secret@db",
    ],
)
def test_no_complaint_tells_the_password(url: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse(url)

    assert "secret" not in str(refused.value)

"""Servers of our own, which disturb nobody else's."""

import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from shared import child_process, local_servers, readiness
from shared.local_servers import LOOPBACK, Postgres, RabbitMq, ServerFailed, ServerMissing, free_ports, listen
from shared.testing import eventually, fresh_database


@pytest.fixture
def folder() -> Iterator[Path]:
    """Give a folder that another account may own: PostgreSQL's, where we are root."""
    with tempfile.TemporaryDirectory(prefix="parley-postgres-") as name:
        yield Path(name)


def test_a_taken_port_is_replaced_by_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        taken.listen()
        port: int = taken.getsockname()[1]

        with listen(LOOPBACK, port) as listener:
            assert listener.getsockname()[1] > port


def test_a_free_port_is_taken_as_it_is() -> None:
    (port,) = free_ports([0])

    with listen(LOOPBACK, port) as listener:
        assert listener.getsockname()[1] == port


def test_two_who_want_the_same_port_at_once_get_different_ones() -> None:
    (port,) = free_ports([0])

    with listen(LOOPBACK, port) as first, listen(LOOPBACK, port) as second:
        assert first.getsockname()[1] != second.getsockname()[1]


def test_an_address_that_is_not_ours_is_named() -> None:
    with pytest.raises(ServerFailed, match=r"203\.0\.113\.1"):
        listen("203.0.113.1", 8080)


def test_free_ports_differ() -> None:
    assert len(set(free_ports([0] * 20))) == 20


def test_data_of_postgresql_outlive_the_server(folder: Path) -> None:
    """The same folder serves again under the same password, and commits wait for the disk."""
    with local_servers.postgres(folder, durable=True) as url, psycopg.connect(url) as connection:
        connection.execute("create table kept (word text)")
        connection.execute("insert into kept values ('ærlig')")
        durability = connection.execute("show fsync").fetchone()

    with local_servers.postgres(folder, durable=True) as url, psycopg.connect(url) as connection:
        word = connection.execute("select upper(word) from kept").fetchone()

    assert durability == ("on",)
    assert word == ("ÆRLIG",)


def test_postgresql_lets_nobody_in_without_the_password(folder: Path) -> None:
    with local_servers.postgres(folder, durable=False) as url:
        anonymous = url.replace((folder / "password").read_text(), "guess")

        assert readiness.database_answers(url)
        assert not readiness.database_answers(anonymous)


def test_a_database_that_is_there_is_left_as_it_is(folder: Path) -> None:
    (port,) = free_ports([0])
    server = Postgres(folder, port, durable=False)
    server.prepare()
    with local_servers._running(server.command(), folder / "server.log", server.is_ready):
        server.ensure_database("parley")
        with psycopg.connect(server.url("parley")) as connection:
            connection.execute("create table kept ()")

        server.ensure_database("parley")

        with psycopg.connect(server.url("parley")) as connection:
            assert connection.execute("select to_regclass('kept')").fetchone() == ("kept",)


def test_a_missing_rabbitmq_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_servers, "_SCRIPT_FOLDERS", ())
    monkeypatch.setenv("PATH", "")

    with pytest.raises(ServerMissing, match=r"install-rabbitmq\.sh.*PARLEY_AMQP_URL"):
        local_servers.find_rabbitmq_scripts()


def test_a_fresh_database_is_gone_afterwards(postgres_url: str) -> None:
    with fresh_database(postgres_url) as url:
        assert readiness.database_answers(url)

    assert not readiness.database_answers(url)


def test_a_node_without_its_name_service_starts_none_that_would_outlive_it(tmp_path: Path) -> None:
    node, epmd, distribution = free_ports([0] * 3)
    server = RabbitMq(tmp_path, (node, epmd, distribution, 0))
    server.prepare()
    command = server.command()
    process = child_process.start(command, tmp_path / "server.log")
    try:
        eventually(lambda: process.poll() is not None or readiness.accepts(LOOPBACK, epmd), within=60)
    finally:
        child_process.kill(process)

    assert not readiness.accepts(LOOPBACK, epmd)
    assert not Path("erl_crash.dump").exists()

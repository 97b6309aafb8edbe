"""One gateway with its stub services for all tests here that do not break anything."""

from collections.abc import Iterator

import pytest

from shared.settings import Settings
from shared.testing import Broker, free_port, fresh_database, fresh_vhost
from tests.integration.gateway.harness import Publisher, ServedGateway, Writer, stub_services


@pytest.fixture(scope="session")
def gateway_settings(
    postgres_url: str, migrated_template: str, broker: Broker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Settings]:
    """Give settings with a log and a virtual host that the tests here share."""
    with (
        fresh_database(postgres_url, template=migrated_template) as database_url,
        fresh_vhost(broker) as amqp_url,
    ):
        yield Settings(
            environment="test",
            home=tmp_path_factory.mktemp("gateway"),
            database_url=database_url,
            amqp_url=amqp_url,
            jwt_secret="a secret of the gateway's tests, 32 bytes or more",
            api_port=free_port(),
            rpc_timeout_seconds=3,
        )


@pytest.fixture(scope="session")
def gateway(gateway_settings: Settings) -> Iterator[ServedGateway]:
    """Give a gateway that is served, with stub services behind it."""
    with (
        stub_services(gateway_settings.amqp_url, gateway_settings.home / "stub.log"),
        ServedGateway(gateway_settings).running() as served,
    ):
        yield served


@pytest.fixture(scope="session")
def writer(gateway_settings: Settings) -> Iterator[Writer]:
    """Append to the log that the gateway reads."""
    writer = Writer(gateway_settings)
    yield writer
    writer.log.close()


@pytest.fixture(scope="session")
def publisher(gateway_settings: Settings) -> Iterator[Publisher]:
    """Publish to the broker that the gateway listens to."""
    publisher = Publisher(gateway_settings.amqp_url)
    yield publisher
    publisher.close()

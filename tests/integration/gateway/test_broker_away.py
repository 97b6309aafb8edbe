"""A broker that comes and goes, and services that are not there."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest

from shared.settings import Settings
from shared.testing import Broker, eventually
from tests.integration.gateway import stub_ids
from tests.integration.gateway.harness import Publisher, ServedGateway, Writer, stub_services

OURS = [stub_ids.CREDITOR]


@pytest.fixture
def lonely(settings: Settings) -> Iterator[ServedGateway]:
    """Give a gateway of its own with nothing behind it."""
    quick = settings.model_copy(update={"rpc_timeout_seconds": 2.0, "log_level": "WARNING"})
    with ServedGateway(quick).running() as served:
        yield served


def cut_connections(broker: Broker, settings: Settings) -> None:
    """Close every connection of the virtual host from the broker's side, as soon as it lists them all."""
    vhost = urlsplit(settings.amqp_url).path.removeprefix("/")
    with httpx.Client(base_url=broker.management_url, timeout=30) as client:

        def listed() -> list[str]:
            found = client.get(f"/api/vhosts/{vhost}/connections").raise_for_status().json()
            names = [connection["name"] for connection in found]
            return names if len(names) >= 2 else []

        for name in eventually(listed):
            client.delete(f"/api/connections/{name}", headers={"X-Reason": "test"})


def test_without_services_the_answer_is_try_later_and_comes_at_once(lonely: ServedGateway) -> None:
    def refused() -> bool:
        answer = lonely.asks("GET", "/api/v1/me")
        assert answer.status_code == 503
        assert answer.json()["code"] == "service_unavailable"
        assert answer.headers["Retry-After"]
        return answer.elapsed.total_seconds() < 1

    eventually(refused)
    ready = lonely.asks("GET", "/readyz", bearer=None)
    assert ready.status_code == 503
    assert ready.json()["checks"]["messaging"] is False


def test_a_cut_connection_comes_back_by_itself_and_the_live_stream_misses_nothing(
    lonely: ServedGateway, broker: Broker
) -> None:
    settings = lonely.settings
    writer = Writer(settings)
    output = settings.home / "stub.log"
    with stub_services(settings.amqp_url, output):
        eventually(lambda: lonely.asks("GET", "/readyz", bearer=None).is_success)
        with lonely.listens() as ear:
            cut_connections(broker, settings)
            during = writer.message("While the broker was away.", audience=OURS)
            eventually(lambda: lonely.asks("GET", "/readyz", bearer=None).is_success)
            publisher = Publisher(settings.amqp_url)
            after = writer.message("Afterwards.", audience=OURS)
            publisher.publish(after)
            publisher.close()

            assert ear.until(after.position) == [during.position, after.position]
        assert lonely.asks("GET", "/api/v1/me").status_code == 200
    writer.log.close()

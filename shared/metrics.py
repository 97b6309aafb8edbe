"""What Parley's processes count and measure; all names in one place."""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

from shared.settings import Settings

RELAY_PUBLISHED = Counter("parley_relay_published_total", "Events that RabbitMQ confirmed")
RELAY_POSITION = Gauge("parley_relay_position", "Position up to which the log is published")
RELAY_LEADS = Gauge("parley_relay_leads", "1 in the process that publishes, 0 in a standby")

SUBSCRIPTION_HANDLED = Counter(
    "parley_subscription_handled_total", "Events that took effect or were parked", ["subscription"]
)
SUBSCRIPTION_POSITION = Gauge(
    "parley_subscription_position", "Position up to which the log is handled", ["subscription"]
)
SUBSCRIPTION_PARKED = Counter(
    "parley_subscription_parked_total", "Poisoned events that were parked", ["subscription"]
)

RPC_SECONDS = Histogram(
    "parley_rpc_seconds",
    "Time in a service's RPC method",
    ["method", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
)


def serve(settings: Settings) -> None:
    """Serve the metrics over HTTP where PARLEY_METRICS_PORT asks for it."""
    if settings.metrics_port:
        start_http_server(settings.metrics_port)

"""How many events a second the log takes, beside bare inserts."""

from tests.bench import appending, pgbench, stack
from tests.bench.report import Figure
from tests.bench.setting import Setting

CLIENTS = 8
TARGET = 0.4


def measure(setting: Setting) -> None:
    """Measure appends and bare inserts with the same number of client processes."""
    seconds = setting.seconds(10, 3)
    # Not where the services read: these messages are from companies that nobody has heard of.
    settings = stack.with_database(setting.settings, "bench_log")
    for clients in (1, CLIENTS):
        setting.tell(f"appending, {_clients(clients)}")
        bare = appending.inserts_per_second(settings, clients=clients, seconds=seconds)
        appended = appending.appends_per_second(settings, clients=clients, seconds=seconds)
        by_pgbench = pgbench.inserts_per_second(
            settings.database_url, clients=clients, seconds=seconds, folder=setting.folder
        )
        held = clients == CLIENTS
        setting.report.add(
            Figure(
                bench="log",
                name=f"append, {_clients(clients)}",
                value=appended,
                unit="events/s",
                floor=bare,
                floor_name="bare psycopg insert",
                target=f"≥ {TARGET} of floor" if held else "",
                met=appended >= TARGET * bare if held else None,
            ),
            Figure(
                bench="log",
                name=f"pgbench single-row inserts, {_clients(clients)}",
                value=by_pgbench,
                unit="rows/s",
            ),
        )


def _clients(count: int) -> str:
    return "1 client" if count == 1 else f"{count} clients"

"""The floor's nameko service; a script, because eventlet must be in place before anything is imported."""

from shared import runner

if __name__ == "__main__":
    runner.go_green()

from typing import Any

from nameko.extensions import DependencyProvider
from nameko.rpc import rpc
from psycopg_pool import ConnectionPool

from shared import settings
from shared.db import DatabaseConnection
from shared.nameko_adapters import SETTINGS_KEY
from tests.bench import floor

POOL_SIZE = 8


class Pool(DependencyProvider):  # type: ignore[misc]  # nameko has no types
    """Connections such as every service has."""

    def setup(self) -> None:
        loaded: settings.Settings = self.container.config[SETTINGS_KEY]
        self._pool: ConnectionPool[DatabaseConnection] = ConnectionPool(
            loaded.database_url, kwargs={"autocommit": True}, max_size=POOL_SIZE, open=True
        )

    def stop(self) -> None:
        self._pool.close()

    def get_dependency(self, worker_ctx: Any) -> ConnectionPool[DatabaseConnection]:
        del worker_ctx
        return self._pool


class FloorService:
    """One method that inserts one row."""

    name = floor.SERVICE
    pool = Pool()

    @rpc  # type: ignore[untyped-decorator]  # nameko has no types
    def insert(self, request: dict[str, Any]) -> dict[str, Any]:
        with self.pool.connection() as connection:
            connection.execute(floor.INSERT, (request["id"], request["body"]))
        return {}


if __name__ == "__main__":
    from shared.garbage import leave_out_what_is_there
    from shared.nameko_host import serve

    leave_out_what_is_there()
    serve(FloorService, settings.load())

"""The floor's web process: the gateway's HTTP server, framework and RPC client, and nothing in between."""

import asyncio

import uvicorn
import uvloop
from fastapi import FastAPI, Request, Response

from services.gateway.adapters.rpc import NamekoServices
from shared import settings
from tests.bench import floor


def application(services: NamekoServices) -> FastAPI:
    app = FastAPI()

    @app.post("/empty")
    async def empty(request: Request) -> Response:
        await request.body()
        return Response(b"{}", media_type="application/json")

    @app.post("/insert")
    async def insert(request: Request) -> Response:
        body = await request.body()
        await services.call(floor.SERVICE, "insert", floor.request(body.decode()))
        return Response(b"{}", 201, media_type="application/json")

    return app


async def serve(loaded: settings.Settings) -> None:
    services = NamekoServices(loaded.amqp_url, timeout=loaded.rpc_timeout_seconds)
    connection = asyncio.ensure_future(services.run())
    config = uvicorn.Config(
        application(services),
        host=loaded.api_host,
        port=loaded.api_port,
        http="httptools",
        lifespan="off",
        log_config=None,
        access_log=False,
    )
    try:
        await uvicorn.Server(config).serve()
    finally:
        connection.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings.load()))

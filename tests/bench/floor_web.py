"""The floor's web process: the gateway's HTTP server, framework and RPC client, and nothing in between."""

import asyncio
import os
from pathlib import Path

import uvicorn
import uvloop
from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse

from services.gateway.adapters.rpc import NamekoServices
from shared import settings
from shared.garbage import leave_out_what_is_there
from tests.bench import floor


def application(services: NamekoServices, folder: Path) -> FastAPI:
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

    copied = folder / "plain-copy"

    @app.post("/copy")
    async def take_copy(request: Request) -> Response:
        with copied.open("wb") as file:
            async for piece in request.stream():
                file.write(piece)
            file.flush()
            await asyncio.to_thread(os.fsync, file.fileno())
        return Response(b"{}", media_type="application/json")

    @app.get("/copy")
    async def give_copy() -> FileResponse:
        return FileResponse(copied)

    return app


async def serve(loaded: settings.Settings) -> None:
    services = NamekoServices(loaded.amqp_url, timeout=loaded.rpc_timeout_seconds)
    connection = asyncio.ensure_future(services.run())
    config = uvicorn.Config(
        application(services, loaded.home),
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
    leave_out_what_is_there()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(settings.load()))

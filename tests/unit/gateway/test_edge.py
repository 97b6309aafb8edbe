"""The outermost layer: whatever happens inside, the caller gets a problem document."""

import asyncio
from typing import Any, cast

import httpx

from services.gateway.api.dependencies import Gateway
from services.gateway.app import create_app
from services.gateway.edge import Edge
from services.gateway.metrics import Metrics


class Broken:
    """Stands in for any part with a mistake in it."""

    async def session(self, *_: Any) -> None:
        raise KeyError("secret")


def test_what_nobody_foresaw_is_a_problem_document_that_tells_nothing() -> None:
    broken = cast("Any", Broken())
    gateway = Gateway(
        services=broken, sign_in=broken, hub=broken, feed=broken, metrics=Metrics(), filing=broken
    )
    app = Edge(create_app(gateway), gateway.metrics)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://gateway") as http:
            return await http.get("/api/v1/me")

    answer = asyncio.run(ask())

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "internal_error"
    assert answer.json()["correlation_id"] == answer.headers["X-Correlation-ID"]
    assert "secret" not in answer.text

"""Health and metrics, for whoever runs the process."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from services.gateway import handlers
from services.gateway.api.dependencies import TheGateway, answer
from services.gateway.metrics import CONTENT_TYPE
from shared.errors import Retryable

router = APIRouter(tags=["operations"])


class Health(BaseModel):
    """The process lives."""

    status: str


class Readiness(BaseModel):
    """Whether everything that a request needs answers; each part by name."""

    ready: bool
    checks: dict[str, bool]


@router.get("/healthz", response_model=Health)
async def healthz() -> Response:
    """Tell that the process answers; nothing behind it is asked."""
    return answer({"status": "ok"})


@router.get(
    "/readyz",
    response_model=Readiness,
    responses={503: {"model": Readiness, "description": "Something does not answer"}},
)
async def readyz(gateway: TheGateway) -> Response:
    """Tell whether log, broker and services answer and the live stream runs; 503 when one does not."""
    checks = {
        "broker": gateway.services.connected and gateway.feed.connected,
        "live": gateway.hub.position is not None,
        "log": await _log_answers(gateway),
    }
    if checks["broker"]:
        checks |= await handlers.probe_services(gateway.services)
    ready = all(checks.values())
    return answer({"ready": ready, "checks": checks}, status=200 if ready else 503)


@router.get(
    "/metrics",
    response_class=Response,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def metrics(gateway: TheGateway) -> Response:
    """Return the process's metrics for Prometheus."""
    return Response(gateway.metrics.text(), headers={"Content-Type": CONTENT_TYPE})


async def _log_answers(gateway: TheGateway) -> bool:
    try:
        await gateway.hub.head()
    except Retryable:
        return False
    return True

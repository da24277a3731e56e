"""`/healthz`: the process answers. `/readyz`: so does everything it depends on."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from webhooks.errors import ErrorBody
from webhooks.requests import TheEngine


class Health(BaseModel):
    status: str


class Readiness(BaseModel):
    status: str
    jobs: dict[str, int]
    models: dict[str, str]
    fetching: dict[str, float]
    not_fetched: dict[str, str]


async def healthz() -> Health:
    return Health(status="ok")


async def readyz(engine: TheEngine) -> Readiness:
    """503 when the database or the object store does not answer. `models`: which one answers per capability;
    `fetching`: models on their way, 0 to 1; `not_fetched`: why one was given up."""
    counts = await engine.check()
    models = {name: offer.model for name, offer in engine.offers.items() if offer.unavailable is None}
    return Readiness(
        status="ready", jobs=counts, models=models, fetching=engine.fetching, not_fetched=engine.not_fetched
    )


def routes() -> APIRouter:
    router = APIRouter(tags=["health"])
    router.add_api_route("/healthz", healthz, methods=["GET"])
    router.add_api_route("/readyz", readyz, methods=["GET"], responses={503: {"model": ErrorBody}})
    for path, answer in (("/healthz", healthz), ("/readyz", readyz)):  # some load balancers ask with HEAD
        router.add_api_route(path, answer, methods=["HEAD"], include_in_schema=False)
    return router

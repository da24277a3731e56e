"""`/api/v1/webhooks/{id}/deliveries` and beside it: what was sent, what came of it, and sending it again."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict

from engine import Attempt, Delivery
from webhooks.auth import CurrentUser
from webhooks.requests import PLAIN, AnId, TheEngine


class DeliveryView(BaseModel):
    """`id`: what the receiver sees as `webhook-id`. `next_attempt_at`: while waiting."""

    id: str
    event: str
    job_id: str | None
    state: Literal["waiting", "delivered", "given_up"]
    attempts: int
    next_attempt_at: datetime | None
    delivered_at: datetime | None
    last_error: str | None
    created_at: datetime


class AttemptView(BaseModel):
    """`status` null: there was no answer. `snippet`: how the answer begins."""

    attempt: int
    at: datetime
    status: int | None
    milliseconds: int
    error: str | None
    snippet: str


class DeliveryWithAttempts(DeliveryView):
    log: list[AttemptView]


class DeliveryPage(BaseModel):
    deliveries: list[DeliveryView]
    next_cursor: str | None


class Recovery(BaseModel):
    model_config = ConfigDict(extra="forbid")
    since: datetime


class Recovered(BaseModel):
    deliveries: int


def delivery_view(delivery: Delivery) -> DeliveryView:
    waiting: Literal["waiting", "given_up"] = "waiting" if delivery.due_at else "given_up"
    return DeliveryView(
        id=delivery.id,
        event=delivery.event,
        job_id=delivery.job_id,
        state="delivered" if delivery.delivered_at else waiting,
        attempts=delivery.attempt,
        next_attempt_at=delivery.due_at,
        delivered_at=delivery.delivered_at,
        last_error=delivery.last_error,
        created_at=delivery.created_at,
    )


def attempt_view(attempt: Attempt) -> AttemptView:
    return AttemptView(**{name: getattr(attempt, name) for name in AttemptView.model_fields})


async def page(
    endpoint_id: AnId,
    user: CurrentUser,
    engine: TheEngine,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[str | None, Query(max_length=40, pattern=PLAIN)] = None,
    given_up: Annotated[bool, Query(description="Only those that were given up")] = False,
) -> DeliveryPage:
    """Newest first, for 30 days."""
    found = await engine.deliveries.page(user, endpoint_id, before=cursor, limit=limit, given_up=given_up)
    last = found[-1].id if len(found) == limit else None
    return DeliveryPage(deliveries=[delivery_view(delivery) for delivery in found], next_cursor=last)


async def get(delivery_id: AnId, user: CurrentUser, engine: TheEngine) -> DeliveryWithAttempts:
    delivery, log = await engine.deliveries.get(user, delivery_id)
    return DeliveryWithAttempts(**delivery_view(delivery).model_dump(), log=[attempt_view(attempt) for attempt in log])


async def redeliver(delivery_id: AnId, user: CurrentUser, engine: TheEngine) -> DeliveryView:
    """At once and under the same `webhook-id`, whatever came of it before."""
    return delivery_view(await engine.deliveries.redeliver(user, delivery_id))


async def recover(endpoint_id: AnId, body: Recovery, user: CurrentUser, engine: TheEngine) -> Recovered:
    """Everything that was given up since then is sent again."""
    return Recovered(deliveries=await engine.deliveries.recover(user, endpoint_id, body.since))


async def ping(endpoint_id: AnId, user: CurrentUser, engine: TheEngine) -> DeliveryView:
    """Sends `test.ping`, whatever the endpoint listens to."""
    return delivery_view(await engine.deliveries.ping(user, endpoint_id))


def routes() -> APIRouter:
    router = APIRouter(prefix="/webhooks", tags=["webhooks"])
    router.add_api_route("/deliveries/{delivery_id}", get, methods=["GET"])
    router.add_api_route("/deliveries/{delivery_id}/redeliver", redeliver, methods=["POST"], status_code=202)
    router.add_api_route("/{endpoint_id}/deliveries", page, methods=["GET"])
    router.add_api_route("/{endpoint_id}/recover", recover, methods=["POST"], status_code=202)
    router.add_api_route("/{endpoint_id}/test", ping, methods=["POST"], status_code=202)
    return router

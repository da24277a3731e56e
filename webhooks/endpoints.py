"""`/api/v1/webhooks`: endpoints, their secrets, and the events there are."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from engine import EVENTS, Endpoint
from webhooks.auth import CurrentUser
from webhooks.requests import AnId, TheEngine


class NewEndpoint(BaseModel):
    """`events` empty: all. `headers` are sent along. `per_second`: requests at most; null for no limit."""

    model_config = ConfigDict(extra="forbid")
    url: str = Field(max_length=4000)
    name: str = Field(default="", max_length=1000)
    description: str = Field(default="", max_length=1000)
    events: list[str] = Field(default=[], max_length=100)
    headers: dict[str, str] = Field(default={}, max_length=100)
    per_second: int | None = None


class EndpointChange(BaseModel):
    """What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")
    url: str | None = Field(default=None, max_length=4000)
    name: str | None = Field(default=None, max_length=1000)
    description: str | None = Field(default=None, max_length=1000)
    events: list[str] | None = Field(default=None, max_length=100)
    headers: dict[str, str] | None = Field(default=None, max_length=100)
    per_second: int | None = None
    enabled: bool | None = None


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    overlap_hours: float = Field(
        default=24, strict=True, ge=0, le=168, description="How long the old secret signs too; 0 at once"
    )


class EndpointView(BaseModel):
    """`headers`: their names only. `disabled_because`: gone or failing, when the service did it."""

    id: str
    url: str
    name: str
    description: str
    events: list[str]
    headers: list[str]
    per_second: int | None
    enabled: bool
    disabled_because: str | None
    failing_since: datetime | None
    paused_until: datetime | None
    last_failure_at: datetime | None
    last_failure_status: int | None
    old_secret_until: datetime | None
    created_at: datetime


class EndpointWithSecret(EndpointView):
    secret: str = Field(description="Signs everything sent there. It is shown now and never again.")


class EndpointPage(BaseModel):
    webhooks: list[EndpointView]


class EventView(BaseModel):
    """`body`: JSON Schema of what is posted."""

    name: str
    summary: str
    body: dict[str, Any]


class EventPage(BaseModel):
    events: list[EventView]


def endpoint_view(endpoint: Endpoint) -> EndpointView:
    return EndpointView(**_shown(endpoint))


def with_secret(endpoint: Endpoint) -> EndpointWithSecret:
    return EndpointWithSecret(**_shown(endpoint), secret=endpoint.secret)


def _shown(endpoint: Endpoint) -> dict[str, Any]:
    names = EndpointView.model_fields.keys() - {"headers"}
    return {name: getattr(endpoint, name) for name in names} | {"headers": sorted(endpoint.headers or {})}


async def create(body: NewEndpoint, user: CurrentUser, engine: TheEngine) -> EndpointWithSecret:
    fields = body.model_dump(exclude={"url"})
    return with_secret(await engine.endpoints.create(user, body.url, **fields))


async def page(user: CurrentUser, engine: TheEngine) -> EndpointPage:
    """Oldest first."""
    return EndpointPage(webhooks=[endpoint_view(endpoint) for endpoint in await engine.endpoints.mine(user)])


async def get(endpoint_id: AnId, user: CurrentUser, engine: TheEngine) -> EndpointView:
    return endpoint_view(await engine.endpoints.get(user, endpoint_id))


async def change(endpoint_id: AnId, body: EndpointChange, user: CurrentUser, engine: TheEngine) -> EndpointView:
    """Disabled, what waits for it is given up, to be recovered later."""
    given = body.model_dump(exclude_unset=True)
    fields = {name: value for name, value in given.items() if value is not None or name == "per_second"}
    return endpoint_view(await engine.endpoints.change(user, endpoint_id, **fields))


async def delete(endpoint_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    await engine.endpoints.delete(user, endpoint_id)


async def rotate(
    endpoint_id: AnId, user: CurrentUser, engine: TheEngine, body: Annotated[Rotation | None, Body()] = None
) -> EndpointWithSecret:
    """A new secret; until the overlap is over `webhook-signature` carries a signature of each."""
    overlap = timedelta(hours=(body or Rotation()).overlap_hours)
    return with_secret(await engine.endpoints.rotate(user, endpoint_id, keep=overlap))


async def one_off(user: CurrentUser, engine: TheEngine) -> EndpointView:
    """The one that stands for addresses that jobs bring along as `webhook_url`. Rotate it to see its secret."""
    return endpoint_view(await engine.endpoints.one_off(user))


async def events() -> EventPage:
    """Every event there is, with the JSON Schema of its body. No key is needed."""
    return EventPage(
        events=[EventView(name=event.name, summary=event.summary, body=event.schema()) for event in EVENTS]
    )


def routes() -> APIRouter:
    router = APIRouter(prefix="/webhooks", tags=["webhooks"])
    router.add_api_route("", create, methods=["POST"], status_code=201)
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("/events", events, methods=["GET"])
    router.add_api_route("/one-off", one_off, methods=["GET"])
    router.add_api_route("/{endpoint_id}", get, methods=["GET"])
    router.add_api_route("/{endpoint_id}", change, methods=["PATCH"])
    router.add_api_route("/{endpoint_id}", delete, methods=["DELETE"], status_code=204)
    router.add_api_route("/{endpoint_id}/rotate", rotate, methods=["POST"])
    return router

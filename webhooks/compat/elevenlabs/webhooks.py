"""`/v1/workspace/webhooks`: our endpoints under the names of the ElevenLabs SDK."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from engine import Endpoint
from webhooks.auth import CurrentUser
from webhooks.compat.elevenlabs.answers import AnyId, Done
from webhooks.requests import TheEngine

Headers = dict[str, str | None]


class Settings(BaseModel):
    model_config = ConfigDict(extra="allow")
    auth_type: Literal["hmac"] = "hmac"
    name: str = Field(max_length=100)
    webhook_url: str = Field(max_length=4000)
    request_headers: Headers | None = None


class NewWebhook(BaseModel):
    model_config = ConfigDict(extra="allow")
    settings: Settings


class ChangedWebhook(BaseModel):
    """`retry_enabled` is let through: deliveries are always tried again."""

    model_config = ConfigDict(extra="allow")
    is_disabled: bool | None = None
    name: str | None = Field(default=None, max_length=100)
    request_headers: Headers | None = None
    events: list[str] | None = Field(default=None, max_length=100)


class Created(BaseModel):
    webhook_id: str
    webhook_secret: str


class Webhook(BaseModel):
    name: str
    webhook_id: str
    webhook_url: str
    is_disabled: bool
    is_auto_disabled: bool
    created_at_unix: int
    auth_type: Literal["hmac"] = "hmac"
    usage: list[Any] = []
    events: list[str]
    most_recent_failure_error_code: int | None
    most_recent_failure_timestamp: int | None


class Webhooks(BaseModel):
    webhooks: list[Webhook]


async def page(user: CurrentUser, engine: TheEngine) -> Webhooks:
    return Webhooks(
        webhooks=[_view(endpoint) for endpoint in await engine.endpoints.mine(user) if not endpoint.one_off]
    )


async def create(body: NewWebhook, user: CurrentUser, engine: TheEngine) -> Created:
    """The secret is shown this once."""
    wanted = body.settings
    made = await engine.endpoints.create(
        user, wanted.webhook_url, name=wanted.name, headers=_set(wanted.request_headers)
    )
    return Created(webhook_id=made.id, webhook_secret=made.secret)


async def change(webhook_id: AnyId, body: ChangedWebhook, user: CurrentUser, engine: TheEngine) -> Done:
    fields: dict[str, Any] = {"name": body.name, "events": body.events, "headers": _set(body.request_headers)}
    fields["enabled"] = None if body.is_disabled is None else not body.is_disabled
    given = {name: value for name, value in fields.items() if value is not None}
    await engine.endpoints.change(user, webhook_id, **given)
    return Done()


async def delete(webhook_id: AnyId, user: CurrentUser, engine: TheEngine) -> Done:
    await engine.endpoints.delete(user, webhook_id)
    return Done()


def _set(headers: Headers | None) -> dict[str, str] | None:
    return None if headers is None else {name: value for name, value in headers.items() if value is not None}


def _view(endpoint: Endpoint) -> Webhook:
    failed = endpoint.last_failure_at
    return Webhook(
        name=endpoint.name,
        webhook_id=endpoint.id,
        webhook_url=endpoint.url,
        is_disabled=not endpoint.enabled,
        is_auto_disabled=endpoint.disabled_because is not None,
        created_at_unix=int(endpoint.created_at.timestamp()),
        events=endpoint.events,
        most_recent_failure_error_code=endpoint.last_failure_status,
        most_recent_failure_timestamp=int(failed.timestamp()) if failed else None,
    )


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1/workspace/webhooks", tags=["ElevenLabs: webhooks"])
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("", create, methods=["POST"])
    router.add_api_route("/{webhook_id}", change, methods=["PATCH"])
    router.add_api_route("/{webhook_id}", delete, methods=["DELETE"])
    return router

"""`/api/v1/hooks`: addresses of a user's to which any service may post; posts come in by `webhooks.inbound`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Request
from pydantic import BaseModel, ConfigDict, Field

from engine import GITHUB_HEADER, MAX_HOOK_BYTES, Hook
from webhooks.auth import CurrentUser
from webhooks.inbound import POSTED
from webhooks.requests import AnId, TheEngine

To = Literal["webhook", "url", "discord", "telegram"]
Options = Annotated[dict[str, Any], Field(max_length=50)]
Template = Annotated[dict[str, Annotated[str, Field(max_length=2000)]], Field(max_length=50)]


class Reply(BaseModel):
    """Where outcomes go. `webhook`: to your endpoints, which hear of every job anyway; `url`: posted there, signed as
    `/webhooks/one-off` is; `discord`, `telegram`: to you, in a direct message. Commands in a chat make hooks that
    answer there.
    """

    model_config = ConfigDict(extra="forbid")
    to: To = "webhook"
    url: str | None = Field(default=None, max_length=4000)


class Signing(BaseModel):
    """How posts are signed. `standard`: Standard Webhooks; `sha256`: HMAC-SHA256 of the body in a `header`, in
    hexadecimal or base64. `scheme` null: they are not. Without a `secret` one is made.
    """

    model_config = ConfigDict(extra="forbid")
    scheme: Literal["standard", "sha256"] | None = None
    header: str | None = Field(default=None, max_length=100, description=f"{GITHUB_HEADER} when left out")
    secret: str | None = Field(default=None, max_length=200)


class NewHook(BaseModel):
    """`options` are the same each time; `template` says per option what of a post fills it: a JSON pointer (`/note`),
    or a text with pointers (`New sale: {/customer/name|somebody} paid {/amount}`).
    """

    model_config = ConfigDict(extra="forbid")
    capability: str = Field(description="tts, vc or sfx", max_length=20)
    template: Template
    options: Options = {}
    name: str = Field(default="", max_length=1000)
    reply: Reply = Reply()
    signing: Signing = Signing()
    per_minute: int = Field(default=60, strict=True, description="Posts that are taken, at most")


class HookChange(BaseModel):
    """What is left out stays as it is. A new `signing` has a new secret."""

    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(default=None, max_length=1000)
    template: Template | None = None
    options: Options | None = None
    reply: Reply | None = None
    signing: Signing | None = None
    per_minute: int | None = Field(default=None, strict=True)
    enabled: bool | None = None


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    overlap_hours: float = Field(
        default=24, strict=True, ge=0, le=720, description="So long the old address is good too; 0: it ends at once"
    )


class ReplyView(BaseModel):
    """`in_chat`: into the chat where the hook was made."""

    to: To
    url: str | None
    in_chat: bool


class HookView(BaseModel):
    """`hint`: how its token begins. `accepted` and `refused` count posts."""

    id: str
    name: str
    hint: str
    capability: str
    options: dict[str, Any]
    template: dict[str, str]
    reply: ReplyView
    scheme: str | None
    signature_header: str | None
    per_minute: int
    enabled: bool
    created_at: datetime
    last_used_at: datetime | None
    old_token_until: datetime | None
    accepted: int
    refused: int


class HookWithSecret(HookView):
    """After a change of how posts are signed."""

    secret: str | None = Field(description="Shown when it was made or changed just now, and never again.")


class HookWithUrl(HookWithSecret):
    url: str = Field(description="Whoever knows it can post. It is shown now and never again.")


class HookPage(BaseModel):
    hooks: list[HookView]


class CallView(BaseModel):
    """`status`: what was answered. `error`: why it was refused, null when it made the job."""

    id: str
    at: datetime
    status: int
    error: str | None
    job_id: str | None


class CallPage(BaseModel):
    calls: list[CallView]


class PreviewView(BaseModel):
    """What such a post would become. `price` null: it depends on audio that is fetched only for a job."""

    capability: str
    params: dict[str, Any]
    price: int | None


def _facts(hook: Hook) -> dict[str, Any]:
    reply = ReplyView(to=hook.reply["to"], url=hook.reply.get("url"), in_chat="address" in hook.reply)
    return {name: getattr(hook, name) for name in HookView.model_fields if name != "reply"} | {"reply": reply}


async def create(body: NewHook, user: CurrentUser, engine: TheEngine) -> HookWithUrl:
    """The address stands in `url`."""
    given = body.model_dump(exclude={"reply", "signing"}) | body.reply.model_dump() | body.signing.model_dump()
    hook, token = await engine.hooks.create(user, **given)
    return HookWithUrl(**_facts(hook), secret=hook.secret, url=engine.hooks.address(token))


async def page(user: CurrentUser, engine: TheEngine) -> HookPage:
    """Oldest first."""
    return HookPage(hooks=[HookView(**_facts(hook)) for hook in await engine.hooks.mine(user)])


async def get(hook_id: AnId, user: CurrentUser, engine: TheEngine) -> HookView:
    return HookView(**_facts(await engine.hooks.get(user, hook_id)))


async def change(hook_id: AnId, body: HookChange, user: CurrentUser, engine: TheEngine) -> HookWithSecret:
    plain = body.model_dump(exclude_none=True, exclude={"reply", "signing"})
    reply = body.reply.model_dump() if body.reply else {}
    signing = body.signing.model_dump() if body.signing else {}
    hook = await engine.hooks.change(user, hook_id, **plain, **reply, **signing)
    return HookWithSecret(**_facts(hook), secret=hook.secret if signing else None)


async def delete(hook_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    """Its address is gone at once."""
    await engine.hooks.delete(user, hook_id)


async def rotate(
    hook_id: AnId, user: CurrentUser, engine: TheEngine, body: Annotated[Rotation | None, Body()] = None
) -> HookWithUrl:
    """Another address for the same hook."""
    hours = (body or Rotation()).overlap_hours
    hook, token = await engine.hooks.rotate(user, hook_id, overlap_hours=hours)
    return HookWithUrl(**_facts(hook), secret=None, url=engine.hooks.address(token))


async def test(hook_id: AnId, request: Request, user: CurrentUser, engine: TheEngine) -> PreviewView:
    """Send what the other service would post: the answer says what it would become. No job is made."""
    content_type = request.headers.get("content-type", "")
    preview = await engine.inbound.preview(user, hook_id, await request.body(), content_type)
    hook = await engine.hooks.get(user, hook_id)
    return PreviewView(capability=hook.capability, params=preview.options, price=preview.price)


async def calls(hook_id: AnId, user: CurrentUser, engine: TheEngine) -> CallPage:
    """The last fifty, newest first; kept for 30 days."""
    found = await engine.hooks.calls(user, hook_id)
    return CallPage(
        calls=[
            CallView(id=one.id, at=one.created_at, status=one.status, error=one.error, job_id=one.job_id)
            for one in found
        ]
    )


def routes() -> APIRouter:
    router = APIRouter(prefix="/hooks", tags=["hooks"])
    router.add_api_route("", create, methods=["POST"], status_code=201)
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("/{hook_id}", get, methods=["GET"])
    router.add_api_route("/{hook_id}", change, methods=["PATCH"])
    router.add_api_route("/{hook_id}", delete, methods=["DELETE"], status_code=204)
    router.add_api_route("/{hook_id}/rotate", rotate, methods=["POST"])
    router.add_api_route("/{hook_id}/test", test, methods=["POST"], max_body_size=MAX_HOOK_BYTES, openapi_extra=POSTED)
    router.add_api_route("/{hook_id}/calls", calls, methods=["GET"])
    return router

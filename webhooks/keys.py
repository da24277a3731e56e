"""`/api/v1/keys` and `/scopes`: API keys, what each may do and spend, and for how long."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from engine import LONGEST_OVERLAP_HOURS, MOST_CREDITS, OVERLAP_HOURS, SCOPES, ApiKey, Engine, KeyLimits
from webhooks.auth import CurrentUser
from webhooks.requests import AnId, TheEngine
from webhooks.scopes import RULES

ScopeName = Literal[
    "generate",
    "clips:read",
    "clips:write",
    "voices:read",
    "voices:write",
    "webhooks",
    "hooks",
    "account",
    "keys",
]
"""The names of `engine.SCOPES`, where the description of the API can show them; a test holds the two together."""
Scopes = Annotated[
    list[ScopeName] | None,
    Field(min_length=1, max_length=len(SCOPES), description="What it may do, see `/scopes`; null: all"),
]
MonthlyCredits = Annotated[
    int | None,
    Field(strict=True, ge=1, le=MOST_CREDITS, description="What it may spend in a calendar month (UTC); null: no cap"),
]
ExpiresAt = Annotated[AwareDatetime | None, Field(description="From then on it is refused; null: never")]


class KeyView(BaseModel):
    """`hint`: how it begins; `spent_this_month`: credits of jobs that it asked for; `old_token_until`: when the token
    before the last rotation ends.
    """

    id: str
    name: str
    hint: str
    scopes: list[ScopeName] | None
    monthly_credits: int | None
    spent_this_month: int
    expires_at: datetime | None
    old_token_until: datetime | None
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyPage(BaseModel):
    keys: list[KeyView]


class KeyFields(BaseModel):
    model_config = ConfigDict(extra="forbid")
    scopes: Scopes = None
    monthly_credits: MonthlyCredits = None
    expires_at: ExpiresAt = None


class NewKey(KeyFields):
    """A limit that is left out is that of the key which asks, if one does."""

    name: str = Field(default="key", min_length=1, max_length=100)


class KeyChange(KeyFields):
    """What is left out stays."""

    name: str | None = Field(default=None, min_length=1, max_length=100)


class Rotation(BaseModel):
    model_config = ConfigDict(extra="forbid")
    overlap_hours: float = Field(
        default=OVERLAP_HOURS,
        strict=True,  # `false` is not 0, which would end the present token at once
        ge=0,
        le=LONGEST_OVERLAP_HOURS,
        description="So long the old token stays good; 0: it ends at once",
    )


class NewKeyView(KeyView):
    api_key: str = Field(description="The key itself. It is shown now and never again.")


class ScopeView(BaseModel):
    """`reads`, `writes`: the addresses that it opens with what lies below them, but for those that another entry names
    more closely.
    """

    name: ScopeName
    summary: str
    reads: list[str]
    writes: list[str]


class ScopePage(BaseModel):
    scopes: list[ScopeView]


async def scopes() -> ScopePage:
    """What a key may be limited to."""
    views = [
        ScopeView(
            name=scope.name,
            summary=scope.summary,
            reads=[address for address, reads, _ in RULES if scope.name in reads],
            writes=[address for address, _, writes in RULES if scope.name in writes],
        )
        for scope in SCOPES
    ]
    return ScopePage(scopes=views)


async def page(user: CurrentUser, engine: TheEngine) -> KeyPage:
    """Newest first, those that ended too."""
    return KeyPage(keys=await _views(engine, *await engine.keys.mine(user)))


async def create(body: NewKey, user: CurrentUser, engine: TheEngine) -> NewKeyView:
    given = body.model_dump(exclude_unset=True, exclude={"name"})
    limits = KeyLimits.of(user.key, **given)
    key, token = await engine.keys.create(user, body.name, limits)
    return NewKeyView(**(await _views(engine, key))[0].model_dump(), api_key=token)


async def change(key_id: AnId, body: KeyChange, user: CurrentUser, engine: TheEngine) -> KeyView:
    key = await engine.keys.change(user, key_id, **body.model_dump(exclude_unset=True))
    return (await _views(engine, key))[0]


async def rotate(
    key_id: AnId, user: CurrentUser, engine: TheEngine, body: Annotated[Rotation | None, Body()] = None
) -> NewKeyView:
    """Another token for the same key. What it may do, and what it has spent, stays."""
    hours = (body or Rotation()).overlap_hours
    key, token = await engine.keys.rotate(user, key_id, overlap_hours=hours)
    return NewKeyView(**(await _views(engine, key))[0].model_dump(), api_key=token)


async def revoke(key_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    """It ends at once."""
    await engine.keys.revoke(user, key_id)


async def _views(engine: Engine, *keys: ApiKey) -> list[KeyView]:
    spent = await engine.keys.spent(keys)
    return [KeyView.model_validate({**_facts(key), "spent_this_month": spent[key.id]}) for key in keys]


def _facts(key: ApiKey) -> dict[str, object]:
    return {name: getattr(key, name) for name in ApiKey.__slots__ if name in KeyView.model_fields}


def routes() -> APIRouter:
    router = APIRouter(tags=["keys"])
    router.add_api_route("/scopes", scopes, methods=["GET"])
    router.add_api_route("/keys", page, methods=["GET"])
    router.add_api_route("/keys", create, methods=["POST"], status_code=201)
    router.add_api_route("/keys/{key_id}", change, methods=["PATCH"])
    router.add_api_route("/keys/{key_id}", revoke, methods=["DELETE"], status_code=204)
    router.add_api_route("/keys/{key_id}/rotate", rotate, methods=["POST"])
    return router

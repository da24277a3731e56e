"""`/api/v1/account`, `/credits`, `/keys` and `/session`: who one is, what one has, and how to get in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from engine import COOKIE_DAYS, ApiKey
from webhooks.auth import COOKIE, CurrentUser, require_our_pages, sign_in
from webhooks.requests import AnId, TheEngine


class AccountView(BaseModel):
    """`notices`: sentences about what needs a look, such as a webhook that was disabled."""

    id: str
    name: str
    credits: int
    notices: list[str]


class EntryView(BaseModel):
    """`credits` is signed: what the entry did to the balance."""

    id: int
    kind: str
    credits: int
    job_id: str | None
    note: str
    created_at: datetime


class CreditsView(BaseModel):
    balance: int


class LedgerPage(BaseModel):
    entries: list[EntryView]
    next_cursor: int | None


class KeyView(BaseModel):
    id: str
    name: str
    hint: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


class KeyPage(BaseModel):
    keys: list[KeyView]


class NewKey(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(default="key", min_length=1, max_length=100)


class NewKeyView(KeyView):
    api_key: str = Field(description="The key itself. It is shown now and never again.")


class SignIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    api_key: str = Field(min_length=1, max_length=200)


async def account(user: CurrentUser, engine: TheEngine) -> AccountView:
    return AccountView(
        id=user.id,
        name=user.name,
        credits=await engine.credits.balance(user),
        notices=await engine.endpoints.notices(user),
    )


async def balance(user: CurrentUser, engine: TheEngine) -> CreditsView:
    """What can be spent: what unfinished jobs hold is taken off."""
    return CreditsView(balance=await engine.credits.balance(user))


async def entries(
    user: CurrentUser,
    engine: TheEngine,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    cursor: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
) -> LedgerPage:
    """Newest first."""
    found = await engine.credits.entries(user, before=cursor, limit=limit)
    views = [
        EntryView(
            id=entry.id,
            kind=entry.kind,
            credits=entry.credits,
            job_id=entry.job_id,
            note=entry.note,
            created_at=entry.created_at,
        )
        for entry in found
    ]
    return LedgerPage(entries=views, next_cursor=found[-1].id if len(found) == limit else None)


def key_view(key: ApiKey) -> KeyView:
    return KeyView(
        id=key.id,
        name=key.name,
        hint=key.hint,
        created_at=key.created_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
    )


async def keys(user: CurrentUser, engine: TheEngine) -> KeyPage:
    return KeyPage(keys=[key_view(key) for key in await engine.users.keys(user)])


async def create_key(body: NewKey, user: CurrentUser, engine: TheEngine) -> NewKeyView:
    key, token = await engine.users.create_key(user, body.name)
    return NewKeyView(**key_view(key).model_dump(), api_key=token)


async def revoke_key(key_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    await engine.users.revoke_key(user, key_id)


async def open_session(body: SignIn, request: Request, response: Response, engine: TheEngine) -> AccountView:
    """Signs a browser in with an API key. Another site may not: it would sign its visitors in as somebody else."""
    if "origin" in request.headers:
        require_our_pages(request)
    user = await engine.users.with_key(body.api_key.strip())
    sign_in(request, response, await engine.users.create_session(user), days=COOKIE_DAYS)
    return await account(user, engine)


async def end_session(request: Request, response: Response, user: CurrentUser, engine: TheEngine) -> None:
    await engine.users.end_session(request.cookies.get(COOKIE, ""))
    response.delete_cookie(COOKIE)


def routes() -> APIRouter:
    router = APIRouter(tags=["account"])
    router.add_api_route("/account", account, methods=["GET"])
    router.add_api_route("/credits", balance, methods=["GET"])
    router.add_api_route("/credits/ledger", entries, methods=["GET"])
    router.add_api_route("/keys", keys, methods=["GET"])
    router.add_api_route("/keys", create_key, methods=["POST"], status_code=201)
    router.add_api_route("/keys/{key_id}", revoke_key, methods=["DELETE"], status_code=204)
    router.add_api_route("/session", open_session, methods=["POST"])
    router.add_api_route("/session", end_session, methods=["DELETE"], status_code=204)
    return router

"""`/api/v1/account` and `/credits`: who one is, and what one has."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from engine import Engine, User
from webhooks.auth import CurrentUser
from webhooks.requests import TheEngine


class IdentityView(BaseModel):
    """`surface`: discord, telegram, password, ...; `subject`: their id there, the email for `password`."""

    surface: str
    subject: str


class AccountView(BaseModel):
    """`notices`: sentences about what needs a look, such as a webhook that was disabled."""

    id: str
    name: str
    credits: int
    notices: list[str]
    is_owner: bool
    has_password: bool
    identities: list[IdentityView]


class Renaming(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=1, max_length=100)


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


class LinkCode(BaseModel):
    """Good once, and for ten minutes."""

    model_config = ConfigDict(extra="forbid")
    code: str = Field(min_length=1, max_length=40)


async def account_view(user: User, engine: Engine) -> AccountView:
    known_as = await engine.users.identities(user)
    return AccountView(
        id=user.id,
        name=user.name,
        credits=await engine.credits.balance(user),
        notices=await engine.endpoints.notices(user),
        is_owner=user.is_owner,
        has_password=any(one.secret_hash for one in known_as),
        identities=[IdentityView(surface=one.surface, subject=one.subject) for one in known_as],
    )


async def account(user: CurrentUser, engine: TheEngine) -> AccountView:
    return await account_view(user, engine)


async def rename(body: Renaming, user: CurrentUser, engine: TheEngine) -> AccountView:
    return await account_view(await engine.users.rename(user, body.name), engine)


async def link_code(user: CurrentUser, engine: TheEngine) -> LinkCode:
    """Entered with `/link` in Discord or Telegram, or in another browser, it brings that account into this one."""
    return LinkCode(code=await engine.linking.link_code(user))


async def link(body: LinkCode, user: CurrentUser, engine: TheEngine) -> AccountView:
    """Everything of this account moves in with whoever made the code. It cannot be undone."""
    return await account_view(await engine.linking.redeem(user, body.code), engine)


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


def routes() -> APIRouter:
    router = APIRouter(tags=["account"])
    router.add_api_route("/account", account, methods=["GET"])
    router.add_api_route("/account", rename, methods=["PATCH"])
    router.add_api_route("/account/link-code", link_code, methods=["POST"], status_code=201)
    router.add_api_route("/account/link", link, methods=["POST"])
    router.add_api_route("/credits", balance, methods=["GET"])
    router.add_api_route("/credits/ledger", entries, methods=["GET"])
    return router

"""`/api/v1/session`, `/sessions`, `/accounts` and `/account/password`: how a person gets in, and alone."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from engine import ApiKey, InvalidInput, NotAllowed, Session, SignUp, session_id
from webhooks import admission, browsers
from webhooks.account import AccountView, account_view
from webhooks.auth import CurrentUser
from webhooks.requests import AnId, TheEngine

LONGEST_PASSWORD = 1000
"""Of what is read at all; which passwords are good enough is the engine's to say."""


class SignIn(BaseModel):
    """Either an API key, or an email with its password."""

    model_config = ConfigDict(extra="forbid")
    api_key: str | None = Field(default=None, min_length=1, max_length=200)
    email: str | None = Field(default=None, min_length=1, max_length=400)
    password: str | None = Field(default=None, min_length=1, max_length=LONGEST_PASSWORD)


class NewAccount(BaseModel):
    """`invitation`: the token of the link, where one is needed."""

    model_config = ConfigDict(extra="forbid")
    email: str = Field(min_length=1, max_length=400)
    password: str = Field(max_length=LONGEST_PASSWORD)
    name: str = Field(default="", max_length=100)
    invitation: str | None = Field(default=None, max_length=200)


class SignUpView(BaseModel):
    sign_up: SignUp


class NewPassword(BaseModel):
    """`current`: the one until now. `email`: to sign in by, of who has none yet."""

    model_config = ConfigDict(extra="forbid")
    password: str = Field(max_length=LONGEST_PASSWORD)
    current: str | None = Field(default=None, max_length=LONGEST_PASSWORD)
    email: str | None = Field(default=None, max_length=400)


class SessionView(BaseModel):
    """`kind`: a browser, or a link that signs one in. `current`: the browser that asks."""

    id: str
    kind: Literal["browser", "link"]
    opened_by: Literal["key", "link", "password"]
    browser: str
    created_at: datetime
    last_used_at: datetime | None
    expires_at: datetime
    current: bool


class SessionPage(BaseModel):
    sessions: list[SessionView]


class Ended(BaseModel):
    ended: int


def _session_view(session: Session, current: Session | None) -> SessionView:
    return SessionView(
        id=session_id(session),
        kind="browser" if session.kind == "cookie" else "link",
        opened_by=session.opened_by,
        browser=session.browser,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        expires_at=session.expires_at,
        current=current is not None and session.token_hash == current.token_hash,
    )


async def _current(request: Request, user: CurrentUser) -> Session | None:
    """None when it is an API key that asks."""
    if user.key is not None:
        return None
    found = await browsers.session_of(request)
    return found[1] if found else None


def _require_unlimited(key: ApiKey | None) -> None:
    if key is not None and key.is_limited:
        raise NotAllowed("A browser that is signed in may do everything. Use a key without scopes, cap and end.")


async def open_session(body: SignIn, request: Request, response: Response, engine: TheEngine) -> AccountView:
    """Signs a browser in with an API key that may do everything, or with an email and its password."""
    browsers.refuse_other_sites(request)
    if body.api_key is not None:
        user = await admission.holder_of(request, body.api_key.strip())
        _require_unlimited(user.key)
        await browsers.sign_in(request, response, user, "key")
    elif body.email is not None and body.password is not None:
        user = await engine.accounts.sign_in(body.email, body.password, address=admission.address_of(request))
        await browsers.sign_in(request, response, user, "password")
    else:
        raise InvalidInput("Send an `api_key`, or an `email` with its `password`.")
    return await account_view(user, engine)


async def end_session(request: Request, response: Response, user: CurrentUser) -> None:
    await browsers.sign_out(request, response)


async def sign_up_mode(engine: TheEngine) -> SignUpView:
    """How new people get in. No key is needed."""
    return SignUpView(sign_up=engine.invitations.sign_up)


async def sign_up(body: NewAccount, request: Request, response: Response, engine: TheEngine) -> AccountView:
    """A new account, and this browser is signed in to it."""
    browsers.refuse_other_sites(request)
    user = await engine.accounts.sign_up(
        body.email,
        body.password,
        name=body.name,
        invitation=body.invitation and body.invitation.strip(),
        address=admission.address_of(request),
    )
    await browsers.sign_in(request, response, user, "password")
    return await account_view(user, engine)


async def set_password(body: NewPassword, request: Request, user: CurrentUser, engine: TheEngine) -> Ended:
    """Every other browser is signed out, and every link ends. API keys stay good."""
    current = await _current(request, user)
    ended = await engine.accounts.set_password(
        user, body.password, session=current, current=body.current, email=body.email
    )
    return Ended(ended=ended)


async def sessions(request: Request, user: CurrentUser, engine: TheEngine) -> SessionPage:
    """Newest first."""
    current = await _current(request, user)
    return SessionPage(sessions=[_session_view(one, current) for one in await engine.sessions.mine(user)])


async def end_one(session_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    await engine.sessions.end_one(user, session_id)


async def end_others(request: Request, user: CurrentUser, engine: TheEngine) -> Ended:
    """All but the browser that asks; all, when an API key asks."""
    but = None if user.key else browsers.token_of(request) or None
    return Ended(ended=await engine.sessions.end_others(user, but))


def routes() -> APIRouter:
    router = APIRouter(tags=["account"])
    router.add_api_route("/session", open_session, methods=["POST"])
    router.add_api_route("/session", end_session, methods=["DELETE"], status_code=204)
    router.add_api_route("/sessions", sessions, methods=["GET"])
    router.add_api_route("/sessions", end_others, methods=["DELETE"])
    router.add_api_route("/sessions/{session_id}", end_one, methods=["DELETE"], status_code=204)
    router.add_api_route("/accounts", sign_up_mode, methods=["GET"])
    router.add_api_route("/accounts", sign_up, methods=["POST"], status_code=201)
    router.add_api_route("/account/password", set_password, methods=["PUT"])
    return router

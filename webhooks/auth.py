"""Who is asking: an API key in a header, or a browser's session cookie."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from engine import NotAllowed, Unauthorized, User
from webhooks.requests import TheEngine

COOKIE = "bernie_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


async def current_user(request: Request, engine: TheEngine) -> User:
    """Raises `Unauthorized`, or `NotAllowed` for a write that another site made the browser send."""
    if token := key_of(request):
        return await engine.users.with_key(token)
    if token := request.cookies.get(COOKIE, ""):
        if request.method not in SAFE_METHODS:
            require_our_pages(request)
        return await engine.users.with_session(token)
    raise Unauthorized("Send an API key as `Authorization: Bearer KEY`. `bernie keys create` makes one.")


def key_of(request: Request) -> str:
    """`xi-api-key` first, then `Authorization: Bearer`; empty when there is neither."""
    if key := request.headers.get("xi-api-key", "").strip():
        return key
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def key_is_openai(request: Request) -> bool:
    """Both SDKs ask for `/v1/models`, and each wants its own answer: this one sends its key as a bearer's."""
    return not request.headers.get("xi-api-key") and request.headers.get("authorization", "").lower().startswith(
        "bearer "
    )


def require_our_pages(request: Request) -> None:
    """Raises `NotAllowed` unless a page of ours made the browser send this.

    A browser sends Origin with every write; a cookie without one does not come from a page of ours.
    """
    if urlsplit(request.headers.get("origin", "")).netloc != request.headers.get("host", "?"):
        raise NotAllowed("This request came from another site.")


def sign_in(request: Request, response: Response, token: str, *, days: int) -> None:
    response.set_cookie(
        COOKIE,
        token,
        max_age=days * 24 * 3600,
        httponly=True,
        samesite="lax",
        secure=request.app.state.secure_cookies,
    )


CurrentUser = Annotated[User, Depends(current_user)]

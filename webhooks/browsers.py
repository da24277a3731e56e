"""Browsers that are signed in: their cookie, and which pages may make them send something.

A cookie goes along with whatever any page makes the browser send, so every write that comes with one must say that it
comes from a page of ours. Signing in and up must not be another site's doing either: it would have its visitors work in
an account that it can read.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import Request, Response

from engine import COOKIE_DAYS, NotAllowed, Session, SignedInWith, User
from webhooks.requests import engine_of

COOKIE = "bernie_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ELSEWHERE = "This request came from another site."


def cookie_name(request: Request) -> str:
    """On https with the prefix by which browsers promise that no other host and no plain page has set it."""
    return f"__Host-{COOKIE}" if request.app.state.secure_cookies else COOKIE


def token_of(request: Request) -> str:
    """Empty when there is none."""
    return request.cookies.get(cookie_name(request), "")


async def session_of(request: Request) -> tuple[User, Session] | None:
    """None: nobody is signed in with this browser. Raises `Unauthorized` for one that was signed out."""
    token = token_of(request)
    return await engine_of(request).sessions.of_cookie(token) if token else None


async def sign_in(request: Request, response: Response, user: User, opened_by: SignedInWith) -> None:
    """In a session that is new, whatever the browser had before: that one ends."""
    sessions = engine_of(request).sessions
    if before := token_of(request):
        await sessions.end(before)
    token = await sessions.create(user, opened_by=opened_by, browser=request.headers.get("user-agent", ""))
    response.set_cookie(
        cookie_name(request),
        token,
        max_age=COOKIE_DAYS * 24 * 3600,
        httponly=True,
        samesite="lax",
        secure=request.app.state.secure_cookies,
    )


async def sign_out(request: Request, response: Response) -> None:
    await engine_of(request).sessions.end(token_of(request))
    secure = request.app.state.secure_cookies
    response.delete_cookie(cookie_name(request), httponly=True, samesite="lax", secure=secure)


def require_our_pages(request: Request) -> None:
    """Raises `NotAllowed` unless a page of ours made the browser send this. One that names no origin is not ours."""
    if not _says_ours(request) or "origin" not in request.headers:
        raise NotAllowed(ELSEWHERE)


def refuse_other_sites(request: Request) -> None:
    """Raises `NotAllowed` when a page of another site sends this. A program, which says nothing of pages, may."""
    if not _says_ours(request):
        raise NotAllowed(ELSEWHERE)


def _says_ours(request: Request) -> bool:
    """Of Origin and Sec-Fetch-Site, those that are there. Browsers send the second on https and to localhost only."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    # Behind a proxy that we know nothing of, an https page of ours looks to us as if it wrote to http.
    plain = request.url.scheme == "http" and not request.app.state.secure_cookies
    schemes = {"https", "http"} if plain else {"https"}
    return parts.scheme in schemes and parts.netloc == request.headers.get("host", "?")

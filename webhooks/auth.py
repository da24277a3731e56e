"""Who is asking: an API key in a header, or a browser's session cookie."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from engine import Unauthorized, User
from webhooks import admission, browsers
from webhooks.requests import TheEngine


async def current_user(request: Request, engine: TheEngine) -> User:
    """Raises `Unauthorized`, `TooManyRequests`, and `NotAllowed` for what a key is not for, or for a write that another
    site made the browser send.
    """
    if token := key_of(request):
        return await admission.admit(request, token)
    if browsers.token_of(request):
        if request.method not in browsers.SAFE_METHODS:
            browsers.require_our_pages(request)
        if found := await browsers.session_of(request):
            await admission.count(request, found[0].id)
            return found[0]
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


CurrentUser = Annotated[User, Depends(current_user)]

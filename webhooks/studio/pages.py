"""The studio's files, and `/enter`, where an owner link becomes a session cookie."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import FileResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles

from engine import Unauthorized, User
from webhooks.browsers import session_of, sign_in
from webhooks.requests import TheEngine

FILES = Path(__file__).parent / "files"


# The browser asks each time and gets 304 while a file is the same: an upgrade shows at once, and never mixes
# modules of two versions.
FRESH = {"cache-control": "no-cache"}


class FreshFiles(StaticFiles):
    def file_response(self, *arguments: Any, **options: Any) -> Response:
        response = super().file_response(*arguments, **options)
        response.headers.update(FRESH)
        return response


async def index() -> FileResponse:
    return FileResponse(FILES / "index.html", headers=FRESH)


async def enter(
    request: Request, engine: TheEngine, token: Annotated[str, Query(max_length=200)] = ""
) -> RedirectResponse:
    """To the studio, signed in. A link that is not valid any more leads there too: it says how to get in."""
    try:
        user = await engine.sessions.with_link(token)
    except Unauthorized:
        return RedirectResponse("/?link=expired", 303)
    if await _somebody_else_is_here(request, user):
        return RedirectResponse("/?link=other", 303)
    answer = RedirectResponse("/", 303)
    await sign_in(request, answer, user, "link")
    return answer


async def _somebody_else_is_here(request: Request, user: User) -> bool:
    """Any page can lead a browser to a link. It must not make people work in an account that another can read."""
    with suppress(Unauthorized):
        found = await session_of(request)
        return found is not None and found[0].id != user.id
    return False


def routes() -> APIRouter:
    router = APIRouter(include_in_schema=False)
    for page in ("/", "/join"):
        router.add_api_route(page, index, methods=["GET"])
    router.add_api_route("/enter", enter, methods=["GET"])
    router.mount("/studio", FreshFiles(directory=FILES))
    return router

"""`POST /telegram/updates`: what people do at Telegram, where its updates are sent instead of polled.

Telegram says the secret with each update that it was given with the address. An answer other than 2xx makes it send
the update again, so 200 means that it is stored and will be seen to.
"""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Request, Response
from pydantic import ValidationError

from engine import InvalidInput, Unauthorized

HEADER = "x-telegram-bot-api-secret-token"
Receive = Callable[[dict[str, Any]], Awaitable[None]]


def routes(secret: str, receive: Receive) -> APIRouter:
    async def updates(request: Request) -> Response:
        if not secrets.compare_digest(request.headers.get(HEADER, "").encode(), secret.encode()):
            raise Unauthorized("This address takes updates from Telegram.")
        try:
            await receive(await request.json())
        except (ValueError, ValidationError) as error:
            raise InvalidInput("This is no update.") from error
        return Response(status_code=200)

    router = APIRouter(include_in_schema=False)
    router.add_api_route("/telegram/updates", updates, methods=["POST"])
    return router

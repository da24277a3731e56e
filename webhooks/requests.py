"""What every request gets: an id in the log, in errors and in the answer's headers, and headers that protect pages."""

from __future__ import annotations

from typing import Annotated
from uuid import uuid4

from fastapi import Depends, Path, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine import MAX_UPLOAD_BYTES, Engine, Standing

PROTECTION = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; media-src 'self' blob: *",
}


class RequestIds:
    """Pure ASGI, so that it neither buffers nor delays what streams."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = f"req_{uuid4().hex}"
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                add_headers(headers, request_id)
                if standing := scope["state"].get("standing"):
                    headers.update(_rate_headers(standing))
            await send(message)

        await self.app(scope, receive, send_with_headers)


def add_headers(headers: MutableHeaders, request_id: str) -> None:
    headers["request-id"] = request_id
    for name, value in PROTECTION.items():
        headers.setdefault(name, value)


def _rate_headers(standing: Standing) -> dict[str, str]:
    return {
        "ratelimit-limit": str(standing.limit),
        "ratelimit-remaining": str(standing.remaining),
        "ratelimit-reset": str(standing.reset_seconds),
    }


def engine_of(request: Request) -> Engine:
    engine: Engine = request.app.state.engine
    return engine


async def the_engine(request: Request) -> Engine:
    """As a dependency: FastAPI hands those that are not async to a thread."""
    return engine_of(request)


TheEngine = Annotated[Engine, Depends(the_engine)]
MAX_BODY_BYTES = 1_000_000
"""Of a request without a file: a text of 5,000 characters fits many times."""
FORM_BYTES = 100_000
"""What a form adds to its file."""
LARGEST_FORM = MAX_UPLOAD_BYTES + FORM_BYTES
PLAIN = r"^\w+$"
"""What ids are made of. PostgreSQL would refuse a NUL with an error of its own."""
AnId = Annotated[str, Path(max_length=40, pattern=PLAIN)]

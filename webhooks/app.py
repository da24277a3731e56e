"""The HTTP face: one FastAPI application over the engine, built by the composition root."""

from __future__ import annotations

from fastapi import APIRouter, FastAPI

from engine import Engine
from webhooks import (
    account,
    clips,
    deliveries,
    endpoints,
    errors,
    health,
    jobs,
    library,
    pronunciations,
    studio,
    voices,
)
from webhooks.compat import openai
from webhooks.compat.elevenlabs import PARTS as ELEVENLABS
from webhooks.compat.errors import ElevenLabsError, OpenAIError
from webhooks.errors import ErrorBody
from webhooks.requests import RequestIds

MAX_BODY_BYTES = 1_000_000
"""Of a request without a file: a text of 5,000 characters fits many times."""


def create_app(engine: Engine, *, secure_cookies: bool) -> FastAPI:
    """`secure_cookies`: the public address is https, so a cookie must never leave it."""
    app = FastAPI(
        title="Bernie",
        summary="A self-hosted voice service: text to speech, voice conversion and sound effects.",
        version="1",
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        max_body_size=MAX_BODY_BYTES,
    )
    app.state.engine = engine
    app.state.secure_cookies = secure_cookies
    api = APIRouter(prefix="/api/v1")
    for part in (jobs, library, voices, pronunciations, account, deliveries, endpoints):
        api.include_router(part.routes())
    ours = (api, clips.routes(), health.routes(), studio.routes())
    theirs = [part.routes() for part in ELEVENLABS]
    # Each family of routes says in its own shape what went wrong.
    for routers, error in ((ours, ErrorBody), (theirs, ElevenLabsError), ((openai.routes(),), OpenAIError)):
        for router in routers:
            app.include_router(router, responses={"default": {"model": error}})
    errors.install(app)
    app.add_middleware(RequestIds)
    return app

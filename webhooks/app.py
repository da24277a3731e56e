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
    hooks,
    inbound,
    invitations,
    jobs,
    keys,
    library,
    metrics,
    pronunciations,
    sessions,
    studio,
    uploads,
    voices,
)
from webhooks.compat import openai
from webhooks.compat.elevenlabs import PARTS as ELEVENLABS
from webhooks.compat.errors import ElevenLabsError, OpenAIError
from webhooks.errors import ErrorBody
from webhooks.requests import MAX_BODY_BYTES, RequestIds
from webhooks.traffic import Traffic, Watched


def create_app(
    engine: Engine,
    *,
    secure_cookies: bool,
    requests_per_minute: int = 0,
    metrics_token: str | None = None,
    wait_seconds: float = 0,
) -> FastAPI:
    """`secure_cookies`: the public address is https, so a cookie must never leave it. `requests_per_minute`: of one key
    or browser; 0 is no limit, also none of wrong keys. `metrics_token` opens `/metrics`; without one only this machine
    may. `wait_seconds`: in line for a place in the user's queue.
    """
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
    app.state.requests_per_minute = requests_per_minute
    app.state.metrics_token = metrics_token
    app.state.traffic = Traffic()
    app.state.wait_seconds = wait_seconds
    api = APIRouter(prefix="/api/v1")
    people = (account, sessions, invitations, keys)
    for part in (jobs, library, voices, uploads, pronunciations, *people, deliveries, endpoints, hooks):
        api.include_router(part.routes())
    ours = (api, inbound.routes(), clips.routes(), health.routes(), metrics.routes(), studio.routes())
    theirs = [part.routes() for part in ELEVENLABS]
    # Each family of routes says in its own shape what went wrong.
    for routers, error in ((ours, ErrorBody), (theirs, ElevenLabsError), ((openai.routes(),), OpenAIError)):
        for router in routers:
            app.include_router(router, responses={"default": {"model": error}})
    errors.install(app)
    app.add_middleware(RequestIds)
    app.add_middleware(Watched, traffic=app.state.traffic)
    return app

"""`POST /hooks/{token}`: where other services post. The token is all the permission there is, beside a signature."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request
from pydantic import BaseModel

from engine import MAX_HOOK_BYTES
from webhooks.requests import TheEngine

Token = Annotated[str, Path(max_length=100, pattern=r"^[\w-]+$")]
ANYTHING = {
    "application/json": {"schema": {}},
    "application/x-www-form-urlencoded": {"schema": {"type": "object", "additionalProperties": {"type": "string"}}},
    "text/plain": {"schema": {"type": "string"}},
}
POSTED = {"requestBody": {"required": True, "content": ANYTHING}}


class Taken(BaseModel):
    """The job that the post became. The same post again is the same job."""

    job_id: str


async def post(token: Token, request: Request, engine: TheEngine) -> Taken:
    """Answers 202 with the job's id. No key is needed: the address is one."""
    hook = await engine.inbound.admit(token)
    body = await request.body()
    job = await engine.inbound.take(hook, body, dict(request.headers))
    return Taken(job_id=job.id)


def routes() -> APIRouter:
    router = APIRouter(tags=["hooks"])
    router.add_api_route(
        "/hooks/{token}", post, methods=["POST"], status_code=202, max_body_size=MAX_HOOK_BYTES, openapi_extra=POSTED
    )
    return router

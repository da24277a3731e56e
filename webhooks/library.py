"""`/api/v1/clips`: what was made and is still kept."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel

from engine import FORMATS, FormatName
from webhooks.auth import CurrentUser
from webhooks.requests import PLAIN, AnId, TheEngine
from webhooks.views import ClipView, clip_view

AUDIO: dict[str, Any] = {form.content_type: {} for form in FORMATS.values()}


class KeptClip(ClipView):
    """With the job that made it."""

    job_id: str
    capability: Literal["tts", "vc", "sfx"]


class ClipPage(BaseModel):
    clips: list[KeptClip]
    next_cursor: str | None


async def page(
    user: CurrentUser,
    engine: TheEngine,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=40, pattern=PLAIN)] = None,
) -> ClipPage:
    """Newest first. Links are good for an hour."""
    found = [status.clip for status in await engine.jobs.history(user, before=cursor, limit=limit) if status.clip]
    views = [
        KeptClip(**(await clip_view(engine, clip)).model_dump(), job_id=clip.job_id, capability=clip.capability)
        for clip in found
    ]
    return ClipPage(clips=views, next_cursor=found[-1].id if len(found) == limit else None)


async def fetch(
    clip_id: AnId,
    user: CurrentUser,
    engine: TheEngine,
    format: Annotated[FormatName | None, Query(description="Another file format than the one it is kept in")] = None,
) -> Response:
    """The clip itself."""
    clip = await engine.clips.get(user, clip_id)
    if format is None or format == clip.format:
        return Response(await engine.clips.data(clip), media_type=clip.content_type)
    form = FORMATS[format]
    return Response(await engine.clips.data_as(clip, form), media_type=form.content_type)


async def delete(clip_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    """The clip and its file. That it was made and paid stays in the books."""
    await engine.clips.delete(user, clip_id)


def routes() -> APIRouter:
    router = APIRouter(prefix="/clips", tags=["clips"])
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route(
        "/{clip_id}", fetch, methods=["GET"], response_class=Response, responses={200: {"content": AUDIO}}
    )
    router.add_api_route("/{clip_id}", delete, methods=["DELETE"], status_code=204)
    return router

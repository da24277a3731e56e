"""Jobs and clips as JSON: what a caller may see, in one place."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel

from engine import Clip, Engine, Status


class ErrorView(BaseModel):
    code: str
    message: str


class ClipView(BaseModel):
    id: str
    url: str
    format: str
    content_type: str
    bytes: int
    seconds: float
    sample_rate: int
    model: str
    model_revision: str
    created_at: datetime
    expires_at: datetime


class JobView(BaseModel):
    """`position` in line, 1 is next, 0 when it does not wait. `progress` 0 to 1. `price` in credits. `notice`: what the
    user should know of the clip.
    """

    id: str
    capability: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    params: dict[str, Any]
    price: int
    position: int
    progress: float
    attempt: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    error: ErrorView | None
    clip: ClipView | None
    notice: str


class JobPage(BaseModel):
    jobs: list[JobView]
    next_cursor: str | None


async def job_view(engine: Engine, status: Status) -> JobView:
    job = status.job
    error = ErrorView(code=job.error_code, message=job.error_message or "") if job.error_code else None
    return JobView(
        id=job.id,
        capability=job.capability,
        state=job.state,
        params=job.params,
        price=job.price,
        position=status.position,
        progress=1.0 if job.state == "succeeded" else job.progress,
        attempt=job.attempt,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        error=error,
        clip=await clip_view(engine, status.clip) if status.clip else None,
        notice=status.notice,
    )


async def clip_view(engine: Engine, clip: Clip) -> ClipView:
    return ClipView(
        id=clip.id,
        url=await engine.clips.link(clip),
        format=clip.format,
        content_type=clip.content_type,
        bytes=clip.bytes,
        seconds=round(clip.seconds, 3),
        sample_rate=clip.sample_rate,
        model=clip.model,
        model_revision=clip.model_revision,
        created_at=clip.created_at,
        expires_at=clip.expires_at,
    )

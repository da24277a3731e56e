"""`/api/v1/jobs`: submit, look, list, cancel, follow, fetch the audio."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from engine import NotFound, Status
from webhooks.auth import CurrentUser
from webhooks.orders import IdempotencyKey, NewJob, Ordered, body_schema
from webhooks.requests import LARGEST_FORM, PLAIN, AnId, TheEngine
from webhooks.views import JobPage, JobView, job_view


async def submit(
    body: Ordered,
    user: CurrentUser,
    engine: TheEngine,
    idempotency_key: IdempotencyKey = None,
) -> JobView:
    """Answers 202 with the queued job. The same `Idempotency-Key` gives the same job, charged once.

    As JSON, or as a form with the files in it that the job is to work on.
    """
    reply_to = await engine.endpoints.reply_to(user, body.webhook_url) if body.webhook_url else None
    job = await engine.jobs.submit(
        user, body.capability, body.params, reply_to=reply_to, idempotency_key=idempotency_key
    )
    return await job_view(engine, await engine.jobs.status(job))


class Price(BaseModel):
    """In credits."""

    price: int


async def price(body: NewJob, user: CurrentUser, engine: TheEngine) -> Price:
    """What such a job would cost. Refused as the job would be."""
    return Price(price=await engine.jobs.price(user, body.capability, body.params))


async def page(
    user: CurrentUser,
    engine: TheEngine,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=40, pattern=PLAIN)] = None,
) -> JobPage:
    """Newest first."""
    found = await engine.jobs.page(user, before=cursor, limit=limit)
    last = found[-1].job.id if len(found) == limit else None
    return JobPage(jobs=[await job_view(engine, status) for status in found], next_cursor=last)


async def status_of(job_id: AnId, user: CurrentUser, engine: TheEngine) -> Status:
    return await engine.jobs.get(user, job_id)


TheStatus = Annotated[Status, Depends(status_of)]


async def get(status: TheStatus, engine: TheEngine) -> JobView:
    return await job_view(engine, status)


async def cancel(job_id: AnId, user: CurrentUser, engine: TheEngine) -> JobView:
    """A queued job is cancelled at once, a running one at its next step; what it held is given back."""
    return await job_view(engine, await engine.jobs.cancel(user, job_id))


async def events(status: TheStatus, user: CurrentUser, engine: TheEngine) -> AsyncIterator[ServerSentEvent]:
    """The job whenever it changes, as server-sent events `job`; the stream ends when the job does."""
    async for changed in engine.jobs.watch(user, status.job.id):
        view = await job_view(engine, changed)
        yield ServerSentEvent(event="job", data=view.model_dump(mode="json"))


async def audio(status: TheStatus, engine: TheEngine) -> Response:
    """The clip itself. 404 until the job has succeeded, and when its clip is no longer kept."""
    if status.clip is None:
        if status.job.state == "succeeded":
            raise NotFound("This clip is no longer kept. Make it again.")
        raise NotFound(f"This job has no clip: it is {status.job.state}.")
    data = await engine.clips.data(status.clip)
    attachment = {"content-disposition": f'inline; filename="{engine.clips.filename(status.clip)}"'}
    return Response(data, media_type=status.clip.content_type, headers=attachment)


def routes() -> APIRouter:
    router = APIRouter(prefix="/jobs", tags=["jobs"])
    router.add_api_route(
        "", submit, methods=["POST"], status_code=202, max_body_size=LARGEST_FORM, openapi_extra=body_schema()
    )
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("/price", price, methods=["POST"])
    router.add_api_route("/{job_id}", get, methods=["GET"])
    router.add_api_route("/{job_id}", cancel, methods=["DELETE"])
    router.add_api_route("/{job_id}/events", events, methods=["GET"], response_class=EventSourceResponse)
    router.add_api_route("/{job_id}/audio", audio, methods=["GET"], response_class=Response)
    return router

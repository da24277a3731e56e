"""`/api/v1/uploads`: clips for a job to work on, sent here or put to a link."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, File, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from engine import MAX_UPLOAD_BYTES
from webhooks.auth import CurrentUser
from webhooks.requests import LARGEST_FORM, AnId, TheEngine


class UploadView(BaseModel):
    """`id` is what a job's params name, for a day."""

    id: str
    seconds: float
    expires_at: datetime


class Announced(BaseModel):
    model_config = ConfigDict(extra="forbid")
    bytes: int = Field(ge=1, le=MAX_UPLOAD_BYTES, description="Size of the file, exactly")


class LinkView(BaseModel):
    """PUT the file to `url` before `expires_at`, then name `id` in a job's params."""

    id: str
    url: str
    expires_at: datetime


async def upload(
    user: CurrentUser, engine: TheEngine, file: Annotated[UploadFile, File(description="Any audio, up to 5 minutes")]
) -> UploadView:
    """A clip for a job to work on."""
    added = await engine.uploads.add(user, await file.read())
    return UploadView(id=added.id, seconds=round(added.seconds, 3), expires_at=added.expires_at)


async def link(body: Announced, user: CurrentUser, engine: TheEngine) -> LinkView:
    """An upload that you put to the store yourself: nothing of it passes through here. It is looked at when a job first
    names it, or when you say that it is complete; what is put afterwards changes nothing.
    """
    made = await engine.uploads.link(user, bytes=body.bytes)
    return LinkView(id=made.upload.id, url=made.url, expires_at=made.expires_at)


async def complete(upload_id: AnId, user: CurrentUser, engine: TheEngine) -> UploadView:
    """Looks at the file that was put to the link: it is refused as `POST /uploads` would have refused it, and may then
    be put again. 409 while nothing has come.
    """
    found = await engine.uploads.complete(user, upload_id)
    return UploadView(id=found.id, seconds=round(found.seconds, 3), expires_at=found.expires_at)


def routes() -> APIRouter:
    router = APIRouter(prefix="/uploads", tags=["uploads"])
    router.add_api_route("", upload, methods=["POST"], status_code=201, max_body_size=LARGEST_FORM)
    router.add_api_route("/link", link, methods=["POST"], status_code=201, operation_id="link_upload")
    router.add_api_route("/{upload_id}/complete", complete, methods=["POST"])
    return router

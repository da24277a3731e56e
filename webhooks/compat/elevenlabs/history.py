"""`/v1/history`: what was made and is still kept."""

from __future__ import annotations

import io
import zipfile
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from engine import Clip, Engine, NotFound, Status, User
from webhooks.auth import CurrentUser
from webhooks.compat.elevenlabs.answers import AUDIO, AnyId, Done
from webhooks.compat.output_formats import elevenlabs_format
from webhooks.requests import PLAIN, TheEngine

SOURCES = {"tts": "TTS", "vc": "STS", "sfx": "SFX"}
MOST_AT_ONCE = 100
PAGE = 100


class HistoryItem(BaseModel):
    history_item_id: str
    request_id: str
    voice_id: str | None
    voice_name: str | None
    voice_category: str | None
    model_id: str
    text: str | None
    date_unix: int
    character_count_change_from: int
    character_count_change_to: int
    content_type: str
    state: Literal["created"] = "created"
    settings: dict[str, Any] | None
    source: str
    output_format: str


class HistoryPage(BaseModel):
    history: list[HistoryItem]
    has_more: bool
    last_history_item_id: str | None


class Download(BaseModel):
    model_config = ConfigDict(extra="allow")
    history_item_ids: list[str] = Field(min_length=1, max_length=MOST_AT_ONCE)
    output_format: str | None = Field(default=None, max_length=40)


async def page(
    user: CurrentUser,
    engine: TheEngine,
    page_size: Annotated[int, Query(ge=1, le=1000)] = 100,
    start_after_history_item_id: Annotated[str | None, Query(max_length=40, pattern=PLAIN)] = None,
    voice_id: Annotated[str | None, Query(max_length=100)] = None,
    search: Annotated[str | None, Query(max_length=100)] = None,
    source: Annotated[Literal["TTS", "STS", "SFX"] | None, Query()] = None,
) -> HistoryPage:
    """Newest first."""
    names = await _names(engine, user)
    found: list[HistoryItem] = []
    before = start_after_history_item_id
    while len(found) <= page_size:
        statuses = await engine.jobs.page(user, states=("succeeded",), before=before, limit=PAGE)
        items = [_item(status, status.clip, names) for status in statuses if status.clip is not None]
        found += [item for item in items if _fits(item, voice_id, search, source)]
        if len(statuses) < PAGE:
            break
        before = statuses[-1].job.id
    shown, more = found[:page_size], len(found) > page_size
    return HistoryPage(history=shown, has_more=more, last_history_item_id=shown[-1].history_item_id if shown else None)


def _fits(item: HistoryItem, voice_id: str | None, search: str | None, source: str | None) -> bool:
    return (
        (not voice_id or item.voice_id == voice_id)
        and (not search or search.casefold() in (item.text or "").casefold())
        and (not source or item.source == source)
    )


async def get(item_id: AnyId, user: CurrentUser, engine: TheEngine) -> HistoryItem:
    status, clip = await _kept(engine, user, item_id)
    return _item(status, clip, await _names(engine, user))


async def audio(item_id: AnyId, user: CurrentUser, engine: TheEngine) -> Response:
    """The clip as it is kept, from here and by no redirect: the SDK would take its key along to another host."""
    _, clip = await _kept(engine, user, item_id)
    return Response(await engine.clips.data(clip), media_type=clip.content_type)


async def download(body: Download, user: CurrentUser, engine: TheEngine) -> Response:
    """One clip as itself, several in a zip."""
    form = elevenlabs_format(body.output_format) if body.output_format not in (None, "default") else None
    files: list[tuple[str, bytes, str]] = []
    for item_id in dict.fromkeys(body.history_item_ids):
        _, clip = await _kept(engine, user, item_id)
        data = await (engine.clips.data_as(clip, form) if form else engine.clips.data(clip))
        extension, kind = (form.extension, form.content_type) if form else (clip.format, clip.content_type)
        files.append((f"{item_id}.{extension}", data, kind))
    if len(files) == 1:
        [(_, data, kind)] = files
        return Response(data, media_type=kind)
    return Response(_zipped(files), media_type="application/zip")


def _zipped(files: list[tuple[str, bytes, str]]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:  # stored: sound is compressed already
        for name, data, _ in files:
            archive.writestr(name, data)
    return made.getvalue()


async def delete(item_id: AnyId, user: CurrentUser, engine: TheEngine) -> Done:
    """The clip and its file; that it was made and paid stays in the books."""
    _, clip = await _kept(engine, user, item_id)
    await engine.clips.delete(user, clip.id)
    return Done()


async def _kept(engine: Engine, user: User, item_id: str) -> tuple[Status, Clip]:
    """Raises `NotFound`."""
    try:
        status = await engine.jobs.get(user, item_id)
    except NotFound:
        status = None
    if status is None or status.clip is None:
        raise NotFound(f"There is no history item {item_id[:60]!r}.", field="job")
    return status, status.clip


async def _names(engine: Engine, user: User) -> dict[str, tuple[str, str]]:
    """Of voices: name and category by id."""
    found = {voice.id: (voice.name, "premade") for voice in engine.voices.built_in()}
    return found | {voice.id: (voice.name, "cloned") for voice in await engine.voices.mine(user)}


def _item(status: Status, clip: Clip, names: dict[str, tuple[str, str]]) -> HistoryItem:
    job = status.job
    voice = job.params.get("voice")
    name, category = names.get(voice or "", (None, None))
    return HistoryItem(
        history_item_id=job.id,
        request_id=job.id,
        voice_id=voice,
        voice_name=name,
        voice_category=category,
        model_id=clip.model,
        text=job.params.get("text") or job.params.get("prompt"),
        date_unix=int(job.created_at.timestamp()),
        character_count_change_from=0,
        character_count_change_to=job.price,
        content_type=clip.content_type,
        settings=None,
        source=SOURCES[job.capability],
        output_format=clip.format,
    )


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1/history", tags=["ElevenLabs: history"])
    router.add_api_route("", page, methods=["GET"])
    router.add_api_route("/download", download, methods=["POST"], response_class=Response, responses=AUDIO)
    router.add_api_route("/{item_id}", get, methods=["GET"])
    router.add_api_route("/{item_id}", delete, methods=["DELETE"])
    router.add_api_route("/{item_id}/audio", audio, methods=["GET"], response_class=Response, responses=AUDIO)
    return router

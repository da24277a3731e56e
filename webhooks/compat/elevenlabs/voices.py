"""`/v1/voices`, `/v2/voices`: list, search, add by cloning, edit, delete."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Query, UploadFile
from pydantic import BaseModel

from engine import Engine, InvalidInput, NotFound, User
from webhooks.auth import CurrentUser
from webhooks.compat.elevenlabs.answers import AnyId, Done
from webhooks.compat.elevenlabs.voice_answers import VoiceAnswer, cloned, premade
from webhooks.requests import LARGEST_FORM, TheEngine

MOST_FILES = 25
Files = Annotated[list[UploadFile], File(description="3 to 60 s of one person, who agreed")]
Labels = Annotated[str | None, Form(max_length=5000)]


class VoicesAnswer(BaseModel):
    voices: list[VoiceAnswer]


class FoundVoices(BaseModel):
    voices: list[VoiceAnswer]
    has_more: bool
    total_count: int
    next_page_token: str | None


class Added(BaseModel):
    voice_id: str
    requires_verification: bool = False


async def get_all(user: CurrentUser, engine: TheEngine) -> VoicesAnswer:
    return VoicesAnswer(voices=await _all(engine, user))


async def search(
    user: CurrentUser,
    engine: TheEngine,
    page_size: Annotated[int, Query(ge=1, le=100)] = 10,
    next_page_token: Annotated[str | None, Query(max_length=100)] = None,
    search: Annotated[str | None, Query(max_length=100)] = None,
    sort: Annotated[str | None, Query(max_length=40)] = None,
    sort_direction: Annotated[Literal["asc", "desc"], Query()] = "desc",
    category: Annotated[str | None, Query(max_length=40)] = None,
    voice_ids: Annotated[list[str] | None, Query()] = None,
) -> FoundVoices:
    """`sort`: name or created_at_unix. A page's token is the id of its last voice."""
    found = [voice for voice in await _all(engine, user) if _fits(voice, search, category, voice_ids)]
    if sort in ("name", "created_at_unix"):
        found.sort(key=lambda voice: (getattr(voice, sort) or 0) if sort != "name" else voice.name.casefold())
        if sort_direction == "desc":
            found.reverse()
    ids = [voice.voice_id for voice in found]
    start = ids.index(next_page_token) + 1 if next_page_token in ids else 0
    page = found[start : start + page_size]
    more = start + page_size < len(found)
    token = page[-1].voice_id if more else None
    return FoundVoices(voices=page, has_more=more, total_count=len(found), next_page_token=token)


def _fits(voice: VoiceAnswer, search: str | None, category: str | None, ids: Sequence[str] | None) -> bool:
    text = " ".join((voice.voice_id, voice.name, voice.description, *voice.labels.values())).casefold()
    return (
        (not search or search.strip().casefold() in text)
        and (not category or voice.category == category)
        and (not ids or voice.voice_id in ids)
    )


async def get(voice_id: AnyId, user: CurrentUser, engine: TheEngine) -> VoiceAnswer:
    for voice in await _all(engine, user):
        if voice_id in (voice.voice_id, voice.name):
            return voice
    raise NotFound(f"There is no voice {voice_id[:60]!r}.", field="voice")


async def add(
    user: CurrentUser,
    engine: TheEngine,
    files: Files,
    name: Annotated[str, Form(max_length=100)],
    description: Annotated[str | None, Form(max_length=500)] = None,
    labels: Labels = None,
) -> Added:
    """Whoever calls this says that the speaker agreed. Of several files the longest is taken."""
    given = _labels(labels) or {}
    voice = await engine.voices.add(
        user,
        await _longest(files),
        name=name,
        consent=True,
        description=description or "",
        language=given.get("language", "en"),
        labels=given,
    )
    return Added(voice_id=voice.id)


async def _longest(files: Sequence[UploadFile]) -> bytes:
    if len(files) > MOST_FILES:
        raise InvalidInput(f"At most {MOST_FILES} files.", field="files")
    return max([await file.read() for file in files], key=len)


async def edit(
    voice_id: AnyId,
    user: CurrentUser,
    engine: TheEngine,
    name: Annotated[str, Form(max_length=100)],
    description: Annotated[str | None, Form(max_length=500)] = None,
    labels: Labels = None,
    files: Annotated[list[UploadFile] | None, File(description="Not taken: add another voice")] = None,
) -> Done:
    """Name, description and labels. Its recording stays: for another one add another voice."""
    given = _labels(labels)
    if files:
        raise InvalidInput("A voice keeps the recording it was made from. Add another voice.", field="files")
    voice = await get(voice_id, user, engine)
    if name != voice.name:
        await engine.voices.rename(user, voice.voice_id, name)
    if description is not None:
        await engine.voices.describe(user, voice.voice_id, description)
    if given is not None:
        await engine.voices.label(user, voice.voice_id, given)
    return Done()


async def delete(voice_id: AnyId, user: CurrentUser, engine: TheEngine) -> Done:
    voice = await get(voice_id, user, engine)
    await engine.voices.delete(user, voice.voice_id)
    return Done()


def _labels(text: str | None) -> dict[str, str] | None:
    """As the SDK sends them: JSON, JSON inside a JSON string, or `null` for not given. Raises `InvalidInput`."""
    try:
        found: Any = json.loads(text) if text else None
        found = json.loads(found) if isinstance(found, str) and found else found
    except (ValueError, RecursionError) as error:
        raise InvalidInput("`labels` must be a JSON object of texts.", field="labels") from error
    if found in (None, ""):
        return None
    if not isinstance(found, dict):
        raise InvalidInput("`labels` must be a JSON object of texts.", field="labels")
    return {str(key): str(value) for key, value in found.items()}


async def _all(engine: Engine, user: User) -> list[VoiceAnswer]:
    built_in = [premade(voice) for voice in engine.voices.built_in()]
    return built_in + [cloned(voice) for voice in await engine.voices.mine(user)]


def routes() -> APIRouter:
    router = APIRouter(tags=["ElevenLabs: voices"])
    router.add_api_route("/v2/voices", search, methods=["GET"])
    router.add_api_route("/v1/voices", get_all, methods=["GET"])
    router.add_api_route("/v1/voices/add", add, methods=["POST"], max_body_size=LARGEST_FORM)
    router.add_api_route("/v1/voices/{voice_id}", get, methods=["GET"])
    router.add_api_route("/v1/voices/{voice_id}", delete, methods=["DELETE"])
    router.add_api_route("/v1/voices/{voice_id}/edit", edit, methods=["POST"], max_body_size=LARGEST_FORM)
    return router

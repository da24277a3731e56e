"""`/v1/audio/speech`, `/v1/audio/voices`: what the official OpenAI SDK asks a speech service for."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from engine import Format, NotFound, Stream, User
from webhooks.auth import CurrentUser
from webhooks.compat.heard import heard
from webhooks.compat.output_formats import OPENAI, kept_as
from webhooks.requests import TheEngine

LONGEST_INPUT = 4096
SLOWEST, FASTEST = 0.5, 2.0
VOICES = (
    "alloy",
    "ash",
    "ballad",
    "cedar",
    "coral",
    "echo",
    "fable",
    "marin",
    "nova",
    "onyx",
    "sage",
    "shimmer",
    "verse",
)
"""Voices of theirs that users have in their code: where we have none of that name, the default voice answers."""


class VoiceId(BaseModel):
    id: str = Field(max_length=100)


class SpeechRequest(BaseModel):
    """`model` may be any name that users copied: the voice decides which of ours answers."""

    model_config = ConfigDict(extra="ignore")
    input: str = Field(max_length=LONGEST_INPUT)
    voice: Annotated[str, Field(max_length=100)] | VoiceId
    model: str = Field(default="tts-1", max_length=100)
    response_format: Literal["mp3", "opus", "aac", "flac", "wav", "pcm"] = "mp3"
    speed: float = Field(default=1.0, ge=0.25, le=4)
    stream_format: Literal["audio", "sse"] = "audio"


class NamedVoice(BaseModel):
    id: str
    name: str


class Voices(BaseModel):
    voices: list[NamedVoice]


async def speech(body: SpeechRequest, request: Request, user: CurrentUser, engine: TheEngine) -> Response:
    """Streamed: the first bytes leave when the first sentence is spoken."""
    form = OPENAI[body.response_format]
    options = {
        "text": body.input,
        "voice": await _voice(engine, user, body.voice),
        "speed": min(FASTEST, max(SLOWEST, body.speed)),
        "format": kept_as(form),
    }
    parts, kind = (partial(_events), "text/event-stream") if body.stream_format == "sse" else (None, form.content_type)
    chosen = partial(parts or Stream.encoded, form=form)
    return await heard(request, engine, user, ("tts", options), chosen, partial(_headers, kind=kind), whole=False)


async def _voice(engine: TheEngine, user: User, asked: str | VoiceId) -> str | None:
    name = asked.id if isinstance(asked, VoiceId) else asked
    try:
        return await engine.voices.resolve(user, "tts", name)
    except NotFound:
        if name.casefold() in VOICES:
            return None
        raise


async def _events(made: Stream, form: Format) -> AsyncIterator[bytes]:
    async for part in made.encoded(form):
        if part:
            yield _event({"type": "speech.audio.delta", "audio": base64.b64encode(part).decode()})
    said = len(str(made.job.params["text"]))
    usage = {"input_tokens": said, "output_tokens": 0, "total_tokens": said}
    yield _event({"type": "speech.audio.done", "usage": usage})


def _event(data: dict[str, Any]) -> bytes:
    return f"data: {json.dumps(data)}\n\n".encode()


def _headers(made: Stream, *, kind: str) -> dict[str, str]:
    # After credits were spent a second try would spend them again.
    return {"content-type": kind, "x-should-retry": "false", "cache-control": "no-store", "x-job-id": made.job.id}


async def voices(user: CurrentUser, engine: TheEngine) -> Voices:
    """Which names `voice` may have."""
    found = [NamedVoice(id=voice.id, name=voice.name) for voice in engine.offers["tts"].voices]
    found += [NamedVoice(id=voice.id, name=voice.name) for voice in await engine.voices.mine(user)]
    return Voices(voices=found)


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1/audio", tags=["OpenAI"])
    audio: dict[int | str, dict[str, Any]] = {
        200: {"content": {"audio/mpeg": {}}, "description": "The clip, or server-sent events with its parts."}
    }
    router.add_api_route("/speech", speech, methods=["POST"], response_class=Response, responses=audio)
    router.add_api_route("/voices", voices, methods=["GET"])
    return router

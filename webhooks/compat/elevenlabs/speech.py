"""`/v1/text-to-speech/...`: whole, streamed, and with the times of its characters."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from engine import Engine, Format, Stream, User, WordTiming, from_voice_settings
from webhooks.auth import CurrentUser
from webhooks.compat.alignment import Alignment, alignment
from webhooks.compat.elevenlabs.answers import AUDIO, AnyId, OutputFormat, headers_of
from webhooks.compat.heard import heard
from webhooks.compat.output_formats import elevenlabs_format, kept_as
from webhooks.requests import TheEngine

Parts = Callable[[Stream, Format], AsyncIterator[bytes]]


class VoiceSettings(BaseModel):
    """Fields that we do not know are let through: new SDKs add some often."""

    model_config = ConfigDict(extra="allow")
    stability: float | None = Field(default=None, ge=0, le=1)
    similarity_boost: float | None = Field(default=None, ge=0, le=1)
    style: float | None = Field(default=None, ge=0, le=1)
    use_speaker_boost: bool | None = None
    speed: float | None = Field(default=None, ge=0.25, le=4)


class Locator(BaseModel):
    model_config = ConfigDict(extra="allow")
    pronunciation_dictionary_id: str = Field(max_length=40)
    version_id: str | None = Field(default=None, max_length=60)


class Speech(BaseModel):
    model_config = ConfigDict(extra="allow")
    text: str = Field(max_length=40_000)
    model_id: str | None = Field(default=None, max_length=100)
    language_code: str | None = Field(default=None, max_length=20)
    voice_settings: VoiceSettings | None = None
    pronunciation_dictionary_locators: list[Locator] | None = Field(default=None, max_length=3)
    seed: int | None = Field(default=None, ge=0, le=2**32 - 1)


class WithTimestamps(BaseModel):
    audio_base64: str
    alignment: Alignment | None
    normalized_alignment: Alignment | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What all four take, understood."""

    request: Request
    engine: Engine
    user: User
    form: Format
    options: dict[str, Any]

    async def answer(self, parts: Parts, *, timed: bool = False, whole: bool) -> Response:
        """`timed`: JSON with the clip in it, not the clip itself."""

        def made(stream: Stream) -> AsyncIterator[bytes]:
            return parts(stream, self.form)

        headers = partial(headers_of, form=None if timed else self.form)
        return await heard(self.request, self.engine, self.user, ("tts", self.options), made, headers, whole=whole)


async def asked(
    voice_id: AnyId,
    speech: Speech,
    request: Request,
    user: CurrentUser,
    engine: TheEngine,
    output_format: OutputFormat = None,
) -> Asked:
    form = elevenlabs_format(output_format)
    return Asked(request, engine, user, form, options_of(speech, voice_id, form))


TheSpeech = Annotated[Asked, Depends(asked)]


def options_of(speech: Speech, voice_id: str, form: Format) -> dict[str, Any]:
    """Raises nothing: what is wrong is found by the capability."""
    settings = speech.voice_settings.model_dump() if speech.voice_settings else {}
    options: dict[str, Any] = {"text": speech.text, "voice": voice_id, "seed": speech.seed, "format": kept_as(form)}
    if speech.pronunciation_dictionary_locators is not None:
        options["dictionaries"] = [one.pronunciation_dictionary_id for one in speech.pronunciation_dictionary_locators]
    return options | from_voice_settings(settings)


async def convert(asked: TheSpeech) -> Response:
    """The whole clip at once."""
    return await asked.answer(Stream.encoded, whole=True)


async def stream(asked: TheSpeech) -> Response:
    """The first bytes leave when the first sentence is spoken."""
    return await asked.answer(Stream.encoded, whole=False)


async def convert_with_timestamps(asked: TheSpeech) -> Response:
    """One JSON object: the clip in base64 and when each character of the text is heard."""
    return await asked.answer(_one_object, timed=True, whole=True)


async def stream_with_timestamps(asked: TheSpeech) -> Response:
    """One JSON object per line and piece; times count from the start of the clip."""
    return await asked.answer(_lines, timed=True, whole=False)


async def _one_object(made: Stream, form: Format) -> AsyncIterator[bytes]:
    sound, timed = b"", list[WordTiming]()
    async for part, piece in made.encoded_pieces(form):
        sound += part
        timed += piece.words if piece else ()
    yield _line(sound, alignment(str(made.job.params["text"]), timed))


async def _lines(made: Stream, form: Format) -> AsyncIterator[bytes]:
    text = str(made.job.params["text"])
    async for part, piece in made.encoded_pieces(form):
        yield _line(part, alignment(text, piece.words if piece else (), within=True)) + b"\n"


def _line(sound: bytes, found: Alignment | None) -> bytes:
    said = found.model_dump() if found else None
    body = {"audio_base64": base64.b64encode(sound).decode(), "alignment": said, "normalized_alignment": said}
    return json.dumps(body).encode()


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1/text-to-speech", tags=["ElevenLabs: speech"])
    for path, answer in (("", convert), ("/stream", stream)):
        router.add_api_route("/{voice_id}" + path, answer, methods=["POST"], response_class=Response, responses=AUDIO)
    timed: dict[int | str, dict[str, Any]] = {200: {"model": WithTimestamps}}
    for path, answer in (
        ("/with-timestamps", convert_with_timestamps),
        ("/stream/with-timestamps", stream_with_timestamps),
    ):
        router.add_api_route("/{voice_id}" + path, answer, methods=["POST"], response_class=Response, responses=timed)
    return router

"""`/v1/voice-changer/...` (once `/v1/speech-to-speech/...`) and `/v1/sound-generation`."""

from __future__ import annotations

import io
import wave
from functools import partial
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field

from engine import Engine, Stream, User
from webhooks.auth import CurrentUser
from webhooks.compat.elevenlabs.answers import AUDIO, AnyId, OutputFormat, headers_of
from webhooks.compat.heard import heard
from webhooks.compat.output_formats import elevenlabs_format, kept_as
from webhooks.requests import LARGEST_FORM, TheEngine

RAW_RATE = 16_000
Seed = Annotated[int | None, Form(ge=0, le=2**32 - 1)]
FileFormat = Annotated[str, Form(max_length=40)]
Recording = Annotated[UploadFile, File(description="The clip to convert: any audio, up to 5 minutes")]


class SoundEffect(BaseModel):
    """`prompt_influence` 0 to 1 becomes a guidance of 1 to 7.7: their default is ours."""

    model_config = ConfigDict(extra="allow")
    text: str = Field(max_length=10_000)
    duration_seconds: float | None = Field(default=None, ge=0.5, le=30)
    prompt_influence: float | None = Field(default=None, ge=0, le=1)
    loop: bool = False
    model_id: str | None = Field(default=None, max_length=100)


async def change(
    voice_id: AnyId,
    request: Request,
    user: CurrentUser,
    engine: TheEngine,
    audio: Recording,
    seed: Seed = None,
    file_format: FileFormat = "other",
    output_format: OutputFormat = None,
) -> Response:
    """The clip said again in another voice, whole."""
    return await _changed(
        request,
        engine,
        user,
        voice_id,
        await _uploaded(engine, user, audio, file_format),
        seed,
        output_format,
        whole=True,
    )


async def change_streamed(
    voice_id: AnyId,
    request: Request,
    user: CurrentUser,
    engine: TheEngine,
    audio: Recording,
    seed: Seed = None,
    file_format: FileFormat = "other",
    output_format: OutputFormat = None,
) -> Response:
    """As the whole, sent as it is made."""
    source = await _uploaded(engine, user, audio, file_format)
    return await _changed(request, engine, user, voice_id, source, seed, output_format, whole=False)


async def _changed(
    request: Request,
    engine: Engine,
    user: User,
    voice_id: str,
    source: str,
    seed: int | None,
    output_format: str | None,
    *,
    whole: bool,
) -> Response:
    form = elevenlabs_format(output_format)
    options = {"source": source, "voice": voice_id, "seed": seed, "format": kept_as(form)}
    headers = partial(headers_of, form=form)
    return await heard(request, engine, user, ("vc", options), partial(Stream.encoded, form=form), headers, whole=whole)


async def _uploaded(engine: Engine, user: User, audio: UploadFile, file_format: str) -> str:
    data = await audio.read()
    if file_format == "pcm_s16le_16":
        data = _with_header(data)
    return (await engine.uploads.add(user, data)).id


def _with_header(samples: bytes) -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(RAW_RATE)
        written.writeframes(samples[: len(samples) // 2 * 2])
    return file.getvalue()


async def sound_generation(
    sound: SoundEffect,
    request: Request,
    user: CurrentUser,
    engine: TheEngine,
    output_format: OutputFormat = None,
) -> Response:
    """A sound from its description, whole."""
    form = elevenlabs_format(output_format)
    options = {"prompt": sound.text, "seconds": sound.duration_seconds, "loop": sound.loop, "format": kept_as(form)}
    if sound.prompt_influence is not None:
        options["guidance"] = 1 + sound.prompt_influence / 0.15
    headers = partial(headers_of, form=form)
    return await heard(request, engine, user, ("sfx", options), partial(Stream.encoded, form=form), headers, whole=True)


def routes() -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["ElevenLabs: sounds"])
    for prefix in ("/voice-changer", "/speech-to-speech"):
        for path, answer in (("", change), ("/stream", change_streamed)):
            router.add_api_route(
                f"{prefix}/{{voice_id}}{path}",
                answer,
                methods=["POST"],
                response_class=Response,
                responses=AUDIO,
                max_body_size=LARGEST_FORM,
                operation_id=f"{answer.__name__}{prefix.replace('/', '_').replace('-', '_')}",
            )
    router.add_api_route(
        "/sound-generation", sound_generation, methods=["POST"], response_class=Response, responses=AUDIO
    )
    return router

"""`/v1/voices/.../settings`: how a voice speaks when a request does not say; and `/samples`: what it was made from."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from engine import NotFound
from webhooks.auth import CurrentUser
from webhooks.compat.elevenlabs.answers import AnyId, Done
from webhooks.compat.elevenlabs.speech import VoiceSettings
from webhooks.compat.elevenlabs.voice_answers import Settings
from webhooks.compat.elevenlabs.voices import get as voice_of
from webhooks.requests import TheEngine

RECORDING: dict[int | str, dict[str, Any]] = {200: {"content": {"audio/flac": {}}, "description": "The recording."}}


async def default_settings(user: CurrentUser) -> Settings:
    return Settings()


async def settings(voice_id: AnyId, user: CurrentUser, engine: TheEngine) -> Settings:
    return (await voice_of(voice_id, user, engine)).settings or Settings()


async def edit_settings(voice_id: AnyId, body: VoiceSettings, user: CurrentUser, engine: TheEngine) -> Done:
    """Of a voice of your own: what is not given stays. 403 for a built-in voice, which is everybody's."""
    voice = await voice_of(voice_id, user, engine)
    given = {name: getattr(body, name) for name in Settings.model_fields if getattr(body, name) is not None}
    await engine.voices.tune(user, voice.voice_id, given)
    return Done()


async def recording(voice_id: AnyId, sample_id: AnyId, user: CurrentUser, engine: TheEngine) -> Response:
    """The clip that a voice of your own was made from."""
    voice = await voice_of(voice_id, user, engine)
    if sample_id not in {sample.sample_id for sample in voice.samples}:
        raise NotFound("This voice has no such sample.", field="sample")
    return Response(await engine.voices.recording(user, voice.voice_id), media_type="audio/flac")


def routes() -> APIRouter:
    """Before those of `voices`, whose `{voice_id}` would take `settings` for one."""
    router = APIRouter(prefix="/v1/voices", tags=["ElevenLabs: voices"])
    router.add_api_route("/settings/default", default_settings, methods=["GET"])
    router.add_api_route("/{voice_id}/settings", settings, methods=["GET"])
    router.add_api_route("/{voice_id}/settings/edit", edit_settings, methods=["POST"])
    router.add_api_route(
        "/{voice_id}/samples/{sample_id}/audio",
        recording,
        methods=["GET"],
        response_class=Response,
        responses=RECORDING,
    )
    return router

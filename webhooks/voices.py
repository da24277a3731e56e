"""`/api/v1/voices` and `/capabilities`: what there is to ask for."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, File, Form, UploadFile
from pydantic import BaseModel

from engine import CAPABILITIES, BuiltInVoice, Engine, Voice
from webhooks.auth import CurrentUser
from webhooks.requests import LARGEST_FORM, AnId, TheEngine


class VoiceView(BaseModel):
    """`model` is null for a voice that the user added. `capabilities`: what it can be used for."""

    id: str
    name: str
    description: str
    language: str
    model: str | None
    capabilities: list[str]


class VoicePage(BaseModel):
    voices: list[VoiceView]


class CapabilityView(BaseModel):
    """`params` as JSON Schema. `unavailable`: why no model answers here; null when one does."""

    name: str
    summary: str
    params: dict[str, Any]
    model: str
    unavailable: str | None


class CapabilityPage(BaseModel):
    capabilities: list[CapabilityView]


async def voices(user: CurrentUser, engine: TheEngine) -> VoicePage:
    """The built-in voices and the user's own."""
    found: list[BuiltInVoice | Voice] = [*engine.voices.built_in(), *await engine.voices.mine(user)]
    return VoicePage(voices=[_view(engine, voice) for voice in found])


def _view(engine: Engine, voice: BuiltInVoice | Voice) -> VoiceView:
    own = isinstance(voice, Voice)
    offers = engine.offers.items()
    return VoiceView(
        id=voice.id,
        name=voice.name,
        description=voice.description,
        language=voice.language,
        model=None if isinstance(voice, Voice) else voice.model,
        capabilities=[name for name, offer in offers if (offer.clones if own else voice in offer.voices)],
    )


async def add_voice(
    user: CurrentUser,
    engine: TheEngine,
    file: Annotated[UploadFile, File(description="3 to 60 s of one person speaking")],
    name: Annotated[str, Form(max_length=60)],
    consent: Annotated[bool, Form(description="That the speaker agreed")] = False,
    description: Annotated[str, Form(max_length=500)] = "",
    language: Annotated[str, Form(max_length=20)] = "en",
) -> VoiceView:
    """A voice from a recording. Its speaker must have agreed."""
    voice = await engine.voices.add(
        user, await file.read(), name=name, consent=consent, description=description, language=language
    )
    return _view(engine, voice)


async def delete_voice(voice_id: AnId, user: CurrentUser, engine: TheEngine) -> None:
    await engine.voices.delete(user, voice_id)


async def capabilities(user: CurrentUser, engine: TheEngine) -> CapabilityPage:
    return CapabilityPage(
        capabilities=[
            CapabilityView(
                name=capability.name,
                summary=capability.summary,
                params=capability.params.model_json_schema(),
                model=engine.offers[capability.name].model,
                unavailable=engine.offers[capability.name].unavailable,
            )
            for capability in CAPABILITIES
        ]
    )


def routes() -> APIRouter:
    router = APIRouter(tags=["voices"])
    router.add_api_route("/voices", voices, methods=["GET"])
    router.add_api_route("/voices", add_voice, methods=["POST"], status_code=201, max_body_size=LARGEST_FORM)
    router.add_api_route("/voices/{voice_id}", delete_voice, methods=["DELETE"], status_code=204)
    router.add_api_route("/capabilities", capabilities, methods=["GET"])
    return router

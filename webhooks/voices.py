"""`/api/v1/voices` and `/api/v1/capabilities`: what there is to ask for."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from engine import CAPABILITIES
from webhooks.auth import CurrentUser
from webhooks.requests import TheEngine


class VoiceView(BaseModel):
    """`model` is null for a voice that the user added."""

    id: str
    name: str
    description: str
    language: str
    model: str | None


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
    views = [
        VoiceView(
            id=voice.id, name=voice.name, description=voice.description, language=voice.language, model=voice.model
        )
        for voice in engine.voices.built_in()
    ]
    views += [
        VoiceView(id=voice.id, name=voice.name, description=voice.description, language=voice.language, model=None)
        for voice in await engine.voices.mine(user)
    ]
    return VoicePage(voices=views)


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
    router.add_api_route("/capabilities", capabilities, methods=["GET"])
    return router

"""A voice as the ElevenLabs SDK reads it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel

from engine import BuiltInVoice, Voice


class Sample(BaseModel):
    sample_id: str
    file_name: str
    mime_type: str
    size_bytes: int | None
    hash: str | None
    duration_secs: float | None


class Settings(BaseModel):
    stability: float = 0.5
    similarity_boost: float = 0.75
    style: float = 0.0
    use_speaker_boost: bool = True
    speed: float = 1.0


class VoiceAnswer(BaseModel):
    voice_id: str
    name: str
    category: Literal["premade", "cloned"]
    description: str
    labels: dict[str, str]
    preview_url: str | None
    samples: list[Sample]
    settings: Settings | None
    available_for_tiers: list[str]
    high_quality_base_model_ids: list[str]
    created_at_unix: int | None
    is_owner: bool


def settings_of(voice: Voice) -> Settings:
    return Settings.model_validate(voice.settings or {})


def premade(voice: BuiltInVoice) -> VoiceAnswer:
    return VoiceAnswer(
        voice_id=voice.id,
        name=voice.name,
        category="premade",
        description=voice.description,
        labels={"language": voice.language},
        preview_url=None,
        samples=[],
        settings=Settings(),
        available_for_tiers=[],
        high_quality_base_model_ids=[voice.model],
        created_at_unix=None,
        is_owner=False,
    )


def cloned(voice: Voice) -> VoiceAnswer:
    sample = Sample(
        sample_id=voice.id,
        file_name=f"{voice.name}.flac",
        mime_type="audio/flac",
        size_bytes=None,
        hash=None,
        duration_secs=voice.seconds,
    )
    return VoiceAnswer(
        voice_id=voice.id,
        name=voice.name,
        category="cloned",
        description=voice.description,
        labels={"language": voice.language} | (voice.labels or {}),
        preview_url=None,
        samples=[sample],
        settings=settings_of(voice),
        available_for_tiers=[],
        high_quality_base_model_ids=[],
        created_at_unix=int(voice.created_at.timestamp()),
        is_owner=True,
    )

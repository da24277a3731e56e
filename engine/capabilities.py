"""What can be asked for: one declaration each, from which every surface derives its command, route or form.

A table, not a framework: no decorators, no discovery, no field for one surface. `parse` turns raw options into
params or raises `InvalidInput`; `price` says in credits what they cost.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)

from engine.errors import InvalidInput, NotFound
from engine.guessed_length import LONGEST_SECONDS, SHORTEST_SECONDS, guessed_seconds
from engine.pronunciations import PronunciationRule
from engine.sentences import sentence_about

SOURCE_SECONDS = 300
FormatName = Literal["ogg", "mp3", "wav", "flac", "m4a", "pcm"]
FORMAT_NAMES: tuple[FormatName, ...] = get_args(FormatName)
Quality = Literal["draft", "good", "best"]
Seed = Annotated[int | None, Field(ge=0, le=2**32 - 1, description="Same request and seed, same clip.")]


@dataclass(frozen=True, slots=True)
class VoiceName:
    """Marks a field that names a voice the user may use; None is the default voice."""


@dataclass(frozen=True, slots=True)
class Upload:
    """Marks a field for audio that the user brings."""

    max_seconds: float


class Source(BaseModel):
    """An uploaded clip, measured when it came in. `seconds` is of decoded audio, not what a header claims."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    id: str
    key: str
    seconds: float = Field(gt=0)


class Params(BaseModel):
    """What every capability takes."""

    # Not strict about types: the options of a chat command or a form arrive as text.
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)
    format: FormatName = Field(default="ogg", description="File format of the clip.")
    seed: Seed = None


class TtsParams(Params):
    text: str = Field(min_length=1, max_length=5000, description="What to say.")
    voice: Annotated[str | None, VoiceName()] = Field(default=None, description="Who says it.")
    speed: float = Field(default=1.0, ge=0.5, le=2.0, description="1 is the voice's own pace.")
    alpha: float = Field(default=0.3, ge=0, le=1, description="How much of the timbre the text decides (StyleTTS 2).")
    beta: float = Field(default=0.7, ge=0, le=1, description="How much of the prosody the text decides (StyleTTS 2).")
    steps: int = Field(default=5, ge=2, le=20, description="Steps of the style diffusion (StyleTTS 2).")
    guidance: float = Field(default=1.0, ge=1, le=3, description="More emotion above 1 (StyleTTS 2).")
    pronunciations: tuple[PronunciationRule, ...] = Field(
        default=(), max_length=100, description="How to say words of your own."
    )
    dictionaries: tuple[Annotated[str, Field(max_length=40)], ...] | None = Field(
        default=None,
        max_length=100,
        description="Ids of your pronunciation dictionaries; without: those marked always.",
    )

    @field_validator("text")
    @classmethod
    def _something_to_say(cls, text: str) -> str:
        if not any(character.isalnum() for character in text):
            raise ValueError("There is nothing in this text that can be spoken. Write some words.")
        return text


class VcParams(Params):
    source: Annotated[Source, Upload(max_seconds=SOURCE_SECONDS)] = Field(description="The clip to convert.")
    voice: Annotated[str, VoiceName()] = Field(description="Whose voice it takes.")
    semitones: int = Field(default=0, ge=-24, le=24, description="Shift of the pitch.")
    singing: bool = Field(default=False, description="The clip is sung: its melody is kept.")
    auto_pitch: bool = Field(default=False, description="Bring the melody into the range of the voice.")
    quality: Quality = Field(default="good", description="Better takes longer (Seed-VC).")
    guidance: float = Field(default=0.7, ge=0, le=1, description="How strictly it keeps to clip and voice (Seed-VC).")
    length_adjust: float = Field(default=1.0, ge=0.5, le=2, description="Below 1 speaks faster, above 1 slower.")


def _seconds_for(given: Mapping[str, Any]) -> float:
    """As long as the clip to start from, or as the prompt asks for."""
    source = given.get("source")
    if isinstance(source, Source):
        return min(max(source.seconds, SHORTEST_SECONDS), LONGEST_SECONDS)
    return guessed_seconds(given.get("prompt", ""))


class SfxParams(Params):
    """`seconds` is always there once parsed: what nobody said is guessed, before the price is known."""

    prompt: str = Field(min_length=1, max_length=500, description="The sound, in words.")
    source: Annotated[Source | None, Upload(max_seconds=SOURCE_SECONDS)] = Field(
        default=None, description="A clip to start from (Make-An-Audio)."
    )
    seconds: float = Field(
        default_factory=_seconds_for,
        allow_inf_nan=False,
        ge=SHORTEST_SECONDS,
        le=LONGEST_SECONDS,
        description="Length of the clip; guessed from the prompt when left out.",
    )
    loop: bool = Field(default=False, description="The end leads into the beginning.")
    candidates: int = Field(default=1, ge=1, le=4, description="So many are made and paid, the best is kept.")
    quality: Quality = Field(default="good", description="Better takes longer (Make-An-Audio).")
    guidance: float = Field(default=3.0, ge=1, le=10, description="How closely it keeps to the prompt (Make-An-Audio).")
    negative: str = Field(default="", max_length=500, description="What it shall not sound like (Make-An-Audio).")
    strength: float = Field(default=0.5, ge=0.05, le=1, description="How far it moves away from the source.")

    @field_validator("seconds", mode="before")
    @classmethod
    def _guessed(cls, seconds: Any, info: ValidationInfo) -> Any:
        return _seconds_for(info.data) if seconds is None else seconds

    @property
    def price(self) -> int:
        """In credits: 40 a second of each candidate."""
        return self.candidates * math.ceil(40 * self.seconds)


@dataclass(frozen=True, slots=True, kw_only=True)
class Capability:
    """`price` in credits; `batch_class`: params of equal class can share a forward pass."""

    name: str
    summary: str
    params: type[Params]
    price: Callable[[Any], int]
    batch_class: Callable[[Any], str] = lambda _: ""

    def parse(self, raw: Mapping[str, Any]) -> Params:
        """Raises `InvalidInput` with a sentence about the first thing that is wrong."""
        try:
            return self.params.model_validate(dict(raw))
        except ValidationError as error:
            message, field = sentence_about(error.errors(include_url=False))
            raise InvalidInput(message, field=field) from error

    def batch_key(self, model: str, params: Params) -> str:
        """Jobs of equal key can share a forward pass."""
        return f"{self.name}:{model}:{self.batch_class(params)}"

    def voice_field(self) -> str | None:
        """The field marked `VoiceName`, if there is one."""
        return next(iter(self._marked(VoiceName)), None)

    def upload_fields(self) -> list[str]:
        """The fields marked `Upload`."""
        return self._marked(Upload)

    def _marked(self, mark: type) -> list[str]:
        fields = self.params.model_fields.items()
        return [name for name, field in fields if any(isinstance(data, mark) for data in field.metadata)]


CAPABILITIES: tuple[Capability, ...] = (
    Capability(
        name="tts",
        summary="Text to speech: say a text in a voice.",
        params=TtsParams,
        price=lambda params: len(params.text),
        batch_class=lambda params: f"{params.steps}",
    ),
    Capability(
        name="vc",
        summary="Voice conversion: say a clip again in another voice.",
        params=VcParams,
        price=lambda params: 15 * math.ceil(params.source.seconds),
        batch_class=lambda params: params.quality,
    ),
    Capability(
        name="sfx",
        summary="Sound effects: make the sound that a prompt describes.",
        params=SfxParams,
        price=lambda params: params.price,
        batch_class=lambda params: f"{params.quality}:{math.ceil(2 * params.seconds)}:{params.source is not None}",
    ),
)


def capability_named(name: str) -> Capability:
    """Raises `NotFound` with the names there are."""
    for capability in CAPABILITIES:
        if capability.name == name:
            return capability
    known = ", ".join(capability.name for capability in CAPABILITIES)
    raise NotFound(f"There is no capability called {name[:40]!r}. Choose one of: {known}.", field="capability")

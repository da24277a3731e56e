"""The models that this version can run, as a surface sees them: voices, what each serves, what is said of it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.capabilities import VcParams
from engine.errors import InvalidInput
from engine.nn.catalogue import KOKORO_VOICES, MODELS, needed_for
from engine.offers import BuiltInVoice, Model
from engine.sfx import foley
from engine.sfx.foley.ability import able
from engine.sfx.foley.telling import heard
from engine.sfx.wording import readable
from engine.tts.normalise import require_sayable
from engine.tts.options import pronunciations
from engine.vc import world

HEART = BuiltInVoice(
    id="heart", name="Heart", description="American English, female, warm", language="en-US", model="hibari"
)
LINDA = BuiltInVoice(
    id="linda",
    name="Linda",
    description="American English, female, a reader of books",
    language="en-US",
    model="styletts2-ljspeech",
)


@dataclass(frozen=True, slots=True)
class Needs:
    """Packages beside the weights, and how to get them."""

    packages: tuple[str, ...]
    extras: str

    def met(self) -> bool:
        return all(importlib.util.find_spec(package) is not None for package in self.packages)


STYLETTS2 = Needs(("torch", "phonemizer", "espeakng_loader"), "models,espeak")
NEEDS: Mapping[str, Needs] = {
    "kokoro": Needs(("torch", "hibari"), "models"),
    "styletts2": STYLETTS2,
    "styletts2-ljspeech": STYLETTS2,
    "seed-vc": Needs(("torch", "transformers"), "models"),
    "seed-vc-singing": Needs(("torch", "transformers"), "models"),
    "make-an-audio": Needs(("torch", "transformers"), "models"),
}
"""Of the published models; those that come with Bernie need nothing."""


def usable(name: str, here: Collection[str]) -> bool:
    """Whether a model can run on this machine. `here`: published models whose files lie whole on this disk."""
    if name == "hibari":
        return importlib.util.find_spec("hibari") is not None
    return name not in NEEDS or (NEEDS[name].met() and all(part in here for part in needed_for(name)))


def speaking_voices(here: Collection[str]) -> tuple[BuiltInVoice, ...]:
    """Those that can say a sample, so that a clip can be converted to them."""
    return (*((HEART,) if usable("hibari", here) else ()), *(_kokoro_voices() if usable("kokoro", here) else ()))


def _kokoro_voices() -> Sequence[BuiltInVoice]:
    return sorted(map(_kokoro_voice, KOKORO_VOICES), key=lambda voice: voice.id != "af_heart")


def _kokoro_voice(name: str) -> BuiltInVoice:
    accent, language = {"a": ("American", "en-US"), "b": ("British", "en-GB")}[name[0]]
    sex = {"f": "female", "m": "male"}[name[1]]
    title = name[3:].title()
    return BuiltInVoice(
        id=name, name=f"{title} (Kokoro)", description=f"{accent} English, {sex}", language=language, model="kokoro"
    )


def _published(name: str, **more: Any) -> Model:
    return Model(name=name, revision=MODELS[name].revision, licence=MODELS[name].licence, **more)


def _speaker(name: str, voices: Sequence[BuiltInVoice] = (), *, clones: bool = False) -> Model:
    return _published(name, voices=tuple(voices), clones=clones, check=something_to_say)


def _hibari() -> Model:
    revision = importlib.metadata.version("hibari-tts")
    return Model(name="hibari", revision=revision, licence="Apache-2.0", voices=(HEART,), check=something_to_say)


def something_to_say(params: Any) -> None:
    """Raises `InvalidInput` for a text in which an English voice finds nothing, or which takes too long to say."""
    require_sayable(params.text, pronunciations(params.text, params.pronunciations))


def _seed_vc(name: str, here: Collection[str]) -> Model:
    sings = name == "seed-vc-singing"

    def serves(params: VcParams) -> bool:
        return params.singing == sings

    def check(params: VcParams) -> None:
        if not serves(params):
            kind, lacking = ("singing", "seed-vc-singing") if params.singing else ("speech", "seed-vc")
            raise InvalidInput(
                f"The model for {kind} is not on this machine: whoever runs this service can add it with "
                f"`bernie models pull {lacking}`.",
                field="singing",
            )

    return _published(name, voices=speaking_voices(here), clones=True, serves=serves, check=check)


def _world(here: Collection[str]) -> Model:
    return Model(
        name=world.MODEL,
        revision=world.REVISION,
        licence=world.LICENCE,
        voices=speaking_voices(here),
        clones=True,
        note="The built-in converter made this clip. It moves a voice towards another one rather than clone it; for a "
        "clone, whoever runs this service can add Seed-VC with `bernie models pull vc`.",
    )


def _foley() -> Model:
    return Model(
        name=foley.MODEL,
        revision=foley.REVISION,
        licence=foley.LICENCE,
        check=able,
        heard=lambda params: heard(params.prompt),
        note="The built-in sound synthesiser made this clip. It knows some forty kinds of sound; for any other, "
        "whoever runs this service can add Make-An-Audio: `bernie models pull sfx` says how.",
    )


# Preferred first: in speech, it answers when no voice is named.
LINEUP: Mapping[str, Mapping[str, Callable[[Collection[str]], Model]]] = {
    "tts": {
        "kokoro": lambda here: _speaker("kokoro", _kokoro_voices()),
        "styletts2-ljspeech": lambda here: _speaker("styletts2-ljspeech", (LINDA,)),
        "styletts2": lambda here: _speaker("styletts2", clones=True),
        "hibari": lambda here: _hibari(),
    },
    "vc": {
        "seed-vc": lambda here: _seed_vc("seed-vc", here),
        "seed-vc-singing": lambda here: _seed_vc("seed-vc-singing", here),
        "world": _world,
    },
    "sfx": {
        "make-an-audio": lambda here: _published("make-an-audio", check=lambda params: readable(params.prompt)),
        "foley": lambda here: _foley(),
    },
}
